//! What any daemon needs to live and die well: configuration, telemetry, supervised tasks, signals, readiness,
//! retries, gRPC servers and channels tuned alike on both sides, and plain HTTP beside them.
//!
//! Nothing here knows what the daemon is for.

pub mod access;
pub mod config;
pub mod crash;
pub mod grpc;
pub mod health;
pub mod http;
pub mod outage;
pub mod retry;
pub mod signal;
pub mod tasks;
pub mod telemetry;
pub mod tls;
pub mod trace_context;
