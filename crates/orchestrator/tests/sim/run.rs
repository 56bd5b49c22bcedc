//! One run from its seed to its verdict.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use domain::event::EventRecord;
use domain::ids::{EventId, ExperimentId};
use domain::journal::{Actor, Note};
use domain::ports::ExperimentStore as _;
use domain::score::Score;
use domain::status::ExperimentStatus;
use orchestrator::core::{Core, LaunchError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::calm::{CALM, Growth};
use crate::faults::Storm;
use crate::journal::Trace;
use crate::nemesis;
use crate::operator::{Wish, order};
use crate::process::Process;
use crate::sabotage::Sabotage;
use crate::shape::{SHAPES, Shape};
use crate::system::{self, Role};
use crate::tally::Kind;
use crate::verdict;
use crate::world::World;

/// Simulated time in which an experiment must be over once the faults have stopped, and another time until everything has
/// been told of it.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often a run looks whether it is over.
pub(crate) const LOOK: Duration = Duration::from_millis(250);

/// What a run is to be.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Setting {
    /// No faults at all.
    pub(crate) is_calm: bool,
    /// Longer from the start.
    pub(crate) is_longer: bool,
    /// Extended once it is completed.
    pub(crate) is_reopened: bool,
    pub(crate) sabotage: Sabotage,
    /// Whether the steps are kept to be read.
    pub(crate) told: bool,
}

/// What a run came to.
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) shape: Shape,
    /// What was wrong; nothing, if all is well.
    pub(crate) wrong: Vec<String>,
    pub(crate) counts: BTreeMap<Kind, u64>,
    pub(crate) trace: Trace,
    pub(crate) status: Option<ExperimentStatus>,
    pub(crate) simulated: Duration,
    pub(crate) outcome: Outcome,
}

/// What is left of a run in the ledger.
#[derive(Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) digest: Option<String>,
    pub(crate) rows: Vec<Score>,
    pub(crate) events: BTreeMap<EventId, EventRecord>,
    /// How it was extended, if it was.
    pub(crate) growth: Option<Growth>,
}

/// Panics of any task of any run.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts panics: the runtime keeps one of a task to itself.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            before(info);
        }));
    });
}

/// Runs a seed.
pub(crate) fn run(seed: u64, setting: Setting) -> Report {
    let index = (seed % SHAPES.len() as u64) as usize;
    let mut report = simulate(seed, index, setting);
    if report.wrong.is_empty() {
        report.wrong = verdict::against(&report, &CALM[index]);
    }
    report
}

/// Runs a seed on a shape, without a look at its calm runs.
pub(crate) fn simulate(seed: u64, index: usize, setting: Setting) -> Report {
    count_panics();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime without I/O can be built");
    let panics = PANICS.load(Ordering::Relaxed);
    let mut report = runtime.block_on(play(seed, SHAPES[index], setting));
    drop(runtime);
    if PANICS.load(Ordering::Relaxed) > panics {
        report.wrong.push("a task panicked".to_owned());
    }
    report
}

async fn play(seed: u64, shape: Shape, setting: Setting) -> Report {
    let begun = Instant::now();
    // Shapes of runs must not follow the order of seeds.
    let seed_of_dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5157;
    let draws = crate::dice::Dice::new(seed_of_dice);
    let world = World::new(seed_of_dice, roles(&draws), setting.sabotage, setting.told);
    let (client, _) = system::core(&world, &Arc::new(Process::client()));
    let storm = (!setting.is_calm).then(|| Storm::draw(&world.dice));
    if let Some(storm) = &storm {
        world.journal.note("services", &format!("{storm:?}"), 0, "begins");
        world.set_rates(storm.rates);
    }
    world.start_all();
    let overrides: Vec<_> = setting.is_longer.then(|| shape.longer_from_the_start()).into_iter().collect();
    let id = launch(&client, shape, &overrides).await;
    if let Some(id) = id {
        let wish =
            if setting.is_reopened { Some(Wish::MORE_AT_THE_END) } else { storm.as_ref().and_then(|storm| storm.wish) };
        let ordering = wish.map(|wish| tokio::spawn(order(Arc::clone(&world), client.clone(), id, shape, wish)));
        weather(&world, storm, &client, id, ordering).await;
        settle(&world, id).await;
        verdict::within(&world, id);
    } else {
        world.oracle.complain("the experiment could not be launched");
    }
    world.living().iter().for_each(|process| process.end());
    (0..world.broker.dead_letters()).for_each(|_| world.tally.add(Kind::DeadLetter));
    Report {
        seed,
        shape,
        wrong: world.oracle.wrong(),
        counts: world.tally.counts(),
        trace: world.journal.finish(),
        status: id.and_then(|id| world.status(id)),
        simulated: begun.elapsed(),
        outcome: match id {
            Some(id) => outcome(&world, id).await,
            None => Outcome::default(),
        },
    }
}

fn roles(dice: &crate::dice::Dice) -> Vec<Role> {
    let serves = (0..dice.between(1, 2)).map(|_| Role::Serve(dice.between(0, 1) as usize)).collect::<Vec<_>>();
    let workers = (0..dice.between(1, 3)).map(|_| Role::Worker(dice.between(1, 2) as usize)).collect::<Vec<_>>();
    serves.into_iter().chain(workers).collect()
}

/// What the client notes.
pub(crate) fn note(reason: &str) -> Note {
    Note::new(Actor::new("client"), reason)
}

/// Launches the experiment as somebody at a command line does who tries again.
async fn launch(client: &Core, shape: Shape, overrides: &[String]) -> Option<ExperimentId> {
    for _ in 0..100 {
        match client.launch(shape.name, shape.file.as_bytes(), overrides, &[], false, Actor::new("client")).await {
            Ok(launched) => return Some(launched.id),
            Err(LaunchError::Invalid(faults)) => panic!("{}: {faults:?}", shape.name),
            Err(LaunchError::Port(_)) => sleep(Duration::from_secs(1)).await,
        }
    }
    None
}

/// Lets the storm rage, calms it down, and waits for the experiment to be over and for every order to be answered.
async fn weather(
    world: &Arc<World>,
    storm: Option<Storm>,
    client: &Core,
    id: ExperimentId,
    ordering: Option<JoinHandle<()>>,
) {
    let is_answered = || ordering.as_ref().is_none_or(JoinHandle::is_finished);
    let has_ended = || world.status(id).is_none_or(ExperimentStatus::has_ended);
    let is_over = || (is_answered() && has_ended()) || !world.oracle.is_content();
    if let Some(storm) = storm {
        let ends = Instant::now() + storm.ends;
        let raging = tokio::spawn(nemesis::rage(Arc::clone(world), storm, client.clone(), id));
        while Instant::now() < ends && !is_over() {
            sleep(LOOK).await;
        }
        raging.abort();
        world.calm_down();
    }
    let deadline = Instant::now() + PATIENCE;
    while !is_over() {
        if Instant::now() > deadline {
            world.oracle.complain(format!("not over {PATIENCE:?} after the last fault"));
            return;
        }
        if world.status(id) == Some(ExperimentStatus::Paused) {
            let _ = client.set_status(id, ExperimentStatus::Running, &note("it goes on")).await;
        }
        sleep(LOOK).await;
    }
}

/// Waits until everything has been told and nothing is on its way any more.
async fn settle(world: &Arc<World>, id: ExperimentId) {
    // What was sent long ago may still arrive.
    let quiet = if world.dice.chance(0.2) { Duration::from_secs(60) } else { Duration::ZERO };
    let (begun, deadline) = (Instant::now(), Instant::now() + PATIENCE);
    loop {
        let lag = world.ledger.outbox_lag().await.unwrap_or_default();
        let is_empty = world.broker.is_empty();
        if !world.oracle.is_content() || (lag == 0 && is_empty && begun.elapsed() >= quiet) {
            return;
        }
        if Instant::now() > deadline {
            world.oracle.complain(format!("{lag} events are not published, the queue is empty: {is_empty} ({id})"));
            return;
        }
        sleep(LOOK).await;
    }
}

async fn outcome(world: &World, id: ExperimentId) -> Outcome {
    let record = world.ledger.experiment(id).await;
    let events = world.ledger.events_after(id, 0, u32::MAX).await.unwrap_or_default();
    Outcome {
        growth: record.as_ref().ok().and_then(Growth::of),
        digest: record.ok().and_then(|record| record.digest),
        rows: world.ledger.rows(id),
        events: events.into_iter().map(|event| (event.record.id, event.record)).collect(),
    }
}
