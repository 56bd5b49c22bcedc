//! The ledger and the event stream as witnesses of what happened, for `chaos`.

use std::path::Path;
use std::sync::Arc;

use domain::ports::{EventHistory, PortResult};
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use proto::events::Encoder;
use store::StoreConfig;

use super::embedded::DATABASE;
use crate::chaos::fleet::Names;
use crate::chaos::services::Urls;
use crate::chaos::witness::Witness;

/// Creates or updates the tables of the ledger at `url`.
///
/// # Errors
/// If the database cannot be used.
pub async fn prepare(url: &str) -> PortResult<()> {
    store::migrate(&StoreConfig::new(url)).await
}

/// Opens the ledger of a system of daemons.
///
/// # Errors
/// If the database cannot be used.
pub async fn of_services(urls: &Urls) -> PortResult<Witness> {
    open(&urls.database).await
}

/// The event stream of a system of daemons.
///
/// # Errors
/// If the address or the names cannot be used. NATS may be away.
pub async fn stream(urls: &Urls, names: &Names) -> PortResult<Arc<dyn EventHistory>> {
    let nats = NatsConfig { prefix: names.prefix.clone(), stream: names.stream.clone(), ..NatsConfig::new(&urls.nats) };
    Ok(Arc::new(JetStreamPublisher::connect(&nats).await?.history()))
}

/// Opens the ledger of an embedded system that has ended.
///
/// # Errors
/// If it cannot be opened, for instance because it has not ended.
pub async fn of_folder(data: &Path) -> PortResult<Witness> {
    open(&format!("sqlite:{}", data.join(DATABASE).display())).await
}

async fn open(url: &str) -> PortResult<Witness> {
    let ledger = Arc::new(store::connect(&StoreConfig::new(url), Arc::new(Encoder)).await?);
    Ok(Witness { store: ledger.clone(), audit: ledger.clone(), leadership: ledger })
}
