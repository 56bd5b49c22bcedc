//! The parameters of one agent: named, typed, bounded numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Violation;

/// What values a parameter may take. Integers, flags and choices are stored as exact `f64` whole numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Domain {
    /// Any number from `low` to `high`, both included.
    Real {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
    },
    /// Any whole number from `low` to `high`, both included.
    Integer {
        /// Smallest value.
        low: i32,
        /// Largest value.
        high: i32,
    },
    /// 0 or 1.
    Flag,
}

impl Domain {
    /// Smallest and largest value.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        match *self {
            Self::Real { low, high } => (low, high),
            Self::Integer { low, high } => (f64::from(low), f64::from(high)),
            Self::Flag => (0.0, 1.0),
        }
    }

    /// The allowed value nearest to `value`; the smallest one for NaN.
    #[must_use]
    pub fn nearest(&self, value: f64) -> f64 {
        let (low, high) = self.bounds();
        let value = if value.is_nan() { low } else { value.clamp(low, high) };
        match self {
            Self::Real { .. } => value,
            Self::Integer { .. } | Self::Flag => libm::round(value).clamp(low, high),
        }
    }

    /// Whether `value` is allowed exactly as it is.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.nearest(value) == value
    }
}

/// One parameter of a policy: its name, what it means and what it may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// Name, unique within the policy.
    pub name: &'static str,
    /// What it does, with its unit.
    pub about: &'static str,
    /// Allowed values.
    pub domain: Domain,
    /// The value used where a genome leaves it out.
    pub default: f64,
}

/// A value for some of a policy's parameters; the rest take their defaults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Genome(pub BTreeMap<String, f64>);

impl Genome {
    /// The value of `parameter`, or its default.
    #[must_use]
    pub fn get(&self, parameter: &Parameter) -> f64 {
        self.0.get(parameter.name).copied().unwrap_or(parameter.default)
    }

    /// What is wrong with this genome for a policy with these `parameters`; paths start with `at`.
    #[must_use]
    pub fn violations(&self, parameters: &[Parameter], at: &str) -> Vec<Violation> {
        self.0.iter().filter_map(|(name, &value)| violation(parameters, at, name, value)).collect()
    }
}

fn violation(parameters: &[Parameter], at: &str, name: &str, value: f64) -> Option<Violation> {
    let path = format!("{at}.{name}");
    let Some(parameter) = parameters.iter().find(|p| p.name == name) else {
        return Some(Violation::unknown(path, "parameter", name, parameters.iter().map(|p| p.name)));
    };
    if parameter.domain.contains(value) {
        return None;
    }
    let (low, high) = parameter.domain.bounds();
    let kind = if matches!(parameter.domain, Domain::Real { .. }) { "number" } else { "whole number" };
    Some(Violation::new(path, format!("{value} is not a {kind} from {low} to {high}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nearest_value_is_always_allowed(value: f64, low in -100i32..100, width in 0i32..100) {
            for domain in [
                Domain::Real { low: f64::from(low), high: f64::from(low + width) },
                Domain::Integer { low, high: low + width },
                Domain::Flag,
            ] {
                prop_assert!(domain.contains(domain.nearest(value)), "{domain:?} {value}");
            }
        }
    }

    #[test]
    fn unknown_and_out_of_range_genes_are_named() {
        let parameters =
            [Parameter { name: "burst", about: "", domain: Domain::Integer { low: 1, high: 7 }, default: 3.0 }];
        let genome = Genome(BTreeMap::from([("burst".into(), 1.5), ("brust".into(), 1.0)]));
        let paths: Vec<_> = genome.violations(&parameters, "agent.genome").into_iter().map(|v| v.path).collect();
        assert_eq!(paths, ["agent.genome.brust", "agent.genome.burst"]);
    }
}
