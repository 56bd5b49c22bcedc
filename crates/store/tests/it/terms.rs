//! How planning and elections lock each other out on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Candidate, Election, Leadership as _};
use store::{SqlStore, StoreConfig};
use testkit::builder::PlainEncoder;
use testkit::postgres::TestDatabase;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

const LEASE: Duration = Duration::from_secs(60);

async fn connect(database: &TestDatabase) -> (Arc<SqlStore>, Client) {
    let config = StoreConfig::new(database.url()).with_migrations();
    let store = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    (Arc::new(store), client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_prolonged_while_planning_takes_long_and_no_term_begins_before_it_ends() {
    let database = TestDatabase::create().await;
    let (store, planner) = connect(&database).await;
    let (leader, rival) = (Candidate::new("leader"), Candidate::new("rival"));
    let Election::Elected(epoch) = store.stand(&leader, LEASE).await.unwrap() else { panic!() };

    // What every planning transaction begins with.
    planner.batch_execute("BEGIN").await.unwrap();
    let locked = planner.query("SELECT 1 FROM terms WHERE epoch = $1 FOR SHARE", &[&epoch.0]).await.unwrap();
    assert_eq!(locked.len(), 1);
    let prolonged = timeout(Duration::from_secs(2), store.stand(&leader, Duration::ZERO)).await;
    assert_eq!(prolonged.expect("a renewal does not wait").unwrap(), Election::Elected(epoch));

    let standing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.stand(&rival, LEASE).await }
    });
    sleep(Duration::from_millis(500)).await;
    assert!(!standing.is_finished(), "the old term must not end while something is planned in it");
    planner.batch_execute("COMMIT").await.unwrap();

    let Election::Elected(next) = standing.await.unwrap().unwrap() else { panic!() };
    assert!(next > epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn elections_go_on_while_every_other_connection_is_busy() {
    let database = TestDatabase::create().await;
    let config = StoreConfig { max_connections: 4, ..StoreConfig::new(database.url()).with_migrations() };
    let store = Arc::new(store::connect(&config, Arc::new(PlainEncoder)).await.unwrap());
    let leader = Candidate::new("leader");
    store.stand(&leader, LEASE).await.unwrap();
    let (blocker, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    blocker.batch_execute("BEGIN; LOCK TABLE experiments IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                domain::ports::ExperimentStore::experiments(&*store, &Default::default(), &Default::default()).await
            })
        })
        .collect();
    sleep(Duration::from_millis(300)).await;

    let prolonged = timeout(Duration::from_secs(2), store.stand(&leader, LEASE)).await;

    assert!(matches!(prolonged, Ok(Ok(Election::Elected(_)))), "{prolonged:?}");
    blocker.batch_execute("ROLLBACK").await.unwrap();
    for read in waiting {
        read.await.unwrap().unwrap();
    }
}
