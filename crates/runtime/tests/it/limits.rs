//! What one peer may take of a server, and that work ends with the caller who asked for it.

use std::sync::Arc;
use std::time::Duration;

use runtime::grpc::{Address, ClientConfig, Listener, ServerConfig, channel, is_of_the_transport, serve};
use runtime::health::Readiness;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_stream::StreamExt as _;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

const SOON: Duration = Duration::from_secs(10);
/// Long enough for whatever would be answered.
const WHILE: Duration = Duration::from_millis(300);

async fn start(config: ServerConfig, routes: Routes) -> (Address, DropGuard) {
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, stop) = (listener.address().unwrap(), CancellationToken::new());
    let guard = stop.clone().drop_guard();
    tokio::spawn(async move { serve(&config, routes, listener, stop, Duration::ZERO).await });
    (address, guard)
}

fn healthy() -> Routes {
    Routes::new(Readiness::builder().build().server())
}

fn client(address: &Address) -> HealthClient<Channel> {
    HealthClient::new(channel(address, &ClientConfig::default()).unwrap())
}

fn anything() -> HealthCheckRequest {
    HealthCheckRequest::default()
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_until_a_place_is_free() {
    let (address, _stop) = start(ServerConfig { connections: 1, ..ServerConfig::default() }, healthy()).await;
    let mut first = client(&address);
    first.check(anything()).await.unwrap();

    let refused = client(&address).check(anything()).await.unwrap_err();
    first.check(anything()).await.unwrap();
    drop(first);
    let let_in = async {
        while client(&address).check(anything()).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };

    assert!(is_of_the_transport(&refused), "{refused:?}");
    assert!(timeout(SOON, let_in).await.is_ok(), "the place of the first is free");
}

#[tokio::test]
async fn streams_beyond_the_limit_wait_for_one_to_end() {
    let (address, _stop) =
        start(ServerConfig { streams_per_connection: 2, ..ServerConfig::default() }, healthy()).await;
    let client = client(&address);
    let watch = async || {
        let mut stream = client.clone().watch(anything()).await.unwrap().into_inner();
        stream.next().await.unwrap().unwrap();
        stream
    };
    let (first, _second) = (watch().await, watch().await);

    let mut third = Box::pin(async { client.clone().check(anything()).await });
    assert!(timeout(WHILE, &mut third).await.is_err(), "two are open");
    drop(first);

    assert!(timeout(SOON, third).await.unwrap().is_ok(), "one has ended");
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused_and_the_connection_goes_on() {
    let (address, _stop) = start(ServerConfig::default(), healthy()).await;
    let mut client = client(&address);
    let with = |bytes: usize| {
        let mut request = Request::new(anything());
        request.metadata_mut().insert("note", "x".repeat(bytes).parse().unwrap());
        request
    };

    let large = client.check(with(20 * 1024)).await;
    let small = client.check(with(8 * 1024)).await;

    assert!(large.is_err(), "{large:?}");
    assert!(small.is_ok(), "{small:?}");
}

/// Checks that last for ever, and say when they begin and when they are given up; what is watched never changes.
#[derive(Clone, Default)]
struct Endless {
    begun: Arc<Notify>,
    given_up: Arc<Notify>,
}

/// Says so when it is dropped.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tonic::async_trait]
impl Health for Endless {
    type WatchStream = tokio_stream::Empty<Result<HealthCheckResponse, Status>>;

    async fn check(&self, _: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        let _dropped = Dropped(self.given_up.clone());
        self.begun.notify_one();
        std::future::pending().await
    }

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::empty()))
    }
}

#[tokio::test]
async fn calls_beyond_what_runs_at_once_are_shed() {
    let endless = Endless::default();
    let routes = Routes::new(HealthServer::new(endless.clone()));
    let (address, _stop) = start(ServerConfig { calls_per_connection: 1, ..ServerConfig::default() }, routes).await;
    let client = client(&address);
    let running = tokio::spawn({
        let mut client = client.clone();
        async move { client.check(anything()).await }
    });
    endless.begun.notified().await;

    let shed = timeout(SOON, client.clone().watch(anything())).await.unwrap().unwrap_err();
    running.abort();
    endless.given_up.notified().await;
    let served = client.clone().watch(anything()).await;

    assert_eq!(shed.code(), Code::ResourceExhausted, "{shed:?}");
    assert!(served.is_ok(), "{served:?}");
}

#[tokio::test]
async fn work_ends_when_its_caller_leaves_or_its_time_is_over() {
    let endless = Endless::default();
    let routes = Routes::new(HealthServer::new(endless.clone()));
    let (address, _stop) = start(ServerConfig::default(), routes).await;
    let mut client = client(&address);

    let left = timeout(WHILE, client.check(anything())).await;
    let ended = timeout(SOON, endless.given_up.notified()).await;
    assert!(left.is_err() && ended.is_ok(), "a caller that leaves");

    let mut request = Request::new(anything());
    request.set_timeout(WHILE);
    let late = client.check(request).await.unwrap_err();
    let ended = timeout(SOON, endless.given_up.notified()).await;
    assert!(ended.is_ok(), "a deadline that has passed");
    assert!(matches!(late.code(), Code::DeadlineExceeded | Code::Cancelled), "{late:?}");
}
