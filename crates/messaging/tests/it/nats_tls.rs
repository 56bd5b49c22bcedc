//! Encrypted connections to NATS, credentials from files, and what is said when a connection cannot be had.

use domain::error::ErrorKind;
use domain::ports::{EventPublisher as _, PortResult};
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use runtime::config::{NatsLogin, Secret};
use runtime::tls::TlsFiles;
use testkit::certificates::Authority;
use testkit::contract::publisher::records;
use testkit::services::Service;

use crate::nats::{eventually, own_config};

fn at(service: &Service, host: &str, tls: TlsFiles) -> NatsConfig {
    NatsConfig { tls, ..own_config(service.url().replace("127.0.0.1", host)) }
}

fn trusting(authority: &Authority) -> TlsFiles {
    TlsFiles { ca: Some(authority.ca()), ..TlsFiles::default() }
}

/// Publishes an event as soon as there is a connection.
async fn publish(config: &NatsConfig) {
    let publisher = JetStreamPublisher::connect(config).await.unwrap();
    eventually("a connection", async || publisher.ping().await).await;
    assert!(publisher.publish(&records(3)).await.iter().all(PortResult::is_ok));
    let facts = publisher.facts().await.unwrap();
    assert_eq!((facts.messages, facts.tls), (3, config.tls.any()), "{facts:?}");
}

/// Why there is no connection.
async fn refused(config: &NatsConfig) -> String {
    let publisher = JetStreamPublisher::connect(config).await.unwrap();
    let error = publisher.ping().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    error.message
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_authority_and_host_are_believed() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let service = Service::nats_tls(&authority.issue(&["localhost"]), &[]);

    publish(&at(&service, "localhost", trusting(&authority))).await;

    let wrong = refused(&at(&service, "localhost", trusting(&stranger))).await;
    assert!(wrong.contains("cannot connect to NATS at tls://localhost") && wrong.contains("UnknownIssuer"), "{wrong}");
    let wrong = refused(&at(&service, "127.0.0.1", trusting(&authority))).await;
    assert!(wrong.contains("certificate") && wrong.contains("127.0.0.1"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_where_tls_is_demanded() {
    let (authority, service) = (Authority::new(), Service::nats(&[]));

    let by_file = refused(&at(&service, "localhost", trusting(&authority))).await;
    let by_url = refused(&own_config(service.url().replace("nats://", "tls://"))).await;

    for told in [by_file, by_url] {
        assert!(told.contains("TLS is demanded, and the server offers none"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_for_a_certificate_gets_one() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let ca = clients.ca();
    let verify = ["--tlsverify", "--tlscacert", ca.to_str().unwrap()];
    let service = Service::nats_tls(&authority.issue(&["localhost"]), &verify);
    let ours = clients.issue(&["claudoom"]);

    let files = TlsFiles { cert: Some(ours.cert), key: Some(ours.key), ..trusting(&authority) };
    publish(&at(&service, "localhost", files)).await;
    refused(&at(&service, "localhost", trusting(&authority))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn name_password_and_token_come_from_outside_the_url() {
    let service = Service::nats(&["--user", "doom", "--pass", "s3cret"]);
    let user = |password| Some(NatsLogin::User("doom".to_owned(), Secret::new(password)));
    let config = own_config(service.url());

    publish(&NatsConfig { login: user("s3cret"), ..config.clone() }).await;
    let told = refused(&NatsConfig { login: user("wr0ng"), ..config.clone() }).await;
    assert!(told.contains("authorization violation") && !told.contains("wr0ng"), "{told}");
    assert!(refused(&config).await.contains("authorization violation"));

    let service = Service::nats(&["--auth", "t0ken"]);
    publish(&NatsConfig { login: Some(NatsLogin::Token(Secret::new("t0ken"))), ..own_config(service.url()) }).await;
}

#[tokio::test]
async fn files_that_cannot_be_used_fail_at_once() {
    let missing = TlsFiles { ca: Some("/nowhere/ca.pem".into()), ..TlsFiles::default() };
    let error = JetStreamPublisher::connect(&NatsConfig { tls: missing, ..own_config("nats://x".into()) }).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("/nowhere/ca.pem"), "{error}");

    let login = Some(NatsLogin::Credentials(Secret::new("no credentials")));
    let error = JetStreamPublisher::connect(&NatsConfig { login, ..own_config("nats://x".into()) }).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
}
