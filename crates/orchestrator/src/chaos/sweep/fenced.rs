//! Freezes at the very moment before a write, for longer than the lease: what is written after the thaw must be refused.
//!
//! A freeze at a random moment mostly ends in a renewal that fails. Only these prove that a write was kept out.

use std::time::Duration;

use runtime::crash::{Point, Visit};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::services::{Site, arm, hand_over, standby};
use crate::chaos::faults::leader;
use crate::chaos::supervisor::{Then, proc};

/// Tries at a point: somebody has to take over while its process is frozen.
const TRIES: u32 = 4;
/// How long a process may take to come by a point.
const PATIENCE: Duration = Duration::from_secs(45);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long the refusal may take to be counted.
const REFUSAL: Duration = Duration::from_secs(10);

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
    /// Nobody took over in any of the tries, so nothing was late.
    Untested,
}

/// Freezes a worker before its scores are written, and the leader before it closes a generation.
pub async fn fenced(site: Site<'_>) -> Vec<FrozenPoint> {
    let worker = frozen_at(site, Point::EpisodePlayed);
    let leader = frozen_at(site, Point::GenerationDue);
    let (worker, leader) = tokio::join!(worker, leader);
    vec![worker, leader]
}

async fn frozen_at(site: Site<'_>, point: Point) -> FrozenPoint {
    let (mut freezes, mut outcome) = (0, Outcome::Untested);
    for _ in 0..TRIES {
        let before = refusals(site, point).await;
        let Some(name) = freeze(site, point).await else { continue };
        freezes += 1;
        let until = Instant::now() + REFUSAL;
        while Instant::now() < until {
            if refusals(site, point).await > before {
                return FrozenPoint { point: point.name(), freezes, outcome: Outcome::Refused };
            }
            sleep(LOOK).await;
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
    let leases = site.fleet.plan().leases;
    let visit = Visit { point, time: 1 };
    let (name, lease) = if point == Point::GenerationDue {
        let name = standby(site).await?;
        arm(site, &name, "--freeze-at", visit).await;
        site.fleet.wait_until_serving(&name).await.ok()?;
        hand_over(site, &name).await;
        (name, leases.leader)
    } else {
        let name = site.fleet.workers.last().cloned()?;
        arm(site, &name, "--freeze-at", visit).await;
        (name, leases.job)
    };
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if site.supervisor.pid(&name).await.is_some_and(proc::is_stopped) {
            // Long enough for the lease to run out, for others to notice, and for them to do the work.
            sleep(lease * 2 + Duration::from_secs(3)).await;
            site.supervisor.thaw(&name).await;
            return Some(name);
        }
        sleep(LOOK).await;
    }
    site.supervisor.kill(&name, Then::StartAgain, false).await;
    None
}

async fn refusals(site: Site<'_>, point: Point) -> u64 {
    match point {
        Point::GenerationDue => site.witness.refused_plans().await,
        _ => site.witness.refused_scores(&site.laps.launched()).await,
    }
}
