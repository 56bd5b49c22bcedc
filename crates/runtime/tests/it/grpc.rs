//! Server and channel over real sockets.

use std::time::{Duration, Instant};

use runtime::{
    grpc::{
        Address, Client, ClientConfig, Listener, Method, Methods, Reflection, ServerConfig, Stopped, base_routes,
        channel, is_of_the_transport, reason, serve, server::ServeError,
    },
    health::Readiness,
    retry::RetryPolicy,
};
use tokio::{io::AsyncReadExt as _, net::TcpStream, task::JoinHandle};
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::{v1, v1alpha};

struct Running {
    address: Address,
    readiness: Readiness,
    stop: CancellationToken,
    server: JoinHandle<Result<Stopped, ServeError>>,
}

impl Running {
    async fn start(address: &Address, grace: Duration) -> Self {
        let readiness = Readiness::builder().service("game.v1.Play", ["engine"]).build();
        let routes = base_routes(&readiness, Some(Reflection { descriptors: &[], service: "game.v1.Play" })).unwrap();
        let listener = Listener::bind(address).await.unwrap();
        let (address, stop) = (listener.address().unwrap(), CancellationToken::new());
        let token = stop.clone();
        let server = tokio::spawn(async move { serve(&ServerConfig::default(), routes, listener, token, grace).await });
        Self { address, readiness, stop, server }
    }

    fn health(&self) -> HealthClient<tonic::transport::Channel> {
        HealthClient::new(channel(&self.address, &ClientConfig::default()).unwrap())
    }
}

fn tcp() -> Address {
    "127.0.0.1:0".parse().unwrap()
}

fn play() -> HealthCheckRequest {
    HealthCheckRequest { service: "game.v1.Play".to_owned() }
}

#[tokio::test]
async fn health_answers_over_tcp_and_unix_sockets() {
    let dir = tempfile::tempdir().unwrap();
    for address in [tcp(), Address::Unix(dir.path().join("agent.sock"))] {
        let running = Running::start(&address, Duration::from_secs(1)).await;
        let mut health = running.health();

        let starting = health.check(play()).await.unwrap().into_inner().status();
        running.readiness.set("engine", Ok(()));
        let ready = health.check(play()).await.unwrap().into_inner().status();
        running.stop.cancel();

        assert_eq!((starting, ready), (ServingStatus::NotServing, ServingStatus::Serving));
        assert_eq!(running.server.await.unwrap().unwrap(), Stopped::Drained);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn reflection_lists_the_services_in_both_versions() {
    let running = Running::start(&tcp(), Duration::from_secs(1)).await;
    let channel = channel(&running.address, &ClientConfig::default()).unwrap();

    let ask = v1::ServerReflectionRequest {
        message_request: Some(v1::server_reflection_request::MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel.clone());
    let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
    let current = format!("{:?}", answers.next().await.unwrap().unwrap());
    let ask = v1alpha::ServerReflectionRequest {
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
    let old = format!("{:?}", answers.next().await.unwrap().unwrap());

    assert!(current.contains("grpc.health.v1.Health"), "{current}");
    assert!(old.contains("grpc.health.v1.Health"), "{old}");
}

#[tokio::test]
async fn silent_peer_does_not_hold_up_the_end() {
    let running = Running::start(&tcp(), Duration::from_millis(300)).await;
    let mut peer = TcpStream::connect(running.address.to_string()).await.unwrap();
    // A call proves that the server has accepted what came before.
    running.health().check(play()).await.unwrap();

    let begun = Instant::now();
    running.stop.cancel();
    let stopped = running.server.await.unwrap().unwrap();
    // What the server said before the end, then the end itself or a reset.
    let closed = tokio::time::timeout(Duration::from_secs(5), peer.read_to_end(&mut Vec::new())).await;

    assert_eq!(stopped, Stopped::Cut);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(closed.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn open_stream_is_cut_at_the_deadline_and_drained_before_it() {
    let cut = Running::start(&tcp(), Duration::from_millis(300)).await;
    let mut watch = cut.health().watch(play()).await.unwrap().into_inner();
    watch.next().await.unwrap().unwrap();
    cut.stop.cancel();
    assert_eq!(cut.server.await.unwrap().unwrap(), Stopped::Cut);
    assert!(watch.next().await.is_none_or(|end| end.is_err()));

    let drained = Running::start(&tcp(), Duration::from_secs(10)).await;
    let mut watch = drained.health().watch(play()).await.unwrap().into_inner();
    watch.next().await.unwrap().unwrap();
    drained.readiness.drain();
    drained.stop.cancel();
    assert_eq!(drained.server.await.unwrap().unwrap(), Stopped::Drained);
}

#[tokio::test]
async fn channel_waits_for_a_server_that_is_still_down() {
    let dir = tempfile::tempdir().unwrap();
    let address = Address::Unix(dir.path().join("agent.sock"));
    let client = |retries| {
        let retry = RetryPolicy { retries, ..RetryPolicy::default() };
        let config = ClientConfig { retry, ..ClientConfig::default() };
        HealthClient::new(Client::new(&address, &config, Methods::default()).unwrap())
    };

    let down = client(0).check(play()).await.unwrap_err();
    let mut patient = client(20);
    let (answer, _running) = tokio::join!(patient.check(play()), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Running::start(&address, Duration::from_secs(1)).await
    });

    assert_eq!(down.code(), Code::Unavailable);
    assert!(is_of_the_transport(&down), "{down:?}");
    assert_eq!(answer.unwrap().into_inner().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn a_client_keeps_the_deadline_of_a_method_against_a_server_that_is_silent() {
    // Takes connections and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: Address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let retry = RetryPolicy { retries: 0, ..RetryPolicy::default() };
    let config = ClientConfig { retry, ..ClientConfig::default() };
    let mut health = HealthClient::new(Client::new(&address, &config, SOON).unwrap());
    let begun = Instant::now();

    let late = health.check(play()).await.unwrap_err();

    assert_eq!((late.code(), reason::of(&late).as_deref()), (Code::DeadlineExceeded, Some("DEADLINE_PASSED")));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

/// Health checks that may take a second.
const SOON: Methods = Methods(&[&[Method::read("/grpc.health.v1.Health/Check", 1)]]);
