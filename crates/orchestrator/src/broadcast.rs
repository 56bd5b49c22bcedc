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
    /// Scores of the whole experiment, as the record of the experiment had them.
    episodes: u64,
    /// Scores of the generation, as its members had them; the record, read before, may know of fewer.
    scored: u64,
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
    let purpose = record.course().stage(record.generation).map(|stage| stage.purpose);
    let members = store.progress(record.id, record.generation).await?;
    for member in &members {
        let known = told.members.entry(member.position).or_default();
        if member.episodes_scored != *known
            && let Some((subject, body)) = proto::metrics::agent(record.id, record.generation, purpose, member)
        {
            metrics.send(&subject, body).await?;
            *known = member.episodes_scored;
        }
    }
    let scored = members.iter().map(|member| member.episodes_scored).sum();
    if scored != told.scored
        && let Some((subject, body)) = proto::metrics::generation(record.id, record.generation, purpose, &members)
    {
        metrics.send(&subject, body).await?;
        told.scored = scored;
    }
    told.episodes = record.episodes_scored;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use domain::ports::{Claim, NewExperiment};
    use proto::events::Encoder;
    use store::StoreConfig;
    use testkit::builder;

    use super::*;

    /// Keeps the subjects of what is sent.
    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Heard {
        fn subjects(&self) -> Vec<String> {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    #[async_trait]
    impl MetricsPublisher for Heard {
        fn is_heard(&self) -> bool {
            true
        }

        async fn send(&self, subject: &str, _: String) -> PortResult<()> {
            self.0.lock().unwrap().push(subject.to_owned());
            Ok(())
        }
    }

    async fn play(store: &dyn ExperimentStore, new: &NewExperiment, job: usize) -> ExperimentRecord {
        let claim = store.claim(new.first.jobs[job].id, "worker", Duration::from_secs(60)).await.unwrap();
        let Claim::Granted(job) = claim else { panic!() };
        let scores: Vec<_> = job.episodes.iter().map(|episode| builder::score(0, 0, episode, 1)).collect();
        store.finish(job.job, job.fence, &scores).await.unwrap();
        store.experiment(new.id).await.unwrap()
    }

    #[tokio::test]
    async fn a_record_that_lags_behind_its_members_is_told_of_once() {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::new(format!("sqlite:{}", folder.path().join("a.db").display())).with_migrations();
        let store = store::connect(&config, Arc::new(Encoder)).await.unwrap();
        let new = builder::experiment(1, 4);
        store.create(&new).await.unwrap();
        let before = play(&store, &new, 0).await;
        let after = play(&store, &new, 1).await;
        let (heard, mut told) = (Heard::default(), Told::default());

        tell(&store, &heard, &before, &mut told).await.unwrap();
        assert_eq!(heard.subjects(), ["agent.agent-0", "generation.0"]);
        tell(&store, &heard, &after, &mut told).await.unwrap();
        assert_eq!(heard.subjects(), [""; 0]);
    }
}
