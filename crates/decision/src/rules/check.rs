//! What is wrong with a set of rules, and what is allowed but hardly meant.

use std::collections::BTreeSet;

use domain::Violation;

use super::bound::Doubt;
use super::condition::Genes;
use super::region::{MAX_REGIONS, Region, remainder};
use super::{MAX_RULES, Rule, RuleSet, Terms};
use crate::controls::Controls;
use crate::name::{MARKS, is_name};
use crate::tactic::Tactic;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The rules cannot be used.
    pub violations: Vec<Violation>,
    /// The rules can be used, but some of them probably do not do what was meant.
    pub warnings: Vec<Violation>,
}

/// A rule with the situations in which it holds, whatever the genes are: at most and at least.
struct Extent<'a> {
    place: usize,
    rule: &'a Rule,
    most: Vec<Region>,
    least: Vec<Region>,
}

impl RuleSet {
    /// Checks the rules against what they may refer to. Paths start with `rules`.
    ///
    /// Violations are unknown names, missing buttons, thresholds outside of a feature's range, conditions that can
    /// never hold and conditions that are too complex. Warnings are rules that come too late, because others hold
    /// wherever they do, and sets that hold everywhere. Genes may have any value of their ranges for this, and where it
    /// depends on them nothing is claimed.
    #[must_use]
    pub fn check(&self, terms: &Terms<'_>) -> Findings {
        let mut findings = Findings { violations: self.violations(terms), warnings: Vec::new() };
        if findings.violations.is_empty() {
            let usable = self.usable(terms);
            let extents: Vec<_> = usable.into_iter().filter_map(|(place, rule)| extent(place, rule, terms)).collect();
            findings.warnings.extend(compare(&extents));
        }
        findings
    }

    pub(super) fn violations(&self, terms: &Terms<'_>) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.rules.len() > MAX_RULES {
            let message = format!("{} rules are too many, {MAX_RULES} are possible", self.rules.len());
            found.push(Violation::new("rules", message));
        }
        let mut names = BTreeSet::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if !names.insert(rule.name.as_str()) {
                let message = format!("a second rule is called `{}`", rule.name);
                found.push(Violation::new(format!("rules[{place}].name"), message));
            }
            found.extend(rule.violations(place, terms));
        }
        found
    }

    /// The rules that the scenario has the buttons for, in order.
    fn usable(&self, terms: &Terms<'_>) -> Vec<(usize, &Rule)> {
        let controls = Controls::new(terms.buttons);
        let mut rules = self.in_order();
        rules.retain(|(_, rule)| rule.response.resolve(&controls, terms.buttons, "").is_ok());
        rules
    }
}

impl Rule {
    fn violations(&self, place: usize, terms: &Terms<'_>) -> Vec<Violation> {
        let at = format!("rules[{place}]");
        let mut found = Vec::new();
        if !is_name(&self.name, MARKS) {
            let message = format!("`{}` is no name: it takes 1 to 64 of A-Z a-z 0-9 _ -", self.name);
            found.push(Violation::new(format!("{at}.name"), message));
        }
        found.extend(self.response_violations(&format!("{at}.do"), terms));
        let when = format!("{at}.when");
        let wrong = self.when.violations(terms.parameters, &when);
        if wrong.is_empty() {
            found.extend(self.never_holds(&when, terms));
        }
        found.extend(wrong);
        found
    }

    fn response_violations(&self, at: &str, terms: &Terms<'_>) -> Vec<Violation> {
        let found = self.response.resolve(&Controls::new(terms.buttons), terms.buttons, at).err().unwrap_or_default();
        let excused = self.optional && self.is_known_elsewhere();
        if excused { Vec::new() } else { found }
    }

    /// Whether another scenario could have what this one lacks: a misspelt tactic is wrong everywhere.
    fn is_known_elsewhere(&self) -> bool {
        match &self.response {
            super::ResponseSpec::Tactic(name) => Tactic::find(name).is_some(),
            super::ResponseSpec::Buttons(_) => true,
        }
    }

    fn never_holds(&self, at: &str, terms: &Terms<'_>) -> Option<Violation> {
        let genes = Genes { parameters: terms.parameters, genome: None };
        match self.when.regions(true, &genes, Doubt::Generous) {
            Err(_) => {
                let message = format!("the condition falls apart into more than {MAX_REGIONS} alternatives");
                Some(Violation::new(at, message).with_help("write several rules instead"))
            }
            Ok(regions) if regions.is_empty() => {
                let message = format!("the rule `{}` can never decide: its condition contradicts itself", self.name);
                Some(Violation::new(at, message))
            }
            Ok(_) => None,
        }
    }
}

fn extent<'a>(place: usize, rule: &'a Rule, terms: &Terms<'_>) -> Option<Extent<'a>> {
    let genes = Genes { parameters: terms.parameters, genome: None };
    let most = rule.when.regions(true, &genes, Doubt::Generous).ok()?;
    let least = rule.when.regions(true, &genes, Doubt::Strict).ok()?;
    Some(Extent { place, rule, most, least })
}

/// The most alternatives of all rules together that are compared with each other.
const MAX_COMPARED: usize = 1024;

fn compare(extents: &[Extent<'_>]) -> Vec<Violation> {
    let alternatives: usize = extents.iter().map(|extent| extent.most.len()).sum();
    if alternatives > MAX_COMPARED {
        let message = format!("{alternatives} alternatives are too many to look for rules that come too late");
        return vec![Violation::new("rules", message)];
    }
    (0..extents.len()).filter_map(|index| hidden(extents, index)).chain(leaves_nothing(extents)).collect()
}

/// The warning that a rule never gets its turn.
fn hidden(extents: &[Extent<'_>], index: usize) -> Option<Violation> {
    let later = &extents[index];
    let covers = |earlier: &[Extent<'_>]| {
        let least = earlier.iter().flat_map(|extent| &extent.least);
        remainder(later.most.clone(), least).is_some_and(|rest| rest.is_empty())
    };
    let earlier = &extents[..index];
    let why = match earlier.iter().find(|&extent| covers(std::slice::from_ref(extent))) {
        Some(one) => format!("`{}` comes first and holds wherever it does", one.rule.name),
        None if covers(earlier) => {
            let names: Vec<_> = earlier.iter().map(|extent| format!("`{}`", extent.rule.name)).collect();
            format!("one of {} comes first wherever it holds", names.join(", "))
        }
        None => return None,
    };
    let message = format!("the rule `{}` never decides: {why}", later.rule.name);
    let help = "give it a higher priority, or narrow what comes before it";
    Some(Violation::new(format!("rules[{}]", later.place), message).with_help(help))
}

/// The warning that no state is left to the levels below.
fn leaves_nothing(extents: &[Extent<'_>]) -> Option<Violation> {
    let least = extents.iter().flat_map(|extent| &extent.least);
    let rest = remainder(vec![Region::default()], least)?;
    rest.is_empty().then(|| {
        Violation::new("rules", "in every state some rule holds, so experience, documents and fallback never decide")
            .with_help("narrow the rules to what is urgent, or switch the levels off that cannot be reached")
    })
}
