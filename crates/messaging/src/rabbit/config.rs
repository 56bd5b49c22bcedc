//! Where RabbitMQ is and how the queue is called.

use std::time::Duration;

use domain::ports::TraceSource;

/// Settings of the RabbitMQ adapter.
#[derive(Debug, Clone)]
pub struct AmqpConfig {
    /// The broker, such as `amqp://user:password@127.0.0.1:5672/%2f`.
    pub url: String,
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
    /// The trace context to send along.
    pub trace: TraceSource,
}

impl AmqpConfig {
    /// The documented names and settings, on the broker at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            exchange: "claudoom".to_owned(),
            queue: "claudoom.jobs".to_owned(),
            routing_key: "job".to_owned(),
            prefetch: 1,
            delivery_limit: 50,
            patience: Duration::from_secs(15),
            timeout: Duration::from_secs(5),
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
