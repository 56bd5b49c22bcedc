//! The part of a process that plays: shards and the worker that feeds them.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::games::Games;
use crate::metrics;
use crate::shard::{Agents, Meter, Pin, Settings, Shard, allowed_cpus, plan};
use crate::worker;

/// How much is played at once, and where.
#[derive(Clone)]
pub struct PlayingSettings {
    /// Games side by side; 0 for one per processor.
    pub engines: usize,
    /// Whether shards are pinned to processors.
    pub pin: Pin,
    /// Where the agents are.
    pub agents: Agents,
    /// How jobs are claimed and kept.
    pub worker: worker::Settings,
}

impl PlayingSettings {
    /// Games by agents of this process, which listen in `sockets`.
    #[must_use]
    pub fn local(engines: usize, pin: Pin, sockets: PathBuf) -> Self {
        let worker = worker::Settings::new(format!("local-{}", std::process::id()));
        Self { engines, pin, agents: Agents::Local(sockets), worker }
    }
}

/// Running shards with their worker.
pub struct Playing {
    shards: Vec<Shard>,
    worker: JoinHandle<()>,
    stop: CancellationToken,
    /// How many games are played side by side.
    pub engines: usize,
    /// Counts what is played.
    pub meter: Arc<Meter>,
}

impl Playing {
    /// Starts the shards and begins to take jobs.
    ///
    /// # Errors
    /// If a shard cannot be started.
    pub async fn start(core: &Core, games: Arc<dyn Games>, settings: PlayingSettings) -> anyhow::Result<Self> {
        let cpus = allowed_cpus();
        let engines = if settings.engines == 0 { cpus.len() } else { settings.engines };
        let plan = plan(engines, &cpus, settings.pin);
        let meter = Arc::new(Meter::default());
        metrics::observe_play(meter.clone());
        let mut shards = Vec::new();
        for (index, (&cpu, &slots)) in plan.shards.iter().zip(&plan.slots).enumerate() {
            let (games, agents, meter) = (games.clone(), settings.agents.clone(), meter.clone());
            shards.push(Shard::start(Settings { index, cpu, slots, games, agents, meter }).await?);
        }
        let slots = shards.iter_mut().flat_map(|shard| std::mem::take(&mut shard.slots)).collect();
        let stop = CancellationToken::new();
        let worker = tokio::spawn(worker::run(core.clone(), settings.worker, slots, stop.clone()));
        Ok(Self { shards, worker, stop, engines, meter })
    }

    /// Stops taking jobs, gives back those in hand and closes every game.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.worker.await {
            tracing::error!(%error, "the worker ended with a panic");
        }
        for shard in self.shards {
            shard.stop().await;
        }
    }
}
