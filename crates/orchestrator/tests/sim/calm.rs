//! What each experiment comes to when nothing goes wrong.

use std::sync::LazyLock;

use domain::course::Course;
use domain::ports::ExperimentRecord;

use crate::run::{Outcome, Setting, simulate};
use crate::shape::SHAPES;

/// How an extension changed the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// It is that of an experiment that was longer from the start.
    AsFromTheStart,
    /// The confirmation that was planned before stays, and the population goes on after it.
    AfterTheEnd,
}

impl Growth {
    /// Nothing, if nobody extended it.
    pub(crate) fn of(record: &ExperimentRecord) -> Option<Self> {
        let course = record.course();
        let from_the_start = course.spec();
        let is_the_same = Course::of(&from_the_start, &[]).last() == course.last();
        let growth = if is_the_same { Self::AsFromTheStart } else { Self::AfterTheEnd };
        (!record.extensions.is_empty()).then_some(growth)
    }
}

/// What a shape comes to when nothing goes wrong.
pub(crate) struct Calm {
    /// As it is launched.
    pub(crate) plain: Outcome,
    /// Longer from the start.
    pub(crate) longer: Outcome,
    /// Extended at its end.
    pub(crate) reopened: Outcome,
}

/// What each shape comes to when nothing goes wrong.
pub(crate) static CALM: LazyLock<Vec<Calm>> = LazyLock::new(|| {
    let outcome = |index, setting| {
        let report = simulate(index as u64, index, Setting { is_calm: true, ..setting });
        assert!(report.wrong.is_empty(), "the calm run of {}: {:#?}", report.shape.name, report.wrong);
        report.outcome
    };
    let calm = |index| Calm {
        plain: outcome(index, Setting::default()),
        longer: outcome(index, Setting { is_longer: true, ..Setting::default() }),
        reopened: outcome(index, Setting { is_reopened: true, ..Setting::default() }),
    };
    (0..SHAPES.len()).map(calm).collect()
});
