//! Puts the parts together. Only this module names concrete storage, queues, publishers and games.

mod embedded;
mod engine;
mod playing;
mod remote;
pub mod scratch;

pub use embedded::{Embedded, EmbeddedSettings};
pub use engine::{EngineArgs, Env};
pub use playing::{Playing, PlayingSettings};
pub use remote::{Dependencies, Remote};
