//! The agent daemon: one decision engine per session, and nothing between a state and its action but this crate.
//!
//! [`serve_on`] runs it inside any process and on any runtime; the program `agent` is a command line around that.
//! [`session::Session`] is the protocol without I/O, [`live::LiveStream`] its one stream adaptor.

mod audience;
pub mod cli;
pub mod definition;
mod evaluate;
pub mod histogram;
pub mod inspection;
pub mod live;
mod metrics;
mod roster;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;

pub use server::serve_on;
pub use service::AgentServer;
pub use settings::Settings;
