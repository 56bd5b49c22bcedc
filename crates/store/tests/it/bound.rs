//! One bound on connections holds for everything that a process does with the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ports::{ExperimentStore, Page, TickLog, TickRow};
use domain::score::EpisodeKey;
use store::StoreConfig;
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_connections_than_allowed_are_open_under_load() {
    for bound in [2, 3, 8] {
        let database = TestDatabase::create().await;
        let config = StoreConfig {
            max_connections: bound,
            // The smallest bound makes everybody wait for one connection.
            acquire_timeout: std::time::Duration::from_secs(60),
            ..StoreConfig::new(database.url())
        };
        store::migrate(&config).await.unwrap();
        let (store, keeper) = store::open_lazily(&config, Arc::new(PlainEncoder)).await.unwrap();
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keeper.run(stop.clone().cancelled_owned()));
        while store.ping().await.is_err() {
            tokio::task::yield_now().await;
        }
        let done = Arc::new(AtomicBool::new(false));
        let counting = tokio::spawn(most_connections(database.url(), done.clone()));

        load(Arc::new(store)).await;

        done.store(true, Ordering::Relaxed);
        let most = counting.await.unwrap();
        assert!(most <= i64::from(bound), "{most} connections where {bound} are allowed");
        // The load does use what there is, or this would prove nothing.
        assert!(most >= i64::from(bound.min(6)), "only {most} of {bound}");
        stop.cancel();
        keeping.await.unwrap();
    }
}

/// Sixteen that read, write and copy at once.
async fn load(store: Arc<dyn ExperimentStore>) {
    let experiment = builder::experiment(1, 1).id;
    let rows = vec![
        TickRow { tick: 1, tic: 1, buttons: 0, reward: 0.0, health: 100, position: [0.0, 0.0], angle: 0.0 };
        1_000
    ];
    let rows: Vec<_> = (0..).zip(rows).map(|(tick, row)| TickRow { tick, ..row }).collect();
    let busy = (0..16).map(|position| {
        let (store, rows) = (store.clone(), rows.clone());
        tokio::spawn(async move {
            for replicate in 0..8 {
                store.create(&builder::experiment(position + 2, replicate + 1)).await.unwrap();
                store.experiments(&Default::default(), &Page { after: None, size: 20 }).await.unwrap();
                let key = EpisodeKey { generation: 0, position, replicate };
                store.write_tick_logs(&[TickLog { experiment, key, rows: rows.clone() }]).await.unwrap();
                store.claim_outbox("load", 8, std::time::Duration::from_secs(1)).await.unwrap();
            }
        })
    });
    for task in busy.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

/// Looks at the server until it is told to stop, and returns the most connections it has seen at once.
async fn most_connections(url: String, done: Arc<AtomicBool>) -> i64 {
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let ours = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'claudoom'";
    let mut most = 0;
    while !done.load(Ordering::Relaxed) {
        let seen: i64 = client.query_one(ours, &[]).await.unwrap().get(0);
        most = most.max(seen);
    }
    most
}
