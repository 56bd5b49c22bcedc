//! The schema goes up and down on both databases, and another version of it is refused.

use std::sync::Arc;

use domain::ErrorKind;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database};
use store::StoreConfig;
use testkit::builder::PlainEncoder;
use testkit::postgres::TestDatabase;

async fn refusal(url: &str) -> String {
    let error = store::connect(&StoreConfig::new(url), Arc::new(PlainEncoder)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::FailedPrecondition, "{error:?}");
    error.message
}

#[tokio::test]
async fn the_schema_goes_down_and_up_again() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("ledger.db").display());

    for url in [database.url(), file] {
        let db = Database::connect(url).await.unwrap();
        for _ in 0..2 {
            Migrator::up(&db, None).await.unwrap();
            Migrator::down(&db, None).await.unwrap();
        }
        assert_eq!(Migrator::get_applied_migrations(&db).await.unwrap().len(), 0);
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_older_or_newer_schema_is_refused() {
    let database = TestDatabase::create().await;
    let url = database.url();
    store::migrate(&StoreConfig::new(&url)).await.unwrap();
    let db = Database::connect(&url).await.unwrap();

    Migrator::down(&db, Some(1)).await.unwrap();
    assert!(refusal(&url).await.contains("behind: run `orchestrator migrate`"));

    Migrator::up(&db, None).await.unwrap();
    db.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m99991231_000001_future', 0)").await.unwrap();
    assert!(refusal(&url).await.contains("newer than this program"));
}
