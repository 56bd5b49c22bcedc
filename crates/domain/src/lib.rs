//! The words of claudoom, its rules, and the traits through which the outside is reached.
//!
//! Nothing here does I/O, reads a clock or spawns a task. The daemons are built around these types:
//! an [`episode::Episode`] is a state machine that answers inputs with effects, a
//! [`experiment::ExperimentSpec`] is planned into jobs by pure functions, and the
//! [`ports`] say what storage, messaging and games must offer.

pub mod action;
pub mod action_log;
pub mod agent;
pub mod checkpoint;
pub mod course;
pub mod digest;
pub mod environment;
pub mod episode;
pub mod error;
pub mod event;
pub mod event_chain;
pub mod experiment;
pub mod extension;
pub mod file;
pub mod finding;
pub mod game;
pub mod genome;
pub mod handed;
pub mod hex;
pub mod ids;
pub mod journal;
pub mod knowledge;
pub mod measures;
pub mod plan;
pub mod ports;
pub mod projection;
pub mod reason;
pub mod score;
pub mod seed;
pub mod series;
pub mod shape;
pub mod spelling;
pub mod status;

pub use error::{ErrorKind, Violation};
