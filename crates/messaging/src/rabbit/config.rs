//! Where RabbitMQ is and how the queue is called.

use std::fmt;
use std::time::Duration;

use domain::ports::TraceSource;
use runtime::tls::TlsFiles;

use crate::wire::without_credentials;

/// Settings of the RabbitMQ adapter.
#[derive(Clone)]
pub struct AmqpConfig {
    /// The broker, such as `amqp://user:password@127.0.0.1:5672/%2f`, or `amqps://` for TLS.
    pub url: String,
    /// Files that secure the connection, for `amqps://` only.
    pub tls: TlsFiles,
    /// Direct exchange that jobs are published to; `{exchange}.dead` is its dead-letter exchange.
    pub exchange: String,
    /// Quorum queue that keeps the jobs; `{queue}.dead` is its dead-letter queue.
    pub queue: String,
    /// Routing key of a job.
    pub routing_key: String,
    /// How many unanswered jobs a consumer has when it asks for 0, which AMQP would take for "no limit".
    pub prefetch: u16,
    /// How often a job comes again before it goes to the dead-letter queue. Every return counts: requeued, dropped, or
    /// lost with its consumer.
    pub delivery_limit: u32,
    /// How long publishing and the start of a consumer try to reach a broker that is away.
    pub patience: Duration,
    /// How long one attempt to connect, or one answer of the broker, may take.
    pub timeout: Duration,
    /// After how long without a confirmation, although the broker answers and takes messages, the queue is deleted and
    /// declared anew.
    pub rebuild_after: Duration,
    /// The trace context to send along.
    pub trace: TraceSource,
}

impl AmqpConfig {
    /// The documented names and settings, on the broker at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: TlsFiles::default(),
            exchange: "claudoom".to_owned(),
            queue: "claudoom.jobs".to_owned(),
            routing_key: "job".to_owned(),
            prefetch: 1,
            delivery_limit: 50,
            patience: Duration::from_secs(15),
            timeout: Duration::from_secs(5),
            rebuild_after: Duration::from_secs(30),
            trace: TraceSource::default(),
        }
    }

    /// Name of the dead-letter exchange.
    #[must_use]
    pub fn dead_exchange(&self) -> String {
        format!("{}.dead", self.exchange)
    }

    /// Name of the dead-letter queue.
    #[must_use]
    pub fn dead_queue(&self) -> String {
        format!("{}.dead", self.queue)
    }
}

/// Shows no URL as it is, because a URL may hold a password.
impl fmt::Debug for AmqpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmqpConfig")
            .field("broker", &without_credentials(&self.url))
            .field("tls", &self.tls)
            .field("exchange", &self.exchange)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
