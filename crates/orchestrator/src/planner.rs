//! Where planning runs: at once if it is little work, else on a thread of its own, so that nothing else of the process
//! waits for it.

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use tokio::task::spawn_blocking;

/// Episodes up to which a plan is made at once, which takes about a millisecond.
const AT_ONCE: u64 = 2_000;

/// Runs a plan that has to do with this many episodes.
///
/// # Errors
/// What the plan fails with; `Internal` if it panics on its thread.
pub async fn run<T: Send + 'static>(
    episodes: u64,
    plan: impl FnOnce() -> PortResult<T> + Send + 'static,
) -> PortResult<T> {
    if episodes <= AT_ONCE {
        return plan();
    }
    let planned = spawn_blocking(plan).await;
    planned.map_err(|error| PortError::new(ErrorKind::Internal, "planning ended with a panic").because(error))?
}
