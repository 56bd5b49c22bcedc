//! Daemons from outside: real sockets, a real collector's protocol, real signals.

#![allow(clippy::unwrap_used, reason = "the lint's exception for tests does not reach their helpers")]

mod access;
mod config;
mod grpc;
mod limits;
mod signal;
mod telemetry;
mod tls;
