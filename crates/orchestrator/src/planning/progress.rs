//! How many episodes an experiment will have played.

use domain::course::Course;
use domain::experiment::ExperimentSpec;

/// Episodes over all generations of an experiment as it is launched; at most, where members race.
#[must_use]
pub fn planned(spec: &ExperimentSpec) -> u64 {
    in_all(&Course::of(spec, &[]))
}

/// Episodes over all generations; at most, where members race.
pub(super) fn in_all(course: &Course<'_>) -> u64 {
    let spec = course.launched();
    let episodes = u64::from(course.replicates());
    match (&spec.evolution, &spec.design) {
        (Some(evolution), _) => {
            let (rounds, confirmations) = course.counted_through(course.last());
            let confirmed =
                u64::from(confirmations) * u64::from(evolution.finalists()) * u64::from(evolution.confirmation);
            let measured = evolution.statistics.as_ref().map_or(0, |statistics| u64::from(statistics.episodes));
            let searched = u64::from(rounds).saturating_mul(u64::from(evolution.population)).saturating_mul(episodes);
            measured * u64::from(evolution.baselines()) + searched + confirmed
        }
        (None, Some(_)) => conditions(spec).saturating_mul(episodes),
        (None, None) => 0,
    }
}

/// How many conditions a design has.
pub(super) fn conditions(spec: &ExperimentSpec) -> u64 {
    spec.design.as_ref().map_or(0, super::design::count)
}
