//! What must hold at the end of a run.

use std::collections::BTreeMap;

use domain::digest::ExperimentDigest;
use domain::event::EventRecord;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{ExperimentRecord, ExperimentStore as _};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};
use futures::FutureExt as _;

use crate::run::{Outcome, Report};
use crate::world::World;

/// Kinds of events that tell of faults and pauses; a calm run has none of them.
const OF_FAULTS: [&str; 3] = ["AgentError", "ExperimentPaused", "ExperimentResumed"];

/// What a run must be by itself.
pub(crate) fn within(world: &World, id: ExperimentId) {
    let Some(Ok(record)) = world.ledger.experiment(id).now_or_never() else {
        world.oracle.complain("the experiment is gone");
        return;
    };
    let rows = world.ledger.rows(id);
    let mut wrong = Vec::new();
    rows_are_right(&record, &rows, &mut wrong);
    if record.status == ExperimentStatus::Completed {
        let open = world.ledger.jobs(id).iter().filter(|job| job.status != JobStatus::Done).count();
        require(&mut wrong, open == 0, || format!("{open} jobs are not done"));
    }
    events_are_right(world, id, &mut wrong);
    wrong.into_iter().for_each(|what| world.oracle.complain(what));
}

/// What a run must be beside the calm one of its experiment.
pub(crate) fn against(report: &Report, calm: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    require(&mut wrong, report.status == Some(ExperimentStatus::Completed), || {
        format!("it ended as {:?}", report.status)
    });
    let outcome = &report.outcome;
    require(&mut wrong, outcome.digest == calm.digest, || {
        format!("its digest is {:?}, that of the calm run {:?}", outcome.digest, calm.digest)
    });
    require(&mut wrong, outcome.rows == calm.rows, || "its rows are not those of the calm run".to_owned());
    for (id, event) in &calm.events {
        let told = outcome.events.get(id).map(|event| &event.body);
        require(&mut wrong, told == Some(&event.body), || {
            format!("event {} says {told:?} and in the calm run {:?}", event.subject, event.body)
        });
    }
    for event in outcome.events.values().filter(|event| !calm.events.contains_key(&event.id)) {
        let is_of_faults = OF_FAULTS.iter().any(|kind| event.kind.ends_with(kind));
        require(&mut wrong, is_of_faults, || format!("the calm run has no event {}", event.subject));
    }
    wrong
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
