//! A shard: one core, one single-threaded runtime, its engines, its sessions and, when agents are local, their server.
//!
//! A wake-up across cores costs more than a rendered tic, so everything that waits for each other in lock-step stays
//! on one core. A game's step blocks the shard's thread on purpose: on that core nothing else could run anyway.

mod meter;
mod placement;
mod progress;
mod reach;
mod slot;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use domain::knowledge::KnowledgeContents;
use domain::ports::{Assignment, DecisionLog, TickLog};
use domain::score::Score;
use runtime::grpc::{Address, Listener};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::games::Games;
use crate::play::AttemptError;
use crate::pool::Pool;

pub use meter::Meter;
pub use placement::{Pin, Plan, allowed_cpus, pin_current_thread, plan};
pub use progress::Progress;

/// The largest message to an agent of this process: what it is told before it plays, with all that it knows.
const MAX_CONFIG_BYTES: usize = 256 << 20;

/// Where the agents of a shard are.
#[derive(Clone)]
pub enum Agents {
    /// In the shard itself, over a Unix socket in this folder.
    Local(PathBuf),
    /// In daemons.
    Pool(Pool),
}

/// A job to be played, and where its results go.
#[derive(Debug)]
pub struct Order {
    /// What to play.
    pub assignment: Box<Assignment>,
    /// What its agent knows.
    pub knowledge: KnowledgeContents,
    /// Takes every result as soon as its episode is over.
    pub results: mpsc::Sender<Played>,
    /// Counts how far the attempt is.
    pub progress: Arc<Progress>,
    /// Ends the attempt.
    pub cancelled: CancellationToken,
    /// The attempt's span; those of its episodes are its children.
    pub span: Span,
    /// Takes the verdict once the attempt is over.
    pub done: oneshot::Sender<Result<(), AttemptError>>,
}

/// A finished episode.
#[derive(Debug)]
pub struct Played {
    /// Its score.
    pub score: Score,
    /// Its ticks, if the experiment keeps them.
    pub ticks: Option<TickLog>,
    /// What decided in it, if the experiment keeps that.
    pub decisions: Option<DecisionLog>,
}

/// What a shard is made of.
#[derive(Clone)]
pub struct Settings {
    /// Number of the shard, for names.
    pub index: usize,
    /// The processor to stay on, if pinned.
    pub cpu: Option<usize>,
    /// How many games are played side by side.
    pub slots: usize,
    /// The supplier of games.
    pub games: Arc<dyn Games>,
    /// Where the agents are.
    pub agents: Agents,
    /// Counts what is played.
    pub meter: Arc<Meter>,
}

/// A running shard.
pub struct Shard {
    /// One sender of orders per slot.
    pub slots: Vec<mpsc::Sender<Order>>,
    thread: thread::JoinHandle<()>,
}

impl Shard {
    /// Starts a shard. It runs until all its order senders are dropped.
    ///
    /// # Errors
    /// If its thread or its agent server cannot be started.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..settings.slots).map(|_| mpsc::channel(1)).unzip();
        let (ready, started) = oneshot::channel();
        let thread = thread::Builder::new()
            .name(format!("shard-{}", settings.index))
            .spawn(move || run(settings, receivers, ready))?;
        started.await.map_err(|_| anyhow::anyhow!("the shard's thread ended while it was starting"))??;
        Ok(Self { slots: senders, thread })
    }

    /// Drops the order senders and waits until every game of the shard is closed.
    pub async fn stop(self) {
        drop(self.slots);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("a shard ended with a panic");
        }
    }
}

fn run(settings: Settings, receivers: Vec<mpsc::Receiver<Order>>, ready: oneshot::Sender<anyhow::Result<()>>) {
    if let Some(cpu) = settings.cpu
        && let Err(error) = pin_current_thread(cpu)
    {
        tracing::warn!(cpu, %error, "cannot pin the shard, going on unpinned");
    }
    let runtime = match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error.into()));
            return;
        }
    };
    runtime.block_on(serve(settings, receivers, ready));
}

async fn serve(settings: Settings, receivers: Vec<mpsc::Receiver<Order>>, ready: oneshot::Sender<anyhow::Result<()>>) {
    let stop = CancellationToken::new();
    let pool = match &settings.agents {
        Agents::Pool(pool) => Ok(pool.clone()),
        Agents::Local(folder) => {
            let address = local_agent(folder, settings.index, stop.clone()).await;
            address.map(|address| Pool::fixed(vec![address]))
        }
    };
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let slots: Vec<_> = receivers
        .into_iter()
        .map(|orders| {
            let way = reach::Way::new(pool.clone());
            let slot = slot::Slot::new(settings.games.clone(), settings.cpu, way, settings.meter.clone());
            tokio::task::spawn_local(slot.run(orders))
        })
        .collect();
    let _ = ready.send(Ok(()));
    for slot in slots {
        if let Err(error) = slot.await {
            tracing::error!(%error, "a slot ended with a panic");
        }
    }
    stop.cancel();
}

/// Serves agents on a socket of this shard, on its own thread.
async fn local_agent(folder: &std::path::Path, index: usize, stop: CancellationToken) -> anyhow::Result<Address> {
    let address = Address::Unix(folder.join(format!("agent-{index}.sock")));
    let listener = Listener::bind(&address).await?;
    tokio::task::spawn_local(async move {
        let mut settings = agent::Settings::default();
        // Nobody else calls it, and what agents know may be large.
        settings.server.max_message_bytes = MAX_CONFIG_BYTES;
        if let Err(error) = agent::serve_on(listener, settings, stop).await {
            tracing::error!(%error, "the shard's agent ended");
        }
    });
    Ok(address)
}
