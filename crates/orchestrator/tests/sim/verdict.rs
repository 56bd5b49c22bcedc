//! What must hold at the end of a run.

use std::collections::BTreeMap;

use domain::digest::ExperimentDigest;
use domain::event::EventRecord;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{ExperimentRecord, ExperimentStore as _};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};
use futures::FutureExt as _;

use crate::calm::{Calm, Growth};
use crate::run::{Outcome, Report};
use crate::world::World;

/// Kinds of events that tell of faults and pauses; a calm run has none of them.
const OF_FAULTS: [&str; 3] = ["AgentError", "ExperimentPaused", "ExperimentResumed"];
const STOPPED: &str = "ExperimentStopped";
const EXTENDED: &str = "ExperimentExtended";
const COMPLETED: &str = "ExperimentCompleted";

/// What a run must be by itself.
pub(crate) fn within(world: &World, id: ExperimentId) {
    let Some(Ok(record)) = world.ledger.experiment(id).now_or_never() else {
        world.oracle.complain("the experiment is gone");
        return;
    };
    let rows = world.ledger.rows(id);
    let mut wrong = Vec::new();
    rows_are_right(&record, &rows, &mut wrong);
    orders_are_kept(world, &record, &mut wrong);
    if record.status == ExperimentStatus::Completed {
        let open = world.ledger.jobs(id).iter().filter(|job| job.status != JobStatus::Done).count();
        require(&mut wrong, open == 0, || format!("{open} jobs are not done"));
    }
    events_are_right(world, id, &mut wrong);
    wrong.into_iter().for_each(|what| world.oracle.complain(what));
}

/// What a run must be beside the calm ones of its experiment.
pub(crate) fn against(report: &Report, calm: &Calm) -> Vec<String> {
    let mut wrong = Vec::new();
    let outcome = &report.outcome;
    match (report.status, outcome.growth) {
        (Some(ExperimentStatus::Stopped), _) => stopped(outcome, &calm.plain, &mut wrong),
        (Some(ExperimentStatus::Completed), None) => played(outcome, &calm.plain, &mut wrong),
        (Some(ExperimentStatus::Completed), Some(Growth::AsFromTheStart)) => grown(outcome, &calm.longer, &mut wrong),
        (Some(ExperimentStatus::Completed), Some(Growth::AfterTheEnd)) => grown(outcome, &calm.reopened, &mut wrong),
        (status, _) => wrong.push(format!("it ended as {status:?}")),
    }
    wrong
}

/// An experiment that nobody stopped or extended is the calm one, with what tells of faults and pauses.
fn played(outcome: &Outcome, calm: &Outcome, wrong: &mut Vec<String>) {
    same_results(outcome, calm, wrong);
    for (id, event) in &calm.events {
        let told = outcome.events.get(id).map(|event| &event.body);
        require(wrong, told == Some(&event.body), || {
            format!("event {} says {told:?} and in the calm run {:?}", event.subject, event.body)
        });
    }
    no_more_than(outcome, calm, &[], wrong);
}

/// An extended experiment has the results of the longer one. Its events depend on when that was.
fn grown(outcome: &Outcome, calm: &Outcome, wrong: &mut Vec<String>) {
    same_results(outcome, calm, wrong);
    let told = count(outcome, EXTENDED);
    require(wrong, told == 1, || format!("{told} events tell of the extension"));
    let digest = outcome.digest.as_deref().unwrap_or_default();
    let says = |event: &&EventRecord| event.kind.ends_with(COMPLETED) && event.body.contains(digest);
    let told = outcome.events.values().filter(says).count();
    require(wrong, told == 1, || format!("{told} events tell of the end with digest {digest}"));
}

/// A stopped experiment has a part of the calm one's results, tells nothing else of them, and of its end once.
fn stopped(outcome: &Outcome, calm: &Outcome, wrong: &mut Vec<String>) {
    require(wrong, outcome.digest.is_none(), || format!("it was stopped and has digest {:?}", outcome.digest));
    let strange = outcome.rows.iter().filter(|row| !calm.rows.contains(row)).count();
    require(wrong, strange == 0, || format!("{strange} rows are not those of the calm run"));
    for event in outcome.events.values() {
        let said = calm.events.get(&event.id).map(|event| &event.body);
        require(wrong, said.is_none_or(|said| *said == event.body), || {
            format!("event {} says {:?} and in the calm run {said:?}", event.subject, event.body)
        });
    }
    no_more_than(outcome, calm, &[STOPPED], wrong);
    for (kind, expected) in [(STOPPED, 1), (COMPLETED, 0)] {
        let told = count(outcome, kind);
        require(wrong, told == expected, || format!("{told} events {kind}"));
    }
}

fn same_results(outcome: &Outcome, calm: &Outcome, wrong: &mut Vec<String>) {
    require(wrong, outcome.digest == calm.digest, || {
        format!("its digest is {:?}, that of the calm run {:?}", outcome.digest, calm.digest)
    });
    require(wrong, outcome.rows == calm.rows, || "its rows are not those of the calm run".to_owned());
}

/// Events that the calm run has not are of faults, of pauses, or of these kinds.
fn no_more_than(outcome: &Outcome, calm: &Outcome, kinds: &[&str], wrong: &mut Vec<String>) {
    for event in outcome.events.values().filter(|event| !calm.events.contains_key(&event.id)) {
        let is_expected = OF_FAULTS.iter().chain(kinds).any(|kind| event.kind.ends_with(kind));
        require(wrong, is_expected, || format!("the calm run has no event {}", event.subject));
    }
}

fn count(outcome: &Outcome, kind: &str) -> usize {
    outcome.events.values().filter(|event| event.kind.ends_with(kind)).count()
}

/// What was accepted has happened, and nothing else.
fn orders_are_kept(world: &World, record: &ExperimentRecord, wrong: &mut Vec<String>) {
    let is_stopped = record.status == ExperimentStatus::Stopped;
    require(wrong, is_stopped == world.oracle.stop().is_some(), || {
        format!("it is {}, and the last that was known of a stop is {:?}", record.status, world.oracle.stop())
    });
    let extensions = record.extensions.len();
    require(wrong, extensions == usize::from(world.oracle.is_extended()), || {
        format!("it was extended {extensions} times")
    });
}

fn require(wrong: &mut Vec<String>, holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        wrong.push(what());
    }
}

fn rows_are_right(record: &ExperimentRecord, rows: &[Score], wrong: &mut Vec<String>) {
    let count = rows.len() as u64;
    require(wrong, count == record.episodes_scored, || {
        format!("{count} rows, but {} episodes are counted as scored", record.episodes_scored)
    });
    require(wrong, rows.windows(2).all(|pair| pair[0].key < pair[1].key), || "a key has two rows".to_owned());
    if record.status != ExperimentStatus::Completed {
        return;
    }
    require(wrong, count == record.episodes_planned, || format!("{count} rows of {} planned", record.episodes_planned));
    let mut digest = ExperimentDigest::default();
    let in_order = rows.iter().all(|row| digest.push(row).is_ok());
    let digest = digest.finish().to_string();
    require(wrong, in_order && record.digest.as_ref() == Some(&digest), || {
        format!("the rows have digest {digest}, the experiment says {:?}", record.digest)
    });
}

fn events_are_right(world: &World, id: ExperimentId, wrong: &mut Vec<String>) {
    let Some(Ok(history)) = world.ledger.events_after(id, 0, u32::MAX).now_or_never() else { return };
    let numbers = history.iter().map(|event| event.sequence);
    require(wrong, numbers.eq(1..=history.len() as i64), || "the numbers of events have gaps".to_owned());
    let mut kept: BTreeMap<EventId, Vec<EventRecord>> = BTreeMap::new();
    for event in world.stream.kept() {
        kept.entry(event.id).or_default().push(event);
    }
    for event in history.into_iter().map(|event| event.record) {
        let found = kept.remove(&event.id).unwrap_or_default();
        let is_right = match found.as_slice() {
            [one] => *one == event,
            [] => world.stream.has_lost(event.id),
            _ => false,
        };
        require(wrong, is_right, || format!("event {} is in the stream {} times", event.subject, found.len()));
    }
    require(wrong, kept.is_empty(), || format!("{} events in the stream are in no history", kept.len()));
}
