//! Daemons from outside: real sockets, a real collector's protocol, real signals.

mod config;
mod grpc;
mod signal;
mod telemetry;
