//! Looks every ten seconds at what no process counts by itself, for operators. Shared things: every daemon tells the
//! same.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ports::{CountsMessages, ExperimentStore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::core::running;
use crate::metrics::Looked;

/// As often as metrics are exported.
const PAUSE: Duration = Duration::from_secs(10);
/// Pause while something cannot be seen, as when the daemon starts before its services.
const AWAY: Duration = Duration::from_secs(1);

/// Looks until `shutdown`, and leaves in `looked` what it sees. What is away is not seen, and tried again.
pub async fn run(
    store: Arc<dyn ExperimentStore>,
    queue: Arc<dyn CountsMessages>,
    looked: Arc<Mutex<Looked>>,
    shutdown: CancellationToken,
) {
    let looking = async {
        loop {
            let seen = look(store.as_ref(), queue.as_ref()).await;
            let pause = if seen.is_complete() { PAUSE } else { AWAY };
            *looked.lock().unwrap_or_else(PoisonError::into_inner) = seen;
            sleep(pause).await;
        }
    };
    shutdown.run_until_cancelled(looking).await;
}

async fn look(store: &dyn ExperimentStore, queue: &dyn CountsMessages) -> Looked {
    let running = running(store).await.ok();
    let lacking = running.iter().flatten().map(|one| one.episodes_planned.saturating_sub(one.episodes_scored));
    Looked {
        experiments: running.as_ref().map(|running| running.len() as u64),
        episodes: running.as_ref().map(|_| lacking.sum()),
        queue: queue.count().await.ok(),
    }
}
