//! The job queue on RabbitMQ.
//!
//! A durable quorum queue with publisher confirms, mandatory routing, manual answers, an explicit delivery limit and a
//! dead-letter queue beside it. The connection is made when it is needed and made again, with its topology, after it
//! broke: publishing waits for that within its patience, a consumer ends with an error and is replaced by its owner. A
//! queue that confirms nothing although its broker answers is made anew: the ledger knows which jobs were in it.

mod config;
mod connection;
mod consumer;
mod dead;
mod delivery;
mod errors;
mod facts;
mod publisher;
mod silence;
mod spans;
mod tls;
mod topology;

use std::sync::Arc;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{
    CountsMessages, DeadLetter, DeadLetters, JobConsumer, JobMessage, JobQueue, PortResult, QueueDepth,
};
use tokio::time::Instant;

use connection::Link;
use consumer::RabbitConsumer;
use publisher::Publisher;

pub use config::AmqpConfig;
pub use facts::AmqpFacts;

/// A job queue on RabbitMQ.
#[derive(Debug)]
pub struct RabbitJobQueue {
    link: Arc<Link>,
    publisher: Publisher,
}

impl RabbitJobQueue {
    /// A queue that has not connected yet: whoever uses it does so.
    ///
    /// # Errors
    /// `Invalid` if the settings cannot be used.
    pub fn lazily(config: &AmqpConfig) -> PortResult<Self> {
        let link = Arc::new(Link::new(config.clone())?);
        Ok(Self { publisher: Publisher::new(Arc::clone(&link)), link })
    }

    /// Connects and declares the topology. A broker that is away is not an error, only logged: it is tried again by
    /// whoever uses the queue.
    ///
    /// # Errors
    /// `Invalid` if the settings cannot be used, `PermissionDenied` if the broker refuses the user, and
    /// `FailedPrecondition` if the exchange or queue is there with other settings.
    pub async fn connect(config: &AmqpConfig) -> PortResult<Self> {
        let queue = Self::lazily(config)?;
        match queue.link.channel().await {
            Ok(_) => Ok(queue),
            Err(error) if error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::DeadlineExceeded => {
                Ok(queue)
            }
            Err(error) => Err(error),
        }
    }

    /// What is there now, for people. The queues are declared if they are not there.
    ///
    /// # Errors
    /// If the broker is away or refuses us.
    pub async fn facts(&self) -> PortResult<AmqpFacts> {
        facts::of(&self.link).await
    }
}

#[async_trait]
impl DeadLetters for RabbitJobQueue {
    async fn dead_letters(&self, limit: usize) -> PortResult<Vec<DeadLetter>> {
        dead::list(&self.link, limit).await
    }

    async fn redrive(&self, limit: usize) -> PortResult<usize> {
        dead::redrive(&self.link, &self.publisher, limit).await
    }
}

#[async_trait]
impl JobQueue for RabbitJobQueue {
    async fn publish(&self, jobs: &[JobMessage]) -> PortResult<()> {
        self.publisher.publish(jobs).await
    }

    async fn consume(&self, prefetch: u16) -> PortResult<Box<dyn JobConsumer>> {
        let deadline = Instant::now() + self.link.config().patience;
        let channel = self.link.channel_before(deadline).await?;
        Ok(Box::new(RabbitConsumer::start(channel, self.link.config(), prefetch).await?))
    }

    async fn depth(&self) -> PortResult<u64> {
        self.link.depth().await
    }

    async fn ping(&self) -> PortResult<()> {
        self.link.ping().await
    }
}

#[async_trait]
impl CountsMessages for RabbitJobQueue {
    async fn count(&self) -> PortResult<QueueDepth> {
        let config = self.link.config();
        let waiting = self.link.depth().await?;
        Ok(QueueDepth { waiting, dead: self.link.messages(&config.dead_queue()).await? })
    }
}
