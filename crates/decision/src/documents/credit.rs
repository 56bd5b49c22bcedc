//! What a generation teaches about the documents that it played with.

use domain::Violation;

use super::{Document, Library, Life};
use crate::experience::{Tally, tries};
use crate::trace::{By, Trace};

/// One time that a document decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Its place in the library that was played with.
    pub document: u32,
    /// Whether that went well.
    pub success: bool,
}

/// The uses of documents in an episode whose decisions are `traces`, judged by what they look like `horizon` ticks
/// later as the trials of experience are. A document that decides in a row of ticks is used once.
#[must_use]
pub fn uses(traces: &[Trace], horizon: usize) -> Vec<Use> {
    let used = |now: &Trace| (now.by == By::Document).then_some(now.which);
    let tries = tries(traces, horizon, used, Trace::moment);
    tries.into_iter().map(|(document, success)| Use { document, success }).collect()
}

impl Library {
    /// The library after these uses in a generation: counts go up, and what was used was last used then. Uses of places
    /// that do not exist are left out. The order of uses does not matter.
    #[must_use]
    pub fn credit(&self, generation: u32, uses: impl IntoIterator<Item = Use>) -> Self {
        let mut next = self.clone();
        for one in uses {
            if let Some(document) = next.documents.get_mut(one.document as usize) {
                document.tally = document.tally.plus(Tally { trials: 1, successes: u32::from(one.success) });
                document.last_used = document.last_used.max(generation);
            }
        }
        next
    }
}

impl Document {
    /// The document in the next stage of its life.
    ///
    /// # Errors
    /// A violation at `life` if no step leads there.
    pub fn in_stage(self, next: Life) -> Result<Self, Violation> {
        if self.life.may_become(next) {
            return Ok(Self { life: next, ..self });
        }
        let (id, now) = (&self.id, self.life);
        let possible: Vec<_> = Life::ALL.into_iter().filter(|&stage| now.may_become(stage)).collect();
        let message = format!("`{id}` is {now:?} and cannot become {next:?}");
        Err(Violation::new("life", message).with_help(format!("it can become one of {possible:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::tests::document;
    use crate::situation::SIZE;

    fn trace(by: By, which: u32, hits: i32) -> Trace {
        Trace { which, hits, ..crate::trace::tests::trace(by) }
    }

    #[test]
    fn a_row_of_decisions_is_one_use_and_counts_for_its_document() {
        let traces = [
            trace(By::Document, 1, 0),
            trace(By::Document, 1, 1),
            trace(By::Rule, 1, 1),
            trace(By::Document, 1, 1),
            trace(By::Document, 0, 1),
        ];
        let found = uses(&traces, 2);
        let expected = [(1, true), (1, false), (0, false)].map(|(document, success)| Use { document, success });
        assert_eq!(found, expected);

        let library = Library::new(vec![document("a", [0.0; SIZE]), document("b", [0.5; SIZE])]).unwrap();
        let next = library.credit(7, found.into_iter().chain([Use { document: 9, success: true }]));
        let told: Vec<_> = next.documents().iter().map(|d| (d.tally.successes, d.tally.trials, d.last_used)).collect();
        assert_eq!(told, [(5, 11, 7), (6, 12, 7)]);
        assert_ne!(next.hash(), library.hash());
    }

    #[test]
    fn steps_that_do_not_exist_are_refused_with_those_that_do() {
        let active = document("a", [0.0; SIZE]);
        let review = active.clone().in_stage(Life::UnderReview).unwrap();
        assert_eq!(review.life, Life::UnderReview);
        let wrong = active.in_stage(Life::Retired).unwrap_err();
        assert!(wrong.message.contains("`a` is Active"), "{wrong:?}");
        assert!(wrong.help.unwrap().contains("UnderReview, Deprecated"));
    }
}
