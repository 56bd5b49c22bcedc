//! Tests of the whole orchestrator with the real engine and the real services.

mod bad_input;
mod daemons;
mod embedded;
mod peer;
mod support;
