//! Commands that talk to the database itself, and work without a daemon.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use proto::events::Encoder;
use runtime::config::DatabaseArgs;
use store::{SqlStore, StoreConfig};

use super::{Failure, Place, services};
use crate::app::embedded_database;

/// Which database.
#[derive(Debug, Clone, Args)]
pub(super) struct LedgerArgs {
    #[command(flatten)]
    database: DatabaseArgs,

    /// The database of embedded runs instead
    #[arg(long, help_heading = "Database")]
    embedded: bool,

    /// Data folder of embedded runs
    #[arg(long, value_name = "DIR", requires = "embedded", help_heading = "Database")]
    data: Option<PathBuf>,
}

impl LedgerArgs {
    /// The database that these flags name.
    pub(super) fn config(&self, place: &Place) -> Result<StoreConfig, Failure> {
        if !self.embedded {
            return services::store_config(&self.database);
        }
        let data = self.data.clone().unwrap_or_else(|| place.env.data_home().join("embedded"));
        Ok(embedded_database(&data))
    }

    /// Opens it.
    pub(super) async fn open(&self, place: &Place) -> Result<SqlStore, Failure> {
        Ok(store::connect(&self.config(place)?, Arc::new(Encoder)).await?)
    }
}
