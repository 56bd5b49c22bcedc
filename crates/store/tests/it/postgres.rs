//! The contract on PostgreSQL, and how tick logs arrive there.

use std::sync::Arc;

use domain::ports::{ExperimentStore as _, TickLog, TickRow};
use domain::score::EpisodeKey;
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::contract::store::Store;
use testkit::postgres::TestDatabase;
use testkit::trace;
use tokio_postgres::NoTls;

async fn connect(database: &TestDatabase) -> SqlStore {
    let config = StoreConfig { trace: trace::source(), ..StoreConfig::new(database.url()).with_migrations() };
    store::connect(&config, Arc::new(PlainEncoder)).await.unwrap()
}

async fn open() -> (Store, TestDatabase) {
    let database = TestDatabase::create().await;
    (Arc::new(connect(&database).await), database)
}

testkit::store_contract!(open);

mod projection {
    use std::sync::Arc;

    use testkit::contract::projection::Store;
    use testkit::postgres::TestDatabase;

    async fn open() -> (Store, TestDatabase) {
        let database = TestDatabase::create().await;
        (Arc::new(super::connect(&database).await), database)
    }

    testkit::projection_contract!(open);
}

#[tokio::test]
async fn copied_tick_logs_keep_every_bit_and_replace_older_ones() {
    let database = TestDatabase::create().await;
    let store = connect(&database).await;
    let experiment = builder::experiment(1, 1).id;
    let key = EpisodeKey { generation: 0, position: 0, replicate: u32::MAX };
    let row = TickRow {
        tick: 1,
        tic: u32::MAX,
        buttons: u64::MAX - 1,
        reward: f64::from_bits(1),
        health: i32::MIN,
        position: [0.1, -0.0],
        angle: 359.999,
    };
    let older = TickLog { experiment, key, rows: (0..50).map(|tick| TickRow { tick, ..row }).collect() };

    store.write_tick_logs(&[older]).await.unwrap();
    store.write_tick_logs(&[TickLog { experiment, key, rows: vec![row] }]).await.unwrap();

    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let read = client.query_one("SELECT buttons, reward, y, replicate, tic FROM tick_logs", &[]).await.unwrap();
    assert_eq!(read.get::<_, i64>(0).cast_unsigned(), u64::MAX - 1);
    assert_eq!((read.get::<_, f64>(1).to_bits(), read.get::<_, f64>(2).to_bits()), (1, (-0.0f64).to_bits()));
    assert_eq!((read.get::<_, i64>(3), read.get::<_, i64>(4)), (u32::MAX.into(), u32::MAX.into()));
}

#[tokio::test]
async fn tokens_are_kept() {
    let database = TestDatabase::create().await;
    testkit::contract::tokens::tokens(&connect(&database).await).await;
}
