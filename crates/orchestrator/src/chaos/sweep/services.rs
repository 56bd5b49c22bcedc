//! Crash points of daemons: workers and orchestrators die at them while laps are played.

use std::time::Duration;

use runtime::crash::{Point, Visit};
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::Hit;
use super::points::{Provoked, Who, is_there, provoked, visit, who};
use crate::chaos::faults::{engine_of, leader};
use crate::chaos::fleet::{Fleet, harm};
use crate::chaos::laps::Laps;
use crate::chaos::supervisor::{Cause, Supervisor, Then};
use crate::chaos::witness::Witness;
use crate::user_files::FileCache;

/// How long a process may take to come by a point.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Pause between two engines that are killed or delayed.
const PROVOKE: Duration = Duration::from_millis(700);

/// What the sweep works on.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The owner of the processes.
    pub supervisor: &'a Supervisor,
    /// The processes.
    pub fleet: &'a Fleet,
    /// The ledger.
    pub witness: &'a Witness,
    /// What is played.
    pub laps: &'a Laps,
    /// The run's seed.
    pub seed: u64,
}

/// Visits all points. Workers and orchestrators at the same time: they are different processes.
pub async fn services(site: Site<'_>) -> Vec<Hit> {
    let are_fetched = site.laps.are_fetched();
    let of = |wanted: fn(Who) -> bool| {
        let there = Point::ALL.iter().copied().filter(move |&point| wanted(who(point)) && is_there(point, are_fetched));
        there.map(|point| visit(site.seed, point))
    };
    let worker = |name: &'static str, visits: Vec<Visit>| async move {
        let mut hits = Vec::new();
        for visit in visits {
            hits.push(hit(visit, at_worker(site, name, visit).await));
        }
        hits
    };
    let visits: Vec<_> = of(|who| who == Who::Worker).collect();
    let (even, odd): (Vec<_>, Vec<_>) = visits.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let second = if site.fleet.workers.len() > 1 { "worker-1" } else { "worker-0" };
    let orchestrators = async {
        let mut hits = Vec::new();
        for visit in of(|who| who != Who::Worker) {
            hits.push(hit(visit, at_orchestrator(site, visit).await));
        }
        hits
    };
    let strip = |visits: Vec<(usize, Visit)>| visits.into_iter().map(|(_, visit)| visit).collect();
    let workers = async {
        if second == "worker-0" {
            let mut hits = worker("worker-0", strip(even)).await;
            hits.extend(worker("worker-0", strip(odd)).await);
            hits
        } else {
            let (mut first, second) = tokio::join!(worker("worker-0", strip(even)), worker(second, strip(odd)));
            first.extend(second);
            first
        }
    };
    let (mut hits, more) = tokio::join!(workers, orchestrators);
    hits.extend(more);
    hits.sort_by_key(|hit| Point::ALL.iter().position(|point| point.name() == hit.point));
    hits
}

fn hit(visit: Visit, hit: bool) -> Hit {
    tracing::info!(%visit, hit, "crash point");
    Hit { point: visit.point.name(), visit: visit.time, on: "services", hit }
}

async fn at_worker(site: Site<'_>, name: &str, visit: Visit) -> bool {
    arm(site, name, "--crash-at", visit).await;
    let until = Instant::now() + PATIENCE;
    let mut last = Instant::now();
    while Instant::now() < until {
        if has_died(site, name, visit).await {
            return true;
        }
        if last.elapsed() > pause(visit.point) {
            provoke(site, name, provoked(visit.point)).await;
            last = Instant::now();
        }
        sleep(LOOK).await;
    }
    disarm(site, name).await;
    false
}

/// How long an engine is given to come to itself; files are removed as soon as nobody uses them.
fn pause(point: Point) -> Duration {
    if provoked(point) == Provoked::Absence { LOOK } else { PROVOKE }
}

/// Does to the worker's engine, or to its files, what brings the worker to its point. A job that is in the hands of
/// another engine, or of none, is not brought there by it, and files that are in use stay; that is why this is repeated.
async fn provoke(site: Site<'_>, worker: &str, how: Provoked) {
    match how {
        Provoked::Nothing => return,
        // What cannot be removed now is the next time.
        Provoked::Absence => return drop(FileCache::new(site.fleet.plan().home.files(worker), 0).clear()),
        Provoked::Failure | Provoked::Delay => {}
    }
    let Some(engine) = engine_of(site.supervisor, worker).await else { return };
    // An engine that has ended meanwhile needs no signal.
    let _ = match how {
        Provoked::Failure => engine.signal(Signal::KILL),
        _ => engine.signal(Signal::STOP),
    };
    if how == Provoked::Delay {
        // A lease is renewed at a third of its length.
        sleep(site.fleet.plan().leases.job / 2).await;
        let _ = engine.signal(Signal::CONT);
    }
}

async fn at_orchestrator(site: Site<'_>, visit: Visit) -> bool {
    let Some(name) = standby(site).await else { return false };
    if who(visit.point) == Who::Launcher {
        return at_launch(site, &name, visit).await;
    }
    // Alone it leads as soon as the lease of the one before has run out.
    others(site, &name, &Then::StayDown).await;
    arm(site, &name, "--crash-at", visit).await;
    let until = Instant::now() + PATIENCE;
    let mut died = false;
    while !died && Instant::now() < until {
        sleep(LOOK).await;
        died = has_died(site, &name, visit).await;
    }
    others(site, &name, &Then::StartAgain).await;
    if !died {
        disarm(site, &name).await;
    }
    died
}

/// An orchestrator dies while it launches an experiment, and another is asked then.
async fn at_launch(site: Site<'_>, name: &str, visit: Visit) -> bool {
    arm(site, name, "--crash-at", visit).await;
    if site.fleet.wait_until_serving(name).await.is_err() {
        return false;
    }
    let index = site.fleet.serves.iter().position(|(other, _)| other == name).unwrap_or(0);
    let launched = site.laps.launch(&format!("{}-at-{}", site.laps.name(), visit.point), index).await;
    launched.is_ok() && has_died(site, name, visit).await
}

/// An orchestrator that runs and does not lead.
pub(super) async fn standby(site: Site<'_>) -> Option<String> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(leader) = leader(site.supervisor, site.fleet, site.witness).await {
            return site.fleet.serves.iter().map(|(name, _)| name.clone()).find(|name| *name != leader);
        }
        sleep(LOOK).await;
    }
    None
}

/// Kills the other orchestrators; with [`Then::StartAgain`], starts those that are down.
pub(super) async fn others(site: Site<'_>, name: &str, then: &Then) {
    let running = site.supervisor.pids().await;
    for (other, _) in site.fleet.serves.iter().filter(|(other, _)| other != name) {
        if *then == Then::StayDown || !running.contains_key(other) {
            site.supervisor.kill(other, then.clone(), false).await;
        }
    }
}

/// Starts a process anew, with the order to harm itself.
pub(super) async fn arm(site: Site<'_>, name: &str, flag: &str, visit: Visit) {
    site.supervisor.kill(name, Then::StartWith(harm(flag, visit)), false).await;
    // Until the order was taken: what runs under the name is not the one that was killed.
    sleep(LOOK).await;
}

async fn disarm(site: Site<'_>, name: &str) {
    site.supervisor.kill(name, Then::StartAgain, false).await;
}

async fn has_died(site: Site<'_>, name: &str, visit: Visit) -> bool {
    let with = harm("--crash-at", visit);
    let ends = site.supervisor.ends().await;
    ends.iter().any(|end| end.name == name && end.cause == Cause::Signal(9) && end.with == with)
}
