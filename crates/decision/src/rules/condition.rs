//! Conditions: how they are written, what can be wrong with them, and which situations they allow.

use domain::Violation;
use domain::genome::{Genome, Parameter};
use serde::{Deserialize, Serialize};

use super::bound::{Bound, Doubt, End};
use super::region::{MAX_REGIONS, Region, Span};
use crate::situation::Feature;

/// A condition over a situation: exactly one of `all`, `any`, `not` and `feature`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// All of these hold; an empty list always does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Condition>>,
    /// At least one of these holds; an empty list never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Condition>>,
    /// This does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Condition>>,
    /// The feature of this name compares as said below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// It is less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Threshold>,
    /// It is this or less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Threshold>,
    /// It is more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<Threshold>,
    /// It is this or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Threshold>,
    /// It is exactly this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Threshold>,
}

/// With what a feature is compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Threshold {
    /// A number in the feature's unit.
    Number(f64),
    /// The value of the gene of this name.
    Gene(String),
}

/// The genes that thresholds name: with the values of one genome, or with whatever their ranges allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Genes<'a> {
    pub(super) parameters: &'a [Parameter<'a>],
    pub(super) genome: Option<&'a Genome>,
}

/// A condition that falls apart into more boxes than are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

impl Condition {
    /// What is wrong with this condition; paths start with `at`.
    pub(super) fn violations(&self, parameters: &[Parameter], at: &str) -> Vec<Violation> {
        let kinds = [self.all.is_some(), self.any.is_some(), self.not.is_some(), self.feature.is_some()];
        let count = kinds.into_iter().filter(|&given| given).count();
        if count != 1 {
            let message = format!("a condition is one of `all`, `any`, `not` and `feature`, but {count} are given");
            return vec![Violation::new(at, message)];
        }
        let mut found = Vec::new();
        for (name, list) in [("all", &self.all), ("any", &self.any)] {
            for (index, condition) in list.iter().flatten().enumerate() {
                found.extend(condition.violations(parameters, &format!("{at}.{name}[{index}]")));
            }
        }
        if let Some(condition) = &self.not {
            found.extend(condition.violations(parameters, &format!("{at}.not")));
        }
        match &self.feature {
            Some(name) => found.extend(self.comparison(name, parameters, at)),
            None if self.comparisons().next().is_some() => {
                found.push(Violation::new(at, "there is something to compare with, but no `feature`"));
            }
            None => (),
        }
        found
    }

    fn comparison(&self, name: &str, parameters: &[Parameter], at: &str) -> Vec<Violation> {
        let Some(feature) = Feature::find(name) else {
            let known = Feature::all().map(|feature| feature.component().name);
            return vec![Violation::unknown(format!("{at}.feature"), "feature", name, known)];
        };
        if self.comparisons().next().is_none() {
            let message = format!("`{name}` is compared with nothing");
            let help = "add one of `below`, `at_most`, `above`, `at_least` and `equals`";
            return vec![Violation::new(at, message).with_help(help)];
        }
        self.comparisons()
            .filter_map(|(word, threshold)| threshold.violation(feature, parameters, &format!("{at}.{word}")))
            .collect()
    }

    fn comparisons(&self) -> impl Iterator<Item = (&'static str, &Threshold)> {
        [
            ("below", &self.below),
            ("at_most", &self.at_most),
            ("above", &self.above),
            ("at_least", &self.at_least),
            ("equals", &self.equals),
        ]
        .into_iter()
        .filter_map(|(word, threshold)| threshold.as_ref().map(|threshold| (word, threshold)))
    }

    /// The situations that this condition allows, or that it does not allow if `holds` is false.
    pub(super) fn regions(&self, holds: bool, genes: &Genes<'_>, doubt: Doubt) -> Result<Vec<Region>, TooComplex> {
        if let Some(condition) = &self.not {
            return condition.regions(!holds, genes, doubt);
        }
        let list = |conditions: &[Self]| -> Result<Vec<_>, TooComplex> {
            conditions.iter().map(|condition| condition.regions(holds, genes, doubt)).collect()
        };
        match (&self.all, &self.any) {
            (Some(all), _) if holds => all_of(list(all)?, doubt),
            (Some(all), _) => any_of(list(all)?),
            (_, Some(any)) if holds => any_of(list(any)?),
            (_, Some(any)) => all_of(list(any)?, doubt),
            (None, None) => self.spans(holds, genes, doubt),
        }
    }

    fn spans(&self, holds: bool, genes: &Genes<'_>, doubt: Doubt) -> Result<Vec<Region>, TooComplex> {
        let Some(feature) = self.feature.as_deref().and_then(Feature::find) else { return Ok(Vec::new()) };
        let ends = self.comparisons().flat_map(|(word, threshold)| threshold.ends(word, feature, genes));
        let alone = |span| Region::default().and(span, doubt).into_iter().collect();
        let each = ends.flatten().map(|(end, bound)| match holds {
            true => alone(Span::beyond(feature, end, bound)),
            false => alone(Span::beyond(feature, end.opposite(), bound.flipped(feature, end))),
        });
        if holds { all_of(each.collect(), doubt) } else { any_of(each.collect()) }
    }
}

/// Situations that are in one region of every list.
fn all_of(lists: Vec<Vec<Region>>, doubt: Doubt) -> Result<Vec<Region>, TooComplex> {
    lists.into_iter().try_fold(vec![Region::default()], |regions, list| {
        let pairs = regions.iter().flat_map(|a| list.iter().filter_map(move |b| a.and_all(b, doubt)));
        bounded(pairs.collect())
    })
}

/// Situations that are in any of the regions.
fn any_of(lists: Vec<Vec<Region>>) -> Result<Vec<Region>, TooComplex> {
    bounded(lists.into_iter().flatten().collect())
}

fn bounded(regions: Vec<Region>) -> Result<Vec<Region>, TooComplex> {
    if regions.len() <= MAX_REGIONS { Ok(regions) } else { Err(TooComplex) }
}

impl Threshold {
    fn violation(&self, feature: Feature, parameters: &[Parameter], at: &str) -> Option<Violation> {
        let component = feature.component();
        let (low, high) = (f64::from(component.low), f64::from(component.high));
        let (least, most, what) = match self {
            Self::Number(value) => (*value, *value, format!("{value}")),
            Self::Gene(name) => {
                let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
                    let known = parameters.iter().map(|parameter| parameter.name);
                    return Some(Violation::unknown(at, "gene", name, known));
                };
                let (least, most) = parameter.domain.bounds();
                (least, most, format!("the gene `{name}`, which goes from {least} to {most},"))
            }
        };
        if low <= least && most <= high {
            return None;
        }
        let message = format!("{what} is outside of `{}`, which goes from {low} to {high}", component.name);
        Some(Violation::new(at, message).with_help(format!("its unit is {}", component.unit)))
    }

    /// The ends of the values that `word` and this threshold allow; none if the gene does not exist.
    fn ends(&self, word: &str, feature: Feature, genes: &Genes<'_>) -> [Option<(End, Bound)>; 2] {
        let upper = |open| self.bound(feature, End::Upper, open, genes).map(|bound| (End::Upper, bound));
        let lower = |open| self.bound(feature, End::Lower, open, genes).map(|bound| (End::Lower, bound));
        match word {
            "below" => [upper(true), None],
            "at_most" => [upper(false), None],
            "above" => [lower(true), None],
            "at_least" => [lower(false), None],
            _ => [lower(false), upper(false)],
        }
    }

    fn bound(&self, feature: Feature, end: End, open: bool, genes: &Genes<'_>) -> Option<Bound> {
        // Features are compared as `f32`, so thresholds are what an `f32` can hold of them.
        let single = |value: f64| f64::from(value as f32);
        let name = match self {
            Self::Number(value) => return Some(Bound::number(feature, end, single(*value), open)),
            Self::Gene(name) => name,
        };
        let place = genes.parameters.iter().position(|parameter| parameter.name == name)?;
        let parameter = &genes.parameters[place];
        if let Some(genome) = genes.genome {
            return Some(Bound::number(feature, end, single(genome.get(parameter)), open));
        }
        let (least, most) = parameter.domain.bounds();
        Some(Bound::gene(place, single(least), single(most), open))
    }
}
