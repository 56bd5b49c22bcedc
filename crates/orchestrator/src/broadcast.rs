//! Tells whoever listens how the running experiments do, once a second at most.
//!
//! The numbers are those of the ledger, so one process speaks for all workers, and nothing is asked of a worker. The game
//! never waits for this: what cannot be sent at once is not sent.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{ExperimentRecord, ExperimentStore, MetricsPublisher, PortError, PortResult};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::core::running;

/// Silence after each round. Counted from its end, so that no agent is told of twice within a second.
const SILENCE: Duration = Duration::from_secs(1);
/// Longest time of one round.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells of running experiments until `shutdown`.
pub async fn run(store: Arc<dyn ExperimentStore>, metrics: Arc<dyn MetricsPublisher>, shutdown: CancellationToken) {
    let mut broadcast = Broadcast { store, metrics, told: HashMap::new() };
    let telling = async {
        loop {
            if let Err(error) = broadcast.round().await {
                tracing::debug!(%error, "metrics are not sent for now");
            }
            sleep(SILENCE).await;
        }
    };
    shutdown.run_until_cancelled(telling).await;
}

struct Broadcast {
    store: Arc<dyn ExperimentStore>,
    metrics: Arc<dyn MetricsPublisher>,
    told: HashMap<ExperimentId, Told>,
}

/// What listeners know of an experiment.
#[derive(Default)]
struct Told {
    generation: u32,
    /// Scores of the whole experiment.
    episodes: u64,
    /// Scores of each member of the generation, by position.
    members: HashMap<u32, u64>,
}

impl Broadcast {
    async fn round(&mut self) -> PortResult<()> {
        if !self.metrics.is_heard() {
            return Ok(());
        }
        let late = |_| PortError::new(ErrorKind::DeadlineExceeded, format!("not sent within {PATIENCE:?}"));
        timeout(PATIENCE, self.tell_all()).await.map_err(late)?
    }

    async fn tell_all(&mut self) -> PortResult<()> {
        let running = running(self.store.as_ref()).await?;
        self.told.retain(|id, _| running.iter().any(|record| record.id == *id));
        for record in running {
            let told = self.told.entry(record.id).or_default();
            tell(self.store.as_ref(), self.metrics.as_ref(), &record, told).await?;
        }
        Ok(())
    }
}

/// Tells what is new of one experiment.
async fn tell(
    store: &dyn ExperimentStore,
    metrics: &dyn MetricsPublisher,
    record: &ExperimentRecord,
    told: &mut Told,
) -> PortResult<()> {
    if told.generation != record.generation {
        *told = Told { generation: record.generation, ..Told::default() };
    }
    if told.episodes == record.episodes_scored {
        return Ok(());
    }
    let members = store.progress(record.id, record.generation).await?;
    for member in &members {
        let known = told.members.entry(member.position).or_default();
        if member.episodes_scored != *known
            && let Some((subject, body)) = proto::metrics::agent(record.id, record.generation, member)
        {
            metrics.send(&subject, body).await?;
            *known = member.episodes_scored;
        }
    }
    if let Some((subject, body)) = proto::metrics::generation(record.id, record.generation, &members) {
        metrics.send(&subject, body).await?;
    }
    told.episodes = record.episodes_scored;
    Ok(())
}
