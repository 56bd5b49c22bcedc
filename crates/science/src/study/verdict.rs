//! What may be said of each term, by a rule that is stated in advance.

mod disagreement;

use serde::Serialize;

use super::gate::Gate;
use super::words;
use super::{Detectable, Model, Question, Robust, TermRow};

/// The rule.
pub const RULE: &str = "A term has an effect if the gate is passed and both its F test and its permutation test, each \
                        adjusted by Holm for all terms, give p below alpha. If only one of them does, it is in doubt. If \
                        neither does, no effect is shown, which is not to say that there is none.";

/// What may be said of a term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The term.
    pub term: String,
    /// What the rule says.
    pub outcome: Outcome,
    /// The same with its numbers, as a sentence.
    pub sentence: String,
}

/// What the rule says of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has an effect.
    Shown,
    /// Its tests disagree.
    InDoubt,
    /// No effect is shown.
    NotShown,
    /// It has no test.
    Untested,
    /// The gate is not passed.
    Worthless,
}

/// What the verdicts are about.
pub(super) struct Evidence<'a> {
    pub(super) response: &'a str,
    pub(super) question: &'a Question,
    pub(super) gate: &'a Gate,
    pub(super) model: &'a Model,
    pub(super) robust: &'a Robust,
}

pub(super) fn verdicts(evidence: &Evidence<'_>) -> Vec<Verdict> {
    let Evidence { gate, model, question, .. } = evidence;
    let terms: Vec<_> = model.terms.iter().filter(|term| !term.is_block).collect();
    let mut verdicts: Vec<_> =
        terms.iter().map(|term| verdict(evidence, term, outcome(gate, term, question.alpha))).collect();
    disagreement::add(&mut verdicts, evidence.robust, question.alpha);
    verdicts
}

fn verdict(evidence: &Evidence<'_>, term: &TermRow, outcome: Outcome) -> Verdict {
    let name = &term.name;
    let numbers = || numbers(evidence.model, term);
    let sentence = match outcome {
        Outcome::Worthless => format!("nothing can be said of {name}: the data did not pass the gate"),
        Outcome::Untested => {
            let why = term.untested.as_deref().unwrap_or("no value can change places within its block");
            format!("{name} was not tested: {why}")
        }
        Outcome::Shown => format!("{name} has an effect: {}", numbers()),
        Outcome::InDoubt => format!("{name} is in doubt, because its tests disagree: {}", numbers()),
        Outcome::NotShown => format!("no effect of {name} is shown: {}{}", numbers(), found(evidence, term)),
    };
    Verdict { term: name.clone(), outcome, sentence }
}

fn outcome(gate: &Gate, term: &TermRow, alpha: f64) -> Outcome {
    if !gate.is_passed {
        return Outcome::Worthless;
    }
    let Some((by_f, by_permutation)) = term.adjusted_p.zip(term.permutation_p) else { return Outcome::Untested };
    match (by_f < alpha, by_permutation < alpha) {
        (true, true) => Outcome::Shown,
        (false, false) => Outcome::NotShown,
        _ => Outcome::InDoubt,
    }
}

/// What would have been found of a term, in words.
fn found(evidence: &Evidence<'_>, term: &TermRow) -> String {
    let Some(detectable) = term.detectable else { return String::new() };
    let (response, power) = (evidence.response, evidence.question.power);
    let what = match (detectable.difference, detectable.slope) {
        (Some(difference), _) => format!("a difference of {} {response} between two levels", words::number(difference)),
        (_, Some(slope)) => format!("a slope of {} {response} per unit", words::number(slope)),
        _ => {
            let Detectable { cohens_f, partial_eta_squared, .. } = detectable;
            format!("an effect of f = {cohens_f:.2} (partial eta² = {partial_eta_squared:.3})")
        }
    };
    let alone = if evidence.model.terms.iter().filter(|term| term.adjusted_p.is_some()).count() > 1 {
        " by its F test alone"
    } else {
        ""
    };
    format!("; {what} would have been found{alone} with probability {power}")
}

fn numbers(model: &Model, term: &TermRow) -> String {
    let f =
        term.f.map_or_else(String::new, |f| format!("F({}, {}) = {}", term.df, model.residual_df, words::number(f)));
    let p = term.adjusted_p.map_or_else(String::new, |p| format!(", {}", words::p(p)));
    let permuted = term.permutation_p.map_or_else(String::new, |p| format!(", by permutation {}", words::p(p)));
    let share = term.partial_eta_squared.map_or_else(String::new, |share| format!("; partial eta² = {share:.3}"));
    let reach =
        term.partial_eta_squared_interval.map_or_else(String::new, |[low, high]| format!(" [{low:.3}, {high:.3}]"));
    format!("{f}{p}{permuted}{share}{reach}")
}
