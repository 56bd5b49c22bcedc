//! A PostgreSQL that is not there yet, goes, and comes back; or is there and cannot be worked with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ErrorKind;
use domain::ports::{ExperimentStore as _, Page};
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::services::Service;
use tokio_postgres::NoTls;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A ledger that is kept as a daemon keeps it.
struct Kept {
    store: SqlStore,
    _stop: DropGuard,
}

async fn kept(config: &StoreConfig) -> Kept {
    let (store, keeper) = store::open_lazily(config, Arc::new(PlainEncoder)).await.unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(keeper.run(stop.clone().cancelled_owned()));
    Kept { store, _stop: stop.drop_guard() }
}

fn config(service: &Service) -> StoreConfig {
    StoreConfig::new(format!("{}/postgres", service.url()))
}

impl Kept {
    /// Waits until the verdict is as wanted, and returns what it says.
    async fn until(&self, wanted: impl Fn(&Result<(), String>) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let verdict = self.store.ping().await.map_err(|error| error.to_string());
            if wanted(&verdict) {
                return verdict;
            }
            assert!(Instant::now() < deadline, "still {verdict:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn until_well(&self) {
        let _ = self.until(Result::is_ok).await;
    }

    async fn until_told(&self, words: &str) {
        let _ = self.until(|verdict| verdict.as_ref().is_err_and(|reason| reason.contains(words))).await;
    }
}

async fn sql(service: &Service, text: &str) {
    let (client, connection) = tokio_postgres::connect(&config(service).url, NoTls).await.unwrap();
    tokio::spawn(connection);
    // One by one: some statements refuse to share a transaction.
    for statement in text.split_terminator(";;") {
        client.batch_execute(statement).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_late_and_goes_and_returns_is_used_when_it_is_there() {
    let mut service = Service::postgres(None);
    service.stop();
    let kept = kept(&config(&service)).await;

    kept.until_told("refused").await;
    let begun = Instant::now();
    let error = kept.store.outbox_lag().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("cannot count unpublished events: cannot connect to PostgreSQL at"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(2), "a call fails at once");

    service.start();
    kept.until_told("run `orchestrator migrate`").await;
    assert_eq!(kept.store.outbox_lag().await.unwrap_err().kind, ErrorKind::Unavailable);
    store::migrate(&config(&service)).await.unwrap();
    kept.until_well().await;
    let experiment = builder::experiment(1, 2);
    kept.store.create(&experiment).await.unwrap();

    service.kill();
    kept.until_told("cannot connect").await;
    service.start();
    kept.until_well().await;
    assert_eq!(kept.store.experiment(experiment.id).await.unwrap().spec, experiment.spec);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_still_answers_questions() {
    let service = Service::postgres(None);
    store::migrate(&config(&service)).await.unwrap();
    let kept = kept(&config(&service)).await;
    kept.until_well().await;
    let first = builder::experiment(1, 2);
    kept.store.create(&first).await.unwrap();

    sql(&service, "ALTER SYSTEM SET default_transaction_read_only = on;;SELECT pg_reload_conf()").await;
    kept.until_told("read-only").await;
    let refused = kept.store.create(&builder::experiment(2, 2)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unavailable);
    assert!(refused.message.contains("read-only"), "{refused}");
    assert_eq!(kept.store.experiments(&Default::default(), &Page { after: None, size: 9 }).await.unwrap().0.len(), 1);
    let reset = "SET default_transaction_read_only = off;;ALTER SYSTEM RESET default_transaction_read_only;;\
                 SELECT pg_reload_conf()";
    sql(&service, reset).await;
    kept.until_well().await;

    // As a full disk would say it.
    sql(
        &service,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END$$;;\
         CREATE TRIGGER full_disk BEFORE INSERT ON experiments EXECUTE FUNCTION full_disk()",
    )
    .await;
    let refused = kept.store.create(&builder::experiment(2, 2)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unavailable, "{refused:?}");
    let verdict = kept.store.ping().await.unwrap_err();
    assert!(verdict.message.contains("disk is full"), "{verdict}");
    assert!(kept.store.experiment(first.id).await.is_ok());
    sql(&service, "DROP TRIGGER full_disk ON experiments").await;
    kept.until_well().await;
    kept.store.create(&builder::experiment(2, 2)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_may_lose_commits_is_refused_unless_that_is_accepted() {
    let service = Service::postgres_with(&["fsync=off", "synchronous_commit=off"]);

    let migrated = store::migrate(&config(&service)).await.unwrap_err();
    assert_eq!(migrated.kind, ErrorKind::FailedPrecondition);
    assert!(migrated.message.contains("fsync is off, synchronous_commit is off"), "{migrated}");
    let kept_anyway = kept(&config(&service)).await;
    kept_anyway.until_told("--db-allow-unsafe").await;

    let accepted = StoreConfig { allow_unsafe: true, ..config(&service) };
    store::migrate(&accepted).await.unwrap();
    kept(&accepted).await.until_well().await;
}

#[tokio::test]
async fn settings_that_make_no_sense_fail_at_once() {
    for url in ["postgres://db:port/ledger", "mysql://db/ledger"] {
        let failed = store::open_lazily(&StoreConfig::new(url), Arc::new(PlainEncoder)).await.err().unwrap();
        assert_eq!(failed.kind, ErrorKind::Invalid);
    }
}
