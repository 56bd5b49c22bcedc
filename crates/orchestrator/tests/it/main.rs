//! Tests of the whole orchestrator with the real engine and the real services.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod branches;
mod catalogue;
mod champions;
mod chaos;
mod collector;
mod conclusions;
mod control;
mod daemons;
mod data_out;
mod deployment;
mod design;
mod embedded;
mod events;
mod every_rpc;
mod evolve;
mod extend;
mod faults;
mod grpc_tls;
mod guest;
mod http;
mod jobs;
mod jobs_command;
mod knowledge;
mod leaders;
mod metrics;
mod observability;
mod outages;
mod peer;
mod pool;
mod python_client;
mod quiet;
mod races;
mod research;
mod retrospection;
mod studies;
mod support;
mod system;
mod tokens;
mod tracing;
mod user_files;
mod watch;
