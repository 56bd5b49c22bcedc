//! Files' contents on both databases, and what is particular to keeping them in parts.

use std::sync::Arc;

use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::BlobStore as _;
use sea_orm::{ConnectionTrait as _, Database};
use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use testkit::builder::PlainEncoder;
use testkit::contract::blobs::{Blobs, LIMIT};
use testkit::postgres::TestDatabase;

async fn connect(url: &str) -> SqlStore {
    let config = StoreConfig { max_blob_bytes: LIMIT, ..StoreConfig::new(url).with_migrations() };
    store::connect(&config, Arc::new(PlainEncoder)).await.unwrap()
}

mod on_postgres {
    use super::*;

    async fn open() -> (Blobs, TestDatabase) {
        let database = TestDatabase::create().await;
        (Arc::new(connect(&database.url()).await), database)
    }

    testkit::blob_contract!(open);
}

mod on_sqlite {
    use super::*;

    async fn open() -> (Blobs, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (Arc::new(connect(folder.path().join("ledger.db").to_str().unwrap()).await), folder)
    }

    testkit::blob_contract!(open);
}

mod in_memory {
    use testkit::blobs::MemoryBlobs;

    use super::*;

    async fn open() -> (Blobs, ()) {
        (Arc::new(MemoryBlobs::new(LIMIT)), ())
    }

    testkit::blob_contract!(open);
}

#[tokio::test]
async fn parts_without_their_whole_are_never_seen_and_damage_is_told() {
    let database = TestDatabase::create().await;
    let store = connect(&database.url()).await;
    let db = Database::connect(database.url()).await.unwrap();
    let content = vec![7; 3 << 20];
    let hash = ContentHash::of(&content);
    // What an upload that never came to its end would have left.
    let parts = "INSERT INTO blob_chunks VALUES ('00000000-0000-0000-0000-000000000001', 0, 'half')";
    db.execute_unprepared(parts).await.unwrap();

    assert_eq!(store.has(&[hash]).await.unwrap(), [].into());
    store.put(&content).await.unwrap();
    assert!(store.get(&hash).await.unwrap() == content);

    db.execute_unprepared("UPDATE blob_chunks SET content = 'x' WHERE ordinal = 1").await.unwrap();
    assert_eq!(store.get(&hash).await.unwrap_err().kind, ErrorKind::Internal);
    db.execute_unprepared("DELETE FROM blob_chunks WHERE ordinal = 1").await.unwrap();
    assert_eq!(store.get(&hash).await.unwrap_err().kind, ErrorKind::Internal);
    db.close().await.unwrap();
}
