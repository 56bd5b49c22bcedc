//! The contract on SQLite.

use std::sync::Arc;

use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use testkit::builder::PlainEncoder;
use testkit::contract::store::Store;

async fn open() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let store: SqlStore = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
    (Arc::new(store), folder)
}

testkit::store_contract!(open);
