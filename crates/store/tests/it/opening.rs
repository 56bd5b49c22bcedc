//! Opening a ledger, and what is said when it cannot be opened.

use std::sync::Arc;

use domain::ErrorKind;
use domain::ports::{ExperimentStore as _, PortError};
use store::StoreConfig;
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;

async fn failure(config: &StoreConfig) -> PortError {
    store::connect(config, Arc::new(PlainEncoder)).await.unwrap_err()
}

#[tokio::test]
async fn a_missing_schema_is_refused_with_advice() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let empty = folder.path().join("empty.db");
    std::fs::File::create(&empty).unwrap();
    let missing = folder.path().join("missing.db");

    for url in [database.url(), empty.to_str().unwrap().into(), missing.to_str().unwrap().into()] {
        let error = failure(&StoreConfig::new(&url)).await;
        assert_eq!(error.kind, ErrorKind::FailedPrecondition, "{error:?}");
        assert!(error.message.contains("orchestrator migrate"), "{}", error.message);
    }
    assert!(!missing.exists(), "a refusal leaves nothing behind");
}

#[tokio::test]
async fn migrating_is_repeatable_and_opens_the_way() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());

    for url in [database.url(), folder.path().join("ledger.db").to_str().unwrap().into()] {
        store::migrate(&StoreConfig::new(&url)).await.unwrap();
        store::migrate(&StoreConfig::new(&url)).await.unwrap();
        let store = store::connect(&StoreConfig::new(&url), Arc::new(PlainEncoder)).await.unwrap();
        store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_migrate_at_once_wait_for_each_other() {
    let database = TestDatabase::create().await;
    let config = StoreConfig::new(database.url());

    let (one, two, three) = tokio::join!(store::migrate(&config), store::migrate(&config), store::migrate(&config));

    for result in [one, two, three] {
        result.unwrap();
    }
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let first = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();

    let error = failure(&config).await;

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    assert!(error.message.contains("in use by another process"), "{}", error.message);
    drop(first);
    store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
}

#[tokio::test]
async fn a_ledger_survives_being_closed() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let new = builder::experiment(2, 3);

    let store = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
    store.create(&new).await.unwrap();
    drop(store);

    let store = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
    assert_eq!(store.experiment(new.id).await.unwrap().spec, new.spec);
    assert_eq!(store.outbox_lag().await.unwrap(), 2);
}

#[tokio::test]
async fn a_refused_connection_is_named_at_once_and_without_the_password() {
    // Port 9 is discard: nobody listens there.
    let error = failure(&StoreConfig::new("postgres://me:s3cret@127.0.0.1:9/ledger")).await;

    assert_eq!(error.kind, ErrorKind::Unavailable);
    let told = format!("{error} {error:?}");
    assert!(told.contains("refused") && told.contains("127.0.0.1:9"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_named() {
    let database = TestDatabase::create().await;
    let error = failure(&StoreConfig::new(format!("{}_gone", database.url()))).await;

    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("does not exist"), "{}", error.message);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "no database at all, but long enough to be read as a header").unwrap();

    let error = failure(&StoreConfig::new(path.to_str().unwrap()).with_migrations()).await;

    assert_eq!(error.kind, ErrorKind::Invalid, "{error:?}");
    assert!(error.message.contains("notes.txt"), "{}", error.message);
}
