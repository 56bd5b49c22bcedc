//! TLS over real sockets: who is let in, and certificates that are exchanged while streams are open.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use runtime::grpc::{
    Address, ClientCertificates, ClientConfig, ClientTls, Listener, ServerConfig, ServerTls, base_routes, channel,
    is_of_the_transport, serve,
};
use runtime::health::Readiness;
use runtime::tls::TlsFiles;
use testkit::certificates::Authority;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::Status;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const SOON: Duration = Duration::from_secs(10);

/// The files of a certificate for this host.
fn identity(authority: &Authority, host: &str) -> TlsFiles {
    let issued = authority.issue(&[host]);
    TlsFiles { ca: None, cert: Some(issued.cert), key: Some(issued.key) }
}

/// A server that speaks TLS; returns its port.
async fn start(files: TlsFiles) -> (u16, DropGuard) {
    start_for(files, ClientCertificates::Required).await
}

async fn start_for(files: TlsFiles, clients: ClientCertificates) -> (u16, DropGuard) {
    let readiness = Readiness::builder().build();
    let routes = base_routes(&readiness, None).unwrap();
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let Address::Tcp { port, .. } = listener.address().unwrap() else { panic!("a TCP address was expected") };
    let tls = ServerTls::load(files, clients).unwrap();
    let config = ServerConfig { tls: Some(Arc::new(tls)), ..ServerConfig::default() };
    let stop = CancellationToken::new();
    let guard = stop.clone().drop_guard();
    tokio::spawn(async move { serve(&config, routes, listener, stop, Duration::ZERO).await });
    (port, guard)
}

fn client(port: u16, files: TlsFiles) -> HealthClient<tonic::transport::Channel> {
    let address = Address::Tls { host: "localhost".into(), port };
    let config = ClientConfig { tls: ClientTls::load(files).unwrap(), ..ClientConfig::default() };
    HealthClient::new(channel(&address, &config).unwrap())
}

async fn check(port: u16, files: TlsFiles) -> Result<(), Status> {
    client(port, files).check(HealthCheckRequest::default()).await.map(drop)
}

fn trusting(authority: &Authority) -> TlsFiles {
    TlsFiles { ca: Some(authority.ca()), ..TlsFiles::default() }
}

#[tokio::test]
async fn a_certificate_counts_if_its_authority_and_its_name_are_right() {
    let (ours, other) = (Authority::new(), Authority::new());
    let (port, _stop) = start(identity(&ours, "localhost")).await;
    let (misnamed, _stop_too) = start(identity(&ours, "elsewhere.example")).await;

    check(port, trusting(&ours)).await.unwrap();
    for (port, files) in [(port, trusting(&other)), (port, TlsFiles::default()), (misnamed, trusting(&ours))] {
        assert!(is_of_the_transport(&check(port, files).await.unwrap_err()));
    }
    let plain = channel(&Address::Tcp { host: "localhost".into(), port }, &ClientConfig::default()).unwrap();
    let in_the_clear = timeout(SOON, HealthClient::new(plain).check(HealthCheckRequest::default())).await.unwrap();
    assert!(is_of_the_transport(&in_the_clear.unwrap_err()));
}

#[tokio::test]
async fn where_an_authority_is_named_only_its_clients_are_let_in() {
    let (ours, other) = (Authority::new(), Authority::new());
    let (port, _stop) = start(TlsFiles { ca: Some(ours.ca()), ..identity(&ours, "localhost") }).await;
    let shows = |authority: &Authority| TlsFiles { ca: Some(ours.ca()), ..identity(authority, "worker-1") };

    check(port, shows(&ours)).await.unwrap();
    for files in [trusting(&ours), shows(&other)] {
        assert!(is_of_the_transport(&check(port, files).await.unwrap_err()));
    }
}

#[tokio::test]
async fn a_server_may_let_in_who_shows_no_certificate_but_nobody_with_a_wrong_one() {
    let (ours, other) = (Authority::new(), Authority::new());
    let files = TlsFiles { ca: Some(ours.ca()), ..identity(&ours, "localhost") };
    let (port, _stop) = start_for(files, ClientCertificates::Optional).await;
    let shows = |authority: &Authority| TlsFiles { ca: Some(ours.ca()), ..identity(authority, "worker-1") };

    check(port, shows(&ours)).await.unwrap();
    check(port, trusting(&ours)).await.unwrap();
    assert!(is_of_the_transport(&check(port, shows(&other)).await.unwrap_err()));
}

#[tokio::test]
async fn a_server_may_be_at_another_address_than_its_certificate_names() {
    let ours = Authority::new();
    let (port, _stop) = start(identity(&ours, "agent")).await;
    let asked = async |name| {
        let tls = ClientTls::load(trusting(&ours)).unwrap().named(name);
        let address = Address::Tls { host: "127.0.0.1".into(), port };
        let channel = channel(&address, &ClientConfig { tls, ..ClientConfig::default() }).unwrap();
        HealthClient::new(channel).check(HealthCheckRequest::default()).await
    };

    asked("agent").await.unwrap();
    assert!(is_of_the_transport(&asked("127.0.0.1").await.unwrap_err()));
}

#[tokio::test]
async fn an_exchanged_certificate_is_taken_over_and_breaks_no_stream() {
    let (before, after) = (Authority::new(), Authority::new());
    let files = identity(&before, "localhost");
    let (port, _stop) = start(files.clone()).await;
    let mut old = client(port, trusting(&before));
    let mut watching = old.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    watching.message().await.unwrap().unwrap();

    let renewed = identity(&after, "localhost");
    fs::copy(renewed.cert.unwrap(), files.cert.unwrap()).unwrap();
    sleep(Duration::from_millis(1100)).await;
    // The key is not there yet: certificate and key do not go together, so the old ones stay in force.
    check(port, trusting(&before)).await.unwrap();
    fs::copy(renewed.key.unwrap(), files.key.unwrap()).unwrap();

    let deadline = Instant::now() + SOON;
    while let Err(error) = check(port, trusting(&after)).await {
        assert!(Instant::now() < deadline, "{error}");
        sleep(Duration::from_millis(100)).await;
    }
    check(port, trusting(&before)).await.unwrap_err();
    old.check(HealthCheckRequest::default()).await.expect("the connection that was there before goes on");
    assert!(timeout(Duration::from_millis(100), watching.message()).await.is_err(), "so does its stream");
}

#[tokio::test]
async fn a_peer_that_shakes_no_hands_holds_up_nobody() {
    let ours = Authority::new();
    let (port, _stop) = start(identity(&ours, "localhost")).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }

    timeout(SOON, check(port, trusting(&ours))).await.unwrap().unwrap();

    let closed = timeout(Duration::from_secs(15), silent[0].read(&mut [0])).await.expect("it is given up in time");
    assert!(matches!(closed, Ok(0) | Err(_)));
}

#[test]
fn what_cannot_be_used_is_told_at_the_start() {
    let ours = Authority::new();
    let (server, other) = (identity(&ours, "localhost"), identity(&ours, "localhost"));
    let told = |files| ServerTls::load(files, ClientCertificates::Required).unwrap_err().to_string();

    assert_eq!(told(trusting(&ours)), "a server needs a certificate and its key");
    let mixed = told(TlsFiles { key: other.key, ..server });
    assert!(mixed.starts_with("the certificate, its key or the authorities cannot be used"), "{mixed}");
    assert!(ClientTls::load(TlsFiles { ca: Some("/none.pem".into()), ..TlsFiles::default() }).is_err());
}
