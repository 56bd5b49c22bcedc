//! Freezes at the very moment before a write, for longer than the lease: what is written after the thaw must be refused.
//!
//! A freeze at a random moment mostly ends in a renewal that fails. Only these prove that a write was kept out.

use std::time::Duration;

use runtime::crash::{Point, Visit};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::services::{Site, arm, others, standby};
use crate::chaos::faults::leader;
use crate::chaos::supervisor::{Then, proc};

/// Tries at a point: somebody has to take over while its process is frozen.
const TRIES: u32 = 4;
/// How long a process may take to come by a point.
const PATIENCE: Duration = Duration::from_secs(45);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long the refusal may take to be counted.
const REFUSAL: Duration = Duration::from_secs(5);
/// How long whoever has taken over may work before the frozen process goes on.
const TO_WORK: Duration = Duration::from_secs(1);

/// A point before a write, and what became of a process that was frozen there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrozenPoint {
    /// Name of the point.
    pub point: &'static str,
    /// How often a process was frozen there.
    pub freezes: u32,
    /// What became of the write.
    pub outcome: Outcome,
}

/// What became of a write that came after its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The ledger refused and counted it.
    Refused,
    /// The process noticed that its time was over, and did not write.
    Withheld,
    /// It was not refused in any of the tries: it was accepted, or nobody had taken over.
    Unrefused,
}

/// Freezes a worker before its scores are written, and the leader before it closes a generation.
pub async fn fenced(site: Site<'_>) -> Vec<FrozenPoint> {
    let worker = frozen_at(site, Point::EpisodePlayed);
    let leader = frozen_at(site, Point::GenerationDue);
    let (worker, leader) = tokio::join!(worker, leader);
    vec![worker, leader]
}

async fn frozen_at(site: Site<'_>, point: Point) -> FrozenPoint {
    let (mut freezes, mut outcome) = (0, Outcome::Unrefused);
    for _ in 0..TRIES {
        let before = refusals(site, point).await;
        let Some(name) = freeze(site, point).await else { continue };
        freezes += 1;
        if within(REFUSAL, || async { refusals(site, point).await > before }).await {
            outcome = Outcome::Refused;
            break;
        }
        // A leader looks at its lease before it writes. A worker has results in hand, which it offers in any case.
        let leads = leader(site.supervisor, site.fleet, site.witness).await;
        if point == Point::GenerationDue && leads.is_some_and(|leader| leader != name) {
            outcome = Outcome::Withheld;
            break;
        }
    }
    FrozenPoint { point: point.name(), freezes, outcome }
}

/// Freezes a process at the point until others have taken over; its name if it came by.
async fn freeze(site: Site<'_>, point: Point) -> Option<String> {
    let is_leader = point == Point::GenerationDue;
    let name = if is_leader { standby(site).await? } else { site.fleet.workers.last().cloned()? };
    if is_leader {
        others(site, &name, &Then::StayDown).await;
    }
    arm(site, &name, "--freeze-at", Visit { point, time: 1 }).await;
    let frozen = within(PATIENCE, || async { site.supervisor.pid(&name).await.is_some_and(proc::is_stopped) }).await;
    let before = taken_over(site).await;
    if is_leader {
        others(site, &name, &Then::StartAgain).await;
    }
    if !frozen {
        site.supervisor.kill(&name, Then::StartAgain, false).await;
        return None;
    }
    // Whoever has taken over has to get to the same write as well, which takes a moment.
    within(PATIENCE, || async { taken_over(site).await > before }).await;
    sleep(TO_WORK).await;
    site.supervisor.thaw(&name).await;
    Some(name)
}

/// Waits until something is so; whether it came to that.
async fn within<F: Future<Output = bool>>(limit: Duration, is_so: impl Fn() -> F) -> bool {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        if is_so().await {
            return true;
        }
        sleep(LOOK).await;
    }
    false
}

/// Takeovers of jobs and of the leadership so far.
async fn taken_over(site: Site<'_>) -> u64 {
    let mut taken = site.witness.terms().await.map_or(0, |terms| terms.takeovers);
    for (_, id) in site.laps.launched() {
        taken += site.witness.audit.audit(id).await.map_or(0, |audit| audit.takeovers);
    }
    taken
}

async fn refusals(site: Site<'_>, point: Point) -> u64 {
    match point {
        Point::GenerationDue => site.witness.refused_plans().await,
        _ => site.witness.refused_scores(&site.laps.launched()).await,
    }
}
