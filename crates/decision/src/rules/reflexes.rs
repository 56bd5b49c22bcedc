//! Rules made ready for the tick: flat arrays of comparisons, evaluated without allocation.

use domain::Violation;
use domain::action::Buttons;
use domain::genome::Genome;

use super::bound::{Bound, Doubt, End};
use super::condition::Genes;
use super::region::{Region, Span};
use super::{ResponseSpec, Rule, RuleSet, Terms};
use crate::controls::Controls;
use crate::situation::{Feature, Situation};
use crate::tactic::Tactic;

/// What to do when a rule or a document decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// A tactic.
    Tactic(Tactic),
    /// These buttons.
    Buttons(Buttons),
}

/// The rules of one genome in one scenario, in the order in which they are tried.
#[derive(Debug, Clone)]
pub struct Reflexes {
    tests: Vec<Test>,
    clauses: Vec<Clause>,
    rules: Vec<Reflex>,
}

/// A feature lies between two values, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Test {
    feature: Feature,
    low: f32,
    high: f32,
}

/// All of some tests hold; then its rule does.
#[derive(Debug, Clone, Copy)]
struct Clause {
    first: u32,
    end: u32,
    rule: u32,
}

#[derive(Debug, Clone, PartialEq)]
struct Reflex {
    name: String,
    response: Response,
}

impl Reflexes {
    /// Makes the rules ready for a genome.
    ///
    /// # Errors
    /// All violations that [`RuleSet::check`] finds.
    pub fn new(set: &RuleSet, terms: &Terms<'_>, genome: &Genome) -> Result<Self, Vec<Violation>> {
        let violations = set.violations(terms);
        if !violations.is_empty() {
            return Err(violations);
        }
        let controls = Controls::new(terms.buttons);
        let genes = Genes { parameters: terms.parameters, genome: Some(genome) };
        let mut reflexes = Self { tests: Vec::new(), clauses: Vec::new(), rules: Vec::new() };
        for (_, rule) in set.in_order() {
            if let Ok(response) = rule.response.resolve(&controls, terms.buttons, "") {
                reflexes.add(rule, response, &genes);
            }
        }
        Ok(reflexes)
    }

    fn add(&mut self, rule: &Rule, response: Response, genes: &Genes<'_>) {
        let place = self.rules.len() as u32;
        self.rules.push(Reflex { name: rule.name.clone(), response });
        for region in rule.when.regions(true, genes, Doubt::Generous).into_iter().flatten() {
            let first = self.tests.len() as u32;
            self.tests.extend(tests(&region));
            self.clauses.push(Clause { first, end: self.tests.len() as u32, rule: place });
        }
    }

    /// The first rule that holds.
    #[must_use]
    pub fn first(&self, situation: &Situation) -> Option<usize> {
        self.clauses.iter().find(|clause| self.holds(clause, situation)).map(|clause| clause.rule as usize)
    }

    /// All rules that hold, in the order in which they are tried.
    pub fn all(&self, situation: &Situation) -> impl Iterator<Item = usize> {
        let mut last = None;
        self.clauses.iter().filter(|clause| self.holds(clause, situation)).filter_map(move |clause| {
            let rule = clause.rule as usize;
            (last.replace(rule) != Some(rule)).then_some(rule)
        })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The name of a rule; none if there is no such rule.
    #[must_use]
    pub fn name(&self, rule: usize) -> Option<&str> {
        self.rules.get(rule).map(|rule| rule.name.as_str())
    }

    /// What a rule says to do; none if there is no such rule.
    #[must_use]
    pub fn response(&self, rule: usize) -> Option<Response> {
        self.rules.get(rule).map(|rule| rule.response)
    }

    /// Whether any of them depends on walls.
    #[must_use]
    pub fn look_at_walls(&self) -> bool {
        self.tests.iter().any(|test| test.feature.is_wall())
    }

    fn holds(&self, clause: &Clause, situation: &Situation) -> bool {
        self.tests[clause.first as usize..clause.end as usize].iter().all(|test| {
            let value = situation.get(test.feature);
            test.low <= value && value <= test.high
        })
    }
}

/// The comparisons of a region all of whose ends are known; those that always hold are left out.
fn tests(region: &Region) -> impl Iterator<Item = Test> {
    region.0.iter().filter_map(|span| {
        let test =
            Test { feature: span.feature, low: closed(span.lower, End::Lower), high: closed(span.upper, End::Upper) };
        let all = Span::whole(span.feature);
        let is_free = test.low <= closed(all.lower, End::Lower) && closed(all.upper, End::Upper) <= test.high;
        (!is_free).then_some(test)
    })
}

/// The last value that an end allows.
fn closed(bound: Bound, end: End) -> f32 {
    let value = bound.least as f32;
    match (bound.open, end) {
        (false, _) => value,
        (true, End::Lower) => value.next_up(),
        (true, End::Upper) => value.next_down(),
    }
}

impl ResponseSpec {
    /// What it means in a scenario with these buttons.
    ///
    /// # Errors
    /// An unknown tactic, and buttons that the scenario does not have, at the path `at`.
    pub(crate) fn resolve(
        &self,
        controls: &Controls,
        buttons: &[String],
        at: &str,
    ) -> Result<Response, Vec<Violation>> {
        match self {
            Self::Tactic(name) => {
                let tactic = Tactic::find(name).ok_or_else(|| vec![unknown_tactic(name, at)])?;
                let missing =
                    tactic.missing(controls).into_iter().map(|missing| Violation { path: at.into(), ..missing });
                let missing: Vec<_> = missing.collect();
                if missing.is_empty() { Ok(Response::Tactic(tactic)) } else { Err(missing) }
            }
            Self::Buttons(names) => pressed(names, buttons, at).map(Response::Buttons),
        }
    }
}

fn pressed(names: &[String], buttons: &[String], at: &str) -> Result<Buttons, Vec<Violation>> {
    let mut held = Buttons::NONE;
    let mut unknown = Vec::new();
    for (place, name) in names.iter().enumerate() {
        match buttons.iter().take(Buttons::MAX).position(|button| button == name) {
            Some(index) => held = held.with(index),
            None => {
                let known = buttons.iter().map(String::as_str);
                unknown.push(Violation::unknown(format!("{at}[{place}]"), "button", name, known));
            }
        }
    }
    if unknown.is_empty() { Ok(held) } else { Err(unknown) }
}

fn unknown_tactic(name: &str, at: &str) -> Violation {
    Violation::unknown(at, "tactic", name, Tactic::ALL.into_iter().map(Tactic::name))
}
