//! The ledger and the event stream as witnesses of what happened, for `chaos`.

use std::path::Path;
use std::sync::Arc;

use domain::ports::PortResult;
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use proto::events::Encoder;
use store::StoreConfig;

use super::embedded::DATABASE;
use crate::chaos::fleet::Names;
use crate::chaos::services::Urls;
use crate::chaos::witness::Witness;
use crate::events::EventPorts;

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

/// Adds the event stream of a system of daemons to its `ledger`.
///
/// # Errors
/// If the address or the names cannot be used. NATS may be away.
pub async fn with_stream(ledger: &EventPorts, urls: &Urls, names: &Names) -> PortResult<EventPorts> {
    let nats = NatsConfig { prefix: names.prefix.clone(), stream: names.stream.clone(), ..NatsConfig::new(&urls.nats) };
    let jetstream = JetStreamPublisher::connect(&nats).await?;
    Ok(ledger.clone().with_stream(Arc::new(jetstream.source()), Arc::new(jetstream.history())))
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
    let events = EventPorts::of(ledger.clone());
    Ok(Witness { store: ledger.clone(), audit: ledger.clone(), leadership: ledger, events })
}
