//! The twins keep the contracts.

use async_trait::async_trait;
use domain::ports::{DeadLetters as _, EventPublisher, JobMessage, JobQueue};
use futures::FutureExt;
use messaging::memory::{MemoryEventBus, MemoryJobQueue, Seen, Subscription};
use testkit::contract::publisher::{Kept, PublisherHarness};
use testkit::contract::queue::{DELIVERY_LIMIT, QueueHarness};
use testkit::trace;
use tokio::sync::Mutex;
use tokio::task::unconstrained;

struct Queue(MemoryJobQueue);

#[async_trait]
impl QueueHarness for Queue {
    fn queue(&self) -> &dyn JobQueue {
        &self.0
    }

    async fn dead_letters(&self) -> Vec<JobMessage> {
        self.0.dead_letters(100).await.unwrap().into_iter().filter_map(|letter| letter.message).collect()
    }
}

struct Bus {
    bus: MemoryEventBus,
    subscription: Mutex<Subscription>,
}

#[async_trait]
impl PublisherHarness for Bus {
    fn publisher(&self) -> &dyn EventPublisher {
        &self.bus
    }

    async fn kept(&self) -> Vec<Kept> {
        // Unconstrained: the runtime would otherwise make the channel look empty after a number of messages.
        let mut subscription = self.subscription.lock().await;
        let mut kept = Vec::new();
        while let Some(Some(seen)) = unconstrained(subscription.next()).now_or_never() {
            match seen {
                Seen::Event(record) => kept.push(Kept::from(&record)),
                Seen::Missed(missed) => panic!("missed {missed} events"),
            }
        }
        kept
    }
}

async fn queue() -> Queue {
    Queue(MemoryJobQueue::with_delivery_limit(DELIVERY_LIMIT).with_trace(trace::source()))
}

async fn bus() -> Bus {
    let bus = MemoryEventBus::default();
    let subscription = Mutex::new(bus.subscribe());
    Bus { bus, subscription }
}

mod queue_contract {
    testkit::job_queue_contract!(super::queue);
}

mod bus_contract {
    testkit::event_publisher_contract!(super::bus);
}
