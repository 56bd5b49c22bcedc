//! Searches that end before all their rounds are played.

use domain::course::Course;
use domain::extension::Extent;
use domain::journal::{Actor, Note};
use domain::ports::{ExperimentRecord, NewExtension};

use super::{Population, extension};

/// Moves the end of an experiment to the round that was played last, if the search has reason to end there: no progress for
/// a while, or its time is over at `now_ms`, in milliseconds since 1970. A search that somebody extended after its
/// confirmation goes on to the end that was asked for.
#[must_use]
pub fn ending(record: &ExperimentRecord, population: &Population, now_ms: i64) -> Option<NewExtension> {
    let course = record.course();
    let index = record.generation;
    let (rounds, confirmations) = course.counted_through(index);
    if course.round(index).is_none() || confirmations > 0 || rounds >= course.rounds() {
        return None;
    }
    let reason = impatient(record, population).or_else(|| late(record, now_ms))?;
    let extent = Extent::Generations(rounds);
    let extensions = extension::moved(record, extent);
    let course = Course::of(&record.spec, &extensions);
    Some(extension::new_extension(record, &course, extent, Note::new(Actor::orchestrator(), &reason)))
}

fn impatient(record: &ExperimentRecord, population: &Population) -> Option<String> {
    let patience = record.spec.evolution.as_ref()?.patience?;
    let waited = population.waited();
    (waited >= patience).then(|| format!("no progress beyond noise for {waited} generations"))
}

fn late(record: &ExperimentRecord, now_ms: i64) -> Option<String> {
    let minutes = record.spec.evolution.as_ref()?.max_minutes?;
    let spent = now_ms.saturating_sub(record.created_at_ms) as f64 / 60_000.0;
    (spent >= minutes).then(|| format!("the {minutes} minutes of the search are over"))
}
