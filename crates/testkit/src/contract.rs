//! Contract suites: what every implementation of a port must do, written once and run for each.

pub mod blobs;
pub mod history;
pub mod projection;
pub mod publisher;
pub mod queue;
pub mod source;
pub mod store;
pub mod tokens;
