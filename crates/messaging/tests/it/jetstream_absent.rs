//! A NATS of the test's own, which is missing at first, killed later, and back again.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{EventPublisher, MetricsPublisher};
use messaging::jetstream::JetStreamPublisher;
use testkit::contract::publisher::records;
use tokio::time::timeout;

use crate::nats::{eventually, independent, own_config, read_all};

/// A server that is killed, by its own process id only, when it is dropped.
struct Server(Child);

impl Server {
    fn start(port: u16, folder: &Path) -> Self {
        let child = Command::new("nats-server")
            .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("this test starts `nats-server`, which must be installed"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_wait_for_a_server_that_comes_goes_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = own_config(format!("nats://127.0.0.1:{port}"));
    let records = records(40);

    // Nothing is there: connecting is no error, publishing is one, and says so at once.
    let publisher = JetStreamPublisher::connect(&config).await.unwrap();
    let results = timeout(Duration::from_secs(2), publisher.publish(&records[..20])).await.unwrap();
    assert!(results.iter().all(|result| result.as_ref().is_err_and(|e| e.kind == ErrorKind::Unavailable)));
    assert_eq!(publisher.ping().await.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(!publisher.metrics().is_heard());
    assert!(publisher.metrics().send("agent.a", String::new()).await.is_err());

    // It appears.
    let server = Server::start(port, folder.path());
    eventually("the server's appearance being noticed", async || publisher.ping().await).await;
    let results = publisher.publish(&records[..20]).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");

    assert!(publisher.metrics().is_heard());

    // It is killed: errors again, within the acknowledgement's timeout.
    drop(server);
    let results = timeout(Duration::from_secs(12), publisher.publish(&records[20..])).await.unwrap();
    assert!(results.iter().all(Result::is_err));

    // It comes back with what it had: publishing everything again adds only what is missing.
    let _server = Server::start(port, folder.path());
    eventually("the server's return being noticed", async || publisher.ping().await).await;
    eventually("publishing after the return", async || {
        publisher.publish(&records).await.into_iter().collect::<Result<Vec<_>, _>>()
    })
    .await;
    let kept = read_all(&independent(&config.url).await, &config.stream).await;
    let ids: Vec<_> = kept.iter().map(|m| m.headers.as_ref().unwrap().get("ce-id").unwrap().to_string()).collect();
    assert_eq!(ids, records.iter().map(|record| record.id.to_string()).collect::<Vec<_>>());
}
