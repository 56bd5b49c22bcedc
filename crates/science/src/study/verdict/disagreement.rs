//! Where tests that assume less say something else than the verdicts.

use super::{Outcome, Verdict};
use crate::study::words;
use crate::study::{Robust, RobustTest};

/// Says so in the verdicts. Tests of the cells are tests of a term if it is the only one. Of several terms they know
/// only whether any matters: they speak against terms that are shown if they find no difference, and against the others if
/// they find one and no term is shown or in doubt.
pub(super) fn add(verdicts: &mut [Verdict], robust: &Robust, alpha: f64) {
    let is_settled = verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Shown | Outcome::InDoubt));
    for verdict in verdicts {
        let speaks = |test: &&RobustTest| {
            let found = test.p.map(|p| p < alpha);
            match verdict.outcome {
                Outcome::Shown => found == Some(false),
                Outcome::NotShown => found == Some(true) && !is_settled,
                _ => false,
            }
        };
        let against: Vec<_> = robust.tests.iter().filter(speaks).collect();
        verdict.sentence.extend(against.iter().map(|test| in_words(test, verdict.outcome)));
    }
}

fn in_words(test: &RobustTest, outcome: Outcome) -> String {
    let (name, p) = (test.long_name(), words::p(test.p.unwrap_or(1.0)));
    let finds =
        if outcome == Outcome::Shown { "does not find that the cells differ" } else { "finds that the cells differ" };
    format!("; but {name}, which assumes less, {finds} ({p})")
}
