//! Action logs: moved by the migration, copied before their scores, and cleaned with their job.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{Claim, ExperimentStore, Page, ScoreFilter};
use domain::score::Score;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;

const WITH_LOGS: ScoreFilter = ScoreFilter { generation: None, agent: None, action_logs: true };

async fn connect(url: &str) -> SqlStore {
    // Every log is copied, so that few show what is done with many.
    let config = StoreConfig { copy_from: 1, ..StoreConfig::new(url).with_migrations() };
    store::connect(&config, Arc::new(PlainEncoder)).await.unwrap()
}

async fn count(db: &DatabaseConnection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS rows FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "rows").unwrap()
}

/// How many migrations there are up to the one that moves action logs, and from it on.
fn split() -> (u32, u32) {
    let names: Vec<_> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let at = names.iter().position(|name| name.ends_with("create_files")).unwrap() as u32;
    (at, names.len() as u32 - at)
}

#[tokio::test]
async fn logs_of_an_older_ledger_are_moved_and_moved_back() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("ledger.db");
    for url in [database.url(), file.display().to_string()] {
        let store = connect(&url).await;
        let new = builder::experiment(2, 2);
        store.create(&new).await.unwrap();
        for job in &new.first.jobs {
            let Claim::Granted(held) = store.claim(job.id, "w", Duration::from_secs(60)).await.unwrap() else { panic!() };
            let position = held.member.position;
            let scores: Vec<_> = held
                .episodes
                .iter()
                .map(|episode| Score {
                    action_log: vec![position as u8, episode.replicate as u8],
                    ..builder::score(0, position, episode, 1)
                })
                .collect();
            store.finish(job.id, held.fence, &scores).await.unwrap();
        }
        let (before, _) = store.scores(new.id, &WITH_LOGS, &Page::default()).await.unwrap();
        drop(store);
        let url_of_file = if url.starts_with("postgres") { url.clone() } else { format!("sqlite:{url}") };
        let db = Database::connect(&url_of_file).await.unwrap();

        Migrator::down(&db, Some(split().1)).await.unwrap();
        let sql = "SELECT count(*) AS rows FROM scores WHERE length(action_log) = 2";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        assert_eq!(row.unwrap().try_get::<i64>("", "rows").unwrap(), 4);
        db.close().await.unwrap();
        let store = connect(&url).await;

        let (after, _) = store.scores(new.id, &WITH_LOGS, &Page::default()).await.unwrap();
        assert_eq!(after, before);
        assert_eq!(after[3].score.action_log, [1, 1]);
    }
}

#[tokio::test]
async fn what_killed_and_late_attempts_wrote_goes_with_their_job() {
    let database = TestDatabase::create().await;
    let store = connect(&database.url()).await;
    let db = Database::connect(database.url()).await.unwrap();
    let new = builder::experiment(1, 2);
    store.create(&new).await.unwrap();
    let job = new.first.jobs[0].id;
    let claim = async |lease| match store.claim(job, "w", Duration::from_secs(lease)).await.unwrap() {
        Claim::Granted(held) => held,
        other => panic!("{other:?}"),
    };
    let killed = claim(0).await;
    // What a worker leaves that dies between the logs and their scores.
    let orphan = format!("INSERT INTO action_logs VALUES ('{job}', {}, 0, 'orphan')", killed.fence.0);
    db.execute_unprepared(&orphan).await.unwrap();
    let holder = claim(60).await;
    let scores: Vec<_> = holder.episodes.iter().map(|episode| builder::score(0, 0, episode, 1)).collect();

    let late = store.finish(job, killed.fence, &scores[1..]).await.unwrap_err();

    assert_eq!(late.kind, ErrorKind::Fenced);
    assert_eq!(count(&db, "action_logs").await, 0, "a late attempt takes away what it wrote");
    db.execute_unprepared(&orphan).await.unwrap();
    store.finish(job, holder.fence, &scores[..1]).await.unwrap();
    assert_eq!(count(&db, "action_logs").await, 2);
    store.finish(job, holder.fence, &scores).await.unwrap();
    assert_eq!(count(&db, "action_logs").await, 2, "the orphan went when the job was done");
    let (rows, _) = store.scores(new.id, &WITH_LOGS, &Page::default()).await.unwrap();
    assert!(rows.iter().all(|row| row.score.action_log == scores[0].action_log));
    db.close().await.unwrap();
}

#[tokio::test]
async fn a_divergence_keeps_both_logs() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("ledger.db").display().to_string();
    for url in [database.url(), file] {
        let store = connect(&url).await;
        let new = builder::experiment(1, 2);
        store.create(&new).await.unwrap();
        let job = new.first.jobs[0].id;
        let Claim::Granted(held) = store.claim(job, "w", Duration::from_secs(60)).await.unwrap() else { panic!() };
        let score = |kills, log| Score {
            action_log: vec![log],
            ..builder::score(0, 0, &held.episodes[0], kills)
        };
        store.finish(job, held.fence, &[score(1, 1)]).await.unwrap();

        let found = store.finish(job, held.fence, &[score(2, 2)]).await.unwrap_err();

        assert_eq!(found.kind, ErrorKind::Divergence);
        let (rows, _) = store.scores(new.id, &WITH_LOGS, &Page::default()).await.unwrap();
        assert_eq!(rows[0].score.action_log, [1]);
        drop(store);
        let url = if url.starts_with("postgres") { url } else { format!("sqlite:{url}") };
        let db = Database::connect(&url).await.unwrap();
        let sql = "SELECT kept_action_log AS kept, found_action_log AS found FROM divergences";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
        assert_eq!(row.try_get::<Vec<u8>>("", "kept").unwrap(), [1]);
        assert_eq!(row.try_get::<Vec<u8>>("", "found").unwrap(), [2]);
        db.close().await.unwrap();
    }
}
