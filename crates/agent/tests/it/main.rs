//! The agent's server over a real socket with a real client.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod evaluate;
mod get_action;
mod harness;
mod knowledge;
mod live_session;
mod observe;
mod program;
mod server;
