//! Puts the parts together. Only this module names concrete storage, queues, publishers and games.

mod embedded;
mod engine;
mod playing;
mod remote;
pub mod scratch;
pub mod watch;
pub mod witness;

use domain::ports::TraceSource;

pub use embedded::{Embedded, EmbeddedSettings, embedded_database};
pub use engine::{EngineArgs, Env, host_name};
pub use playing::{Playing, PlayingSettings};
pub use remote::{BlobPlace, Dependencies, Remote};

/// What is stored and sent belongs to the trace of the span in which that is done.
fn trace() -> TraceSource {
    TraceSource::new(runtime::trace_context::current)
}
