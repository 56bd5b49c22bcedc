//! Plain HTTP beside gRPC: probes, metrics for scrapers, and what a daemon adds, with the same certificate and the same
//! question who calls.

mod error;
mod probes;
mod server;

pub use error::HttpError;
pub use probes::{Metrics, probes};
pub use server::{HttpServer, serve};
