//! The schema goes up and down on both databases, and another version of it is refused.

use std::sync::Arc;

use domain::ErrorKind;
use domain::journal::Action;
use domain::ports::{ControlStore as _, ExperimentStore as _, Page};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database, Statement};
use store::StoreConfig;
use testkit::builder::{self, PlainEncoder};
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

/// What extensions make possible again is counted from what a ledger had before it knew of them.
#[tokio::test]
async fn what_was_played_before_an_upgrade_is_counted_once() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("ledger.db");
    let before = Migrator::migrations().iter().position(|one| one.name().contains("control")).unwrap();
    let new = builder::experiment(1, 2);
    let id = new.id.0.as_simple();

    for (url, id) in
        [(database.url(), format!("'{id}'")), (format!("sqlite://{}?mode=rwc", path.display()), format!("x'{id}'"))]
    {
        let db = Database::connect(url.as_str()).await.unwrap();
        Migrator::up(&db, Some(before.try_into().unwrap())).await.unwrap();
        for row in [
            format!(
                "INSERT INTO experiments (id, name, spec, provenance, status, generation, episodes_planned, created_at_ms)
                 VALUES ({id}, 'old', '{}', '{}', 'completed', 0, 2, 1)",
                new.spec.canonical(),
                serde_json::to_string(&new.provenance).unwrap(),
            ),
            format!(
                "INSERT INTO generations (experiment_id, generation, purpose, status, episodes_per_member,
                 episodes_planned, created_at_ms) VALUES ({id}, 0, 'evolution', 'completed', 2, 2, 1)"
            ),
            format!(
                "INSERT INTO members (experiment_id, generation, position, agent, label, factors, scenario, spec, parents,
                 operators, episodes_planned, fitness) VALUES ({id}, 0, 0, 'a', '', '{{}}', '{{}}', '{{}}', '[]', '[]', 2, 1.5)"
            ),
            format!("INSERT INTO journal (experiment_id, action, reason, at_ms) VALUES ({id}, 'running', 'back', 2)"),
        ] {
            db.execute_unprepared(&row).await.unwrap();
        }
        Migrator::up(&db, None).await.unwrap();
        for (table, column, expected) in [
            ("members", "evaluations", 1),
            ("generations", "completions", 1),
            ("experiments", "completions", 1),
            ("experiments", "episodes_due", 2),
        ] {
            let count = Statement::from_string(db.get_database_backend(), format!("SELECT {column} FROM {table}"));
            let row = db.query_one_raw(count).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), expected, "{table} {column}");
        }
        db.close().await.unwrap();
        let config = StoreConfig::new(url.trim_start_matches("sqlite://").trim_end_matches("?mode=rwc"));
        let store = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
        let (journal, _) = store.journal(new.id, &Page::default()).await.unwrap();
        let told: Vec<_> = journal.iter().map(|entry| (entry.action, entry.note.actor.as_str())).collect();
        assert_eq!(told, [(Action::Resumed, "unknown")]);
        assert_eq!(store.experiment(new.id).await.unwrap().extensions, []);
    }
}
