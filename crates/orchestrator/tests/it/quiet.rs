//! Experiments that are led as always, and played by rule, without a game.

use std::sync::Arc;
use std::time::Duration;

use domain::experiment::ExperimentSpec;
use domain::ids::ExperimentId;
use domain::ports::{Claim, ExperimentStore, NewExperiment};
use domain::status::ExperimentStatus;
use orchestrator::core::Core;
use orchestrator::leader::{self, Settings};
use orchestrator::{planning, user_files};
use store::SqlStore;
use testkit::builder;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::system::{System, core};

/// An experiment with an orchestrator without games.
pub(crate) struct Quiet {
    pub(crate) store: Arc<SqlStore>,
    pub(crate) core: Core,
    pub(crate) id: ExperimentId,
}

/// A leader, until it is stopped.
pub(crate) struct Led {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Led {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl Quiet {
    pub(crate) async fn new(system: &System, spec: &ExperimentSpec) -> Self {
        Self::in_store(&system.store().await, spec).await
    }

    pub(crate) async fn in_store(store: &Arc<SqlStore>, spec: &ExperimentSpec) -> Self {
        Self::with(core(store, store.clone()), store, spec).await
    }

    pub(crate) async fn with(core: Core, store: &Arc<SqlStore>, spec: &ExperimentSpec) -> Self {
        let id = ExperimentId::derive(&spec.hash(), &uuid::Uuid::new_v4().to_string());
        let start = user_files::start(spec, core.files.blobs.as_ref()).await.unwrap();
        let first = planning::first(id, spec, start.as_ref()).unwrap();
        let new = NewExperiment {
            id,
            spec: spec.clone(),
            provenance: builder::provenance(),
            episodes_planned: planning::planned(spec),
            first,
            launched_by: builder::note("").actor,
        };
        store.create(&new).await.unwrap();
        Self { store: store.clone(), core, id }
    }

    pub(crate) fn led(&self) -> Led {
        let stop = CancellationToken::new();
        let leading = Settings::new("test", Duration::from_secs(3));
        let task = tokio::spawn(leader::run(self.core.clone(), leading, stop.clone()));
        Led { stop, task }
    }

    /// Plays whatever is open until the experiment is completed. Returns its digest.
    pub(crate) async fn finish(&self) -> String {
        let led = self.led();
        let completed = timeout(Duration::from_secs(120), async {
            loop {
                self.play(usize::MAX).await;
                let record = self.store.experiment(self.id).await.unwrap();
                if record.status == ExperimentStatus::Completed {
                    return record.digest.unwrap();
                }
                sleep(Duration::from_millis(20)).await;
            }
        });
        let digest = completed.await.expect("it completes");
        led.stop().await;
        digest
    }

    /// Plays so many jobs of those that are open.
    pub(crate) async fn play(&self, most: usize) {
        for job in self.store.open_jobs(self.id).await.unwrap().into_iter().take(most) {
            let Claim::Granted(job) = self.store.claim(job, "test", Duration::from_secs(60)).await.unwrap() else {
                return;
            };
            // A result that depends on who plays which seed, and on nothing else.
            let genome: f64 = job.member.spec.genome.0.values().sum();
            let scores = job.episodes.iter().map(|episode| {
                let kills = (f64::from(episode.doom_seed.0 % 1000) * (1.0 + genome.abs())) as i32;
                builder::score(job.generation, job.member.position, episode, kills % 10_000)
            });
            self.store.finish(job.job, job.fence, &scores.collect::<Vec<_>>()).await.unwrap();
        }
    }
}
