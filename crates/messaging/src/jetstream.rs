//! Events, metrics and control on NATS.
//!
//! Events go to a JetStream stream that keeps them for its age and refuses repeated ids for as long; metrics go over
//! core NATS, where nothing is kept. The connection is made in the background and remade by itself, so a NATS that is
//! away delays events and stops nothing: they wait in the outbox.

mod client;
mod config;
mod consumer;
mod control;
mod history;
mod message;
mod metrics;
mod publisher;
mod source;
mod stream;

pub use config::NatsConfig;
pub use control::{ControlRequest, NatsControl};
pub use history::JetStreamHistory;
pub use metrics::NatsMetrics;
pub use publisher::{JetStreamPublisher, NatsFacts};
pub use source::JetStreamSource;
