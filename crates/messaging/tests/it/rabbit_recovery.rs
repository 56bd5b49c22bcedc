//! The queue over a connection that is cut.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use domain::error::ErrorKind;
use domain::ports::JobQueue;
use lapin::options::QueueDeleteOptions;
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use testkit::contract::queue::{jobs, next};
use tokio::time::{sleep, timeout};

use crate::amqp::{TopologyGuard, independent, own_config, url};
use crate::proxy::Proxy;

struct Broken {
    queue: RabbitJobQueue,
    proxy: Proxy,
    guard: TopologyGuard,
}

/// A queue behind a proxy.
async fn behind_a_proxy(patience: Duration) -> Broken {
    drop(independent().await);
    let (before, server, after) = split(&url());
    let proxy = Proxy::to(server).await;
    let guard = own_config(url());
    let config = AmqpConfig { url: format!("{before}{}{after}", proxy.address()), patience, ..guard.clone() };
    let queue = RabbitJobQueue::connect(&config).await.unwrap();
    Broken { queue, proxy, guard: TopologyGuard(guard) }
}

/// The address with the server cut out of it.
fn split(url: &str) -> (String, SocketAddr, String) {
    let start = url.rfind('@').map_or_else(|| url.find("://").unwrap() + 3, |at| at + 1);
    let end = url[start..].find('/').map_or(url.len(), |slash| start + slash);
    let server = url[start..end].to_socket_addrs().unwrap().next().unwrap();
    (url[..start].to_owned(), server, url[end..].to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cut_the_consumer_ends_and_its_jobs_come_to_the_next() {
    let broken = behind_a_proxy(Duration::from_secs(15)).await;
    let published = jobs(2);
    broken.queue.publish(&published).await.unwrap();
    let mut first = broken.queue.consume(1).await.unwrap();
    let in_hand = next(&mut first).await;

    broken.proxy.shut();
    let error = timeout(Duration::from_secs(10), first.next()).await.expect("a cut must be noticed").err().unwrap();
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert!(first.next().await.is_err(), "a dead consumer stays dead");
    assert!(in_hand.ack().await.is_err(), "an answer that cannot arrive is an error");
    broken.proxy.open();

    let mut second = broken.queue.consume(1).await.unwrap();
    let mut redelivered = 0;
    for _ in &published {
        let delivery = next(&mut second).await;
        redelivered += u32::from(delivery.redelivered());
        delivery.ack().await.unwrap();
    }
    assert!(redelivered >= 1, "what was in hand comes again, marked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_queue_ends_its_consumer_and_comes_back_with_the_next() {
    let broken = behind_a_proxy(Duration::from_secs(15)).await;
    let mut first = broken.queue.consume(1).await.unwrap();
    let (_connection, channel) = independent().await;
    let name = broken.guard.0.queue.clone();
    channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.unwrap();

    let ended = timeout(Duration::from_secs(10), first.next()).await.expect("a deletion must be noticed");
    assert_eq!(ended.err().unwrap().kind, ErrorKind::Unavailable);

    let mut second = broken.queue.consume(1).await.unwrap();
    let published = jobs(1);
    broken.queue.publish(&published).await.unwrap();
    let delivery = next(&mut second).await;
    assert_eq!(delivery.message(), published[0]);
    delivery.ack().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishing_waits_for_the_broker_to_come_back() {
    let broken = behind_a_proxy(Duration::from_secs(30)).await;
    let published = jobs(5);
    broken.queue.publish(&published[..1]).await.unwrap();
    broken.proxy.shut();
    sleep(Duration::from_millis(200)).await;

    let coming_back = async {
        sleep(Duration::from_secs(1)).await;
        broken.proxy.open();
    };
    let (result, ()) = tokio::join!(broken.queue.publish(&published[1..]), coming_back);

    result.unwrap();
    broken.queue.ping().await.unwrap();
    let mut consumer = broken.queue.consume(1).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < published.len() {
        let delivery = next(&mut consumer).await;
        // A confirmation that was lost means a second message, so only the set is promised.
        if !seen.contains(&delivery.message()) {
            seen.push(delivery.message());
        }
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patience_has_an_end() {
    let broken = behind_a_proxy(Duration::from_secs(1)).await;
    broken.proxy.shut();
    sleep(Duration::from_millis(200)).await;
    let start = Instant::now();

    let published = broken.queue.publish(&jobs(1)).await;
    let consumed = broken.queue.consume(1).await;
    let pinged = broken.queue.ping().await;

    assert_eq!(published.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(consumed.is_err());
    assert!(pinged.is_err());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_away_at_the_start_is_used_once_it_is_there() {
    drop(independent().await);
    let (before, server, after) = split(&url());
    let proxy = Proxy::to(server).await;
    proxy.shut();
    let own = own_config(url());
    let _guard = TopologyGuard(own.clone());
    let config = AmqpConfig { url: format!("{before}{}{after}", proxy.address()), ..own };

    let queue = RabbitJobQueue::connect(&config).await.unwrap();
    proxy.open();

    queue.publish(&jobs(1)).await.unwrap();
    next(&mut queue.consume(1).await.unwrap()).await.ack().await.unwrap();
}
