//! What people are told of the queue's size.

use domain::ports::{CountsMessages as _, JobQueue as _, QueueDepth};
use messaging::rabbit::RabbitJobQueue;
use testkit::contract::queue::{jobs, next};

use crate::amqp::{TopologyGuard, own_config, url};
use crate::nats::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_and_dead_messages_are_counted_and_those_in_hand_are_not() {
    let config = own_config(url());
    let _guard = TopologyGuard(config.clone());
    let queue = RabbitJobQueue::connect(&config).await.unwrap();
    queue.publish(&jobs(4)).await.unwrap();
    let mut consumer = queue.consume(2).await.unwrap();
    let (rejected, _in_hand) = (next(&mut consumer).await, next(&mut consumer).await);

    rejected.reject().await.unwrap();

    // The place of the rejected one is taken by a third.
    let expected = QueueDepth { waiting: 1, dead: 1 };
    eventually("the broker has counted", async || {
        let counted = queue.count().await.unwrap();
        if counted == expected { Ok(()) } else { Err(counted) }
    })
    .await;
}
