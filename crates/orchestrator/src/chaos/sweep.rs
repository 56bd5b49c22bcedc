//! Visits every crash point: a process that kills itself there, once on the services and once embedded.

mod embedded;
mod fenced;
mod points;
mod services;

use serde::Serialize;

pub use embedded::{Embedded, Era, embedded};
pub use fenced::{FrozenPoint, Outcome, fenced};
pub use services::{Site, services};

/// A crash point and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Name of the point.
    pub point: &'static str,
    /// The visit at which the process was to die.
    pub visit: u32,
    /// `services` or `embedded`.
    pub on: &'static str,
    /// Whether a process died there.
    pub hit: bool,
}
