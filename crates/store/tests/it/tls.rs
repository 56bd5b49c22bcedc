//! Encrypted connections to PostgreSQL, for queries and for copies alike, and what is said when they cannot be had.

use std::sync::Arc;

use domain::ErrorKind;
use domain::ports::{ExperimentStore as _, PortError, PortResult, TickLog, TickRow};
use domain::score::EpisodeKey;
use runtime::tls::TlsFiles;
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::certificates::Authority;
use testkit::services::Service;
use tokio_postgres::NoTls;

fn at(service: &Service, host: &str, tls: TlsFiles) -> StoreConfig {
    let url = format!("{}/postgres", service.url().replace("127.0.0.1", host));
    StoreConfig { tls, ..StoreConfig::new(url) }
}

fn trusting(authority: &Authority) -> TlsFiles {
    TlsFiles { ca: Some(authority.ca()), ..TlsFiles::default() }
}

async fn connect(config: &StoreConfig) -> PortResult<SqlStore> {
    store::connect(config, Arc::new(PlainEncoder)).await
}

async fn refused(config: &StoreConfig) -> PortError {
    let migrating = store::migrate(config).await.unwrap_err();
    let error = connect(config).await.unwrap_err();
    assert_eq!((migrating.kind, error.kind), (ErrorKind::FailedPrecondition, ErrorKind::FailedPrecondition));
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_encrypted_with_the_right_authority_and_nothing_works_with_a_wrong_one() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let service = Service::postgres(Some(&authority.issue(&["localhost"])));
    let right = at(&service, "localhost", trusting(&authority));

    store::migrate(&right).await.unwrap();
    let store = connect(&right).await.unwrap();
    copy(&store).await;
    store.ping().await.unwrap();
    let (encrypted, plain) = connections(&service).await;
    assert!(encrypted >= 2 && plain == 0, "both pools: {encrypted} encrypted, {plain} plain");

    let error = refused(&at(&service, "localhost", trusting(&stranger))).await;
    assert!(error.message.contains("certificate") && error.message.contains("UnknownIssuer"), "{error}");
    let error = refused(&at(&service, "127.0.0.1", trusting(&authority))).await;
    assert!(error.message.contains("certificate") && error.message.contains("127.0.0.1"), "{error}");

    // The same by the URL alone, as other programs take it.
    let url = |host: &str, mode: &str, ca: &Authority| {
        let base = service.url().replace("127.0.0.1", host);
        StoreConfig::new(format!("{base}/postgres?sslmode={mode}&sslrootcert={}", ca.ca().display()))
    };
    copy(&connect(&url("localhost", "verify-full", &authority)).await.unwrap()).await;
    copy(&connect(&url("127.0.0.1", "verify-ca", &authority)).await.unwrap()).await;
    refused(&url("127.0.0.1", "verify-ca", &stranger)).await;
    copy(&connect(&at(&service, "127.0.0.1", TlsFiles::default())).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_where_tls_is_demanded() {
    let authority = Authority::new();
    let service = Service::postgres(None);

    let error = refused(&at(&service, "localhost", trusting(&authority))).await;
    assert!(error.message.contains("server does not support TLS"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_for_a_certificate_gets_one() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let service = Service::postgres_mutual(&authority.issue(&["localhost"]), &clients.ca());
    let ours = clients.issue(&["postgres"]);
    let files = TlsFiles { cert: Some(ours.cert), key: Some(ours.key), ..trusting(&authority) };
    let right = at(&service, "localhost", files);

    store::migrate(&right).await.unwrap();
    copy(&connect(&right).await.unwrap()).await;
    let error = connect(&at(&service, "localhost", trusting(&authority))).await.unwrap_err();
    assert!(error.message.contains("certificate"), "{error}");
}

async fn copy(store: &SqlStore) {
    let key = EpisodeKey { generation: 0, position: 0, replicate: 0 };
    let row = TickRow { tick: 0, tic: 0, buttons: 0, reward: 0.0, health: 1, position: [0.0, 0.0], angle: 0.0 };
    let log = TickLog { experiment: builder::experiment(1, 1).id, key, rows: vec![row] };
    store.write_tick_logs(&[log]).await.unwrap();
}

/// Our connections, encrypted and not.
async fn connections(service: &Service) -> (i64, i64) {
    let (client, connection) = tokio_postgres::connect(&format!("{}/postgres", service.url()), NoTls).await.unwrap();
    tokio::spawn(connection);
    let counts = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) \
                  FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name = 'claudoom'";
    let row = client.query_one(counts, &[]).await.unwrap();
    (row.get(0), row.get(1))
}
