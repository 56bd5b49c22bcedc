//! Takes jobs from the queue, has shards play them, commits what they score.
//!
//! A lane per slot: take a delivery, claim the job, order its episodes, commit every score as it comes, acknowledge the
//! delivery after the commit that completed the job. A job that comes back is acknowledged too: the ledger knows that
//! it is open, and the leader queues it again.

mod attempt;
mod lane;
mod patience;
mod slot;
mod source;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::core::Core;
use crate::metrics::Metrics;
use crate::shard::Order;
use lane::Lane;
use slot::LaneSlot;
use source::Source;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name in claims.
    pub name: String,
    /// Jobs that are taken ahead; as many as there are slots unless given.
    pub prefetch: Option<u16>,
    /// How long a claimed job is the worker's own without a sign of life. Prolonged at a third of it, or more often.
    pub lease: Duration,
    /// How long an attempt may stand still before its job is given to another. The start of an engine has to fit in.
    pub patience: Duration,
}

impl Settings {
    /// The lease of a job: 30 s.
    pub const LEASE: Duration = Duration::from_secs(30);
    /// The patience with an attempt: 60 s.
    pub const PATIENCE: Duration = Duration::from_secs(60);

    /// The defaults for a worker of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), prefetch: None, lease: Self::LEASE, patience: Self::PATIENCE }
    }
}

/// Plays jobs on these slots until `shutdown`.
pub async fn run(core: Core, settings: Settings, slots: Vec<mpsc::Sender<Order>>, shutdown: CancellationToken) {
    // Fewer than slots would leave some of them idle.
    let slot_count = u16::try_from(slots.len()).unwrap_or(u16::MAX);
    let prefetch = settings.prefetch.unwrap_or(slot_count).max(slot_count);
    let source = Arc::new(Source::new(core.clone(), prefetch, slots.len()));
    let lanes = TaskTracker::new();
    for slot in slots {
        let lane = Lane {
            core: core.clone(),
            settings: settings.clone(),
            slot: LaneSlot::new(slot),
            metrics: Metrics::new(),
            shutdown: shutdown.clone(),
        };
        lanes.spawn(lane.run(source.clone()));
    }
    lanes.close();
    lanes.wait().await;
}
