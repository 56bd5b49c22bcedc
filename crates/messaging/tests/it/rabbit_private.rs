//! RabbitMQ brokers of a test's own: encrypted ones, and one that is away, killed, and back.

use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{CountsMessages as _, JobConsumer, JobMessage, JobQueue as _, PortError};
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use runtime::tls::TlsFiles;
use testkit::certificates::Authority;
use testkit::contract::queue::{jobs, next};
use testkit::services::Service;
use tokio::time::timeout;

fn trusting(authority: &Authority) -> TlsFiles {
    TlsFiles { ca: Some(authority.ca()), ..TlsFiles::default() }
}

async fn refused(url: String, tls: TlsFiles) -> PortError {
    let config = AmqpConfig { tls, ..AmqpConfig::new(url) };
    RabbitJobQueue::lazily(&config).unwrap().ping().await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_authority_and_host_are_believed() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let service = Service::rabbitmq(Some(&authority.issue(&["localhost"])));
    let by_name = service.url().replace("127.0.0.1", "localhost");

    let config = AmqpConfig { tls: trusting(&authority), ..AmqpConfig::new(&by_name) };
    let queue = RabbitJobQueue::connect(&config).await.unwrap();
    let published = jobs(2);
    queue.publish(&published).await.unwrap();
    let mut consumer = queue.consume(1).await.unwrap();
    for job in published {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.message(), job);
        delivery.ack().await.unwrap();
    }
    let facts = queue.facts().await.unwrap();
    assert!(facts.tls && facts.version.is_some(), "{facts:?}");

    let wrong = refused(by_name.clone(), trusting(&stranger)).await;
    assert!(wrong.message.contains("UnknownIssuer"), "{wrong}");
    let wrong = refused(service.url(), trusting(&authority)).await;
    assert!(wrong.message.contains("certificate") && wrong.message.contains("127.0.0.1"), "{wrong}");
    let plain = refused(format!("amqps://localhost:{}", plain_port(&service)), trusting(&authority)).await;
    assert!(plain.message.contains("that port speaks none"), "{plain}");
    let demanded = AmqpConfig { tls: trusting(&authority), ..AmqpConfig::new("amqp://localhost") };
    assert_eq!(RabbitJobQueue::lazily(&demanded).unwrap_err().kind, ErrorKind::Invalid);
}

/// A port of the service without TLS.
fn plain_port(service: &Service) -> u16 {
    service.plain_port().expect("an encrypted broker has a plain port beside it")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_comes_late_is_used_when_it_is_there() {
    let mut service = Service::rabbitmq(None);
    service.stop();
    let queue = patient(&service);
    let away = queue.ping().await.unwrap_err();
    assert_eq!(away.kind, ErrorKind::Unavailable);
    assert!(away.message.contains("cannot connect to RabbitMQ at amqp://127.0.0.1"), "{away}");

    service.start();
    let published = jobs(4);
    queue.publish(&published).await.unwrap();
    let mut consumer = queue.consume(1).await.unwrap();
    for job in published {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.message(), job);
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_killed_and_returns_is_used_when_it_is_there() {
    let mut service = Service::rabbitmq(None);
    let queue = patient(&service);
    queue.publish(&jobs(4)).await.unwrap();
    let mut consumer = queue.consume(1).await.unwrap();
    let in_hand = next(&mut consumer).await;

    service.kill();
    let ended = timeout(Duration::from_secs(30), consumer.next()).await.expect("a dead broker must be noticed");
    assert!(ended.is_err());
    drop((in_hand, consumer));

    service.start();
    let late = jobs(2);
    queue.publish(&late).await.unwrap();
    let mut consumer = queue.consume(1).await.unwrap();
    let mut missing = late;
    while !missing.is_empty() {
        // So soon after its declaration the queue may not have survived: what was in it before is not promised.
        let delivery = next(&mut consumer).await;
        missing.retain(|job| *job != delivery.message());
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_serves_nobody_is_made_anew() {
    let mut service = Service::rabbitmq(None);
    let queue = patient(&service);
    for _ in 0..3 {
        queue.publish(&jobs(1)).await.unwrap();
        // RabbitMQ 3.10 does not find a queue again that was a moment old when it was killed.
        service.kill();
        service.start();
        assert_eq!(queue.depth().await.unwrap(), 0, "to the leader it is a queue that has lost its jobs");
        let late = jobs(1);

        queue.publish(&late).await.unwrap();

        let mut consumer = queue.consume(1).await.unwrap();
        while next_and_ack(&mut consumer).await != late[0] {}
        let counted = queue.count().await.unwrap();
        assert_eq!((counted.waiting, counted.dead), (0, 0));
    }
}

/// Takes a job and acknowledges it.
async fn next_and_ack(consumer: &mut Box<dyn JobConsumer>) -> JobMessage {
    let delivery = next(consumer).await;
    let job = delivery.message();
    delivery.ack().await.unwrap();
    job
}

/// A queue that waits for its broker for a minute.
fn patient(service: &Service) -> RabbitJobQueue {
    let (patience, rebuild_after) = (Duration::from_secs(60), Duration::from_secs(3));
    let config = AmqpConfig { patience, rebuild_after, ..AmqpConfig::new(service.url()) };
    RabbitJobQueue::lazily(&config).unwrap()
}
