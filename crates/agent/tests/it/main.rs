//! The agent's server over a real socket with a real client.

mod get_action;
mod harness;
mod live_session;
mod server;
