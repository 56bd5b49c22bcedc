//! Events, metrics and control on NATS.
//!
//! Events go to a JetStream stream that keeps them for its age and refuses repeated ids for as long; metrics go over
//! core NATS, where nothing is kept. The connection is made in the background and remade by itself, so a NATS that is
//! away delays events and stops nothing: they wait in the outbox.

mod client;
mod config;
mod control;
mod message;
mod metrics;
mod publisher;
mod stored;
mod stream;

pub use config::NatsConfig;
pub use control::{ControlRequest, NatsControl};
pub use metrics::NatsMetrics;
pub use publisher::JetStreamPublisher;
pub use stored::stored_ids;
