//! The contract on SQLite.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Claim, ExperimentStore};
use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use testkit::builder::{self, PlainEncoder};
use testkit::contract::store::Store;
use testkit::trace;

async fn connect() -> (Arc<SqlStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let config = StoreConfig { trace: trace::source(), ..config };
    (Arc::new(store::connect(&config, Arc::new(PlainEncoder)).await.unwrap()), folder)
}

async fn open() -> (Store, TempDir) {
    let (store, folder) = connect().await;
    (store, folder)
}

testkit::store_contract!(open);

mod projection {
    use tempfile::TempDir;
    use testkit::contract::projection::Store;

    async fn open() -> (Store, TempDir) {
        let (store, folder) = super::connect().await;
        (store, folder)
    }

    testkit::projection_contract!(open);
}

#[tokio::test]
async fn a_restart_gives_back_what_the_process_before_held() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let connect = || async { store::connect(&config, Arc::new(PlainEncoder)).await.unwrap() };
    let new = builder::experiment(1, 2);
    let job = new.first.jobs[0].id;
    let before = connect().await;
    before.create(&new).await.unwrap();
    let Claim::Granted(held) = before.claim(job, "before", Duration::from_secs(600)).await.unwrap() else { panic!() };
    drop(before);

    let after = connect().await;

    let Claim::Granted(taken) = after.claim(job, "after", Duration::from_secs(600)).await.unwrap() else { panic!() };
    assert!(taken.fence > held.fence);
}

#[tokio::test]
async fn tokens_are_kept() {
    let (store, _place) = connect().await;
    testkit::contract::tokens::tokens(store.as_ref()).await;
}
