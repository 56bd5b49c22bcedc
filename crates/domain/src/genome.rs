//! The parameters of one agent: named, typed, bounded numbers.

mod declaration;
mod domain;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Violation;

pub use declaration::misdeclared;
pub use domain::{Domain, Scale};

/// One parameter, of a policy as a rule: its name, what it means and what it may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter<'a> {
    /// Name, unique within the policy.
    pub name: &'a str,
    /// What it does, with its unit.
    pub about: &'a str,
    /// Allowed values.
    pub domain: Domain<'a>,
    /// The value used where a genome leaves it out.
    pub default: f64,
    /// On what scale values are alike: where the search for a good value takes equal steps.
    pub scale: Scale,
    /// When it has an effect; always unless given.
    pub when: Option<Condition<'a>>,
}

impl Parameter<'_> {
    /// A flag on a linear scale that always has an effect: what a declaration leaves out it takes from here.
    pub const PLAIN: Self =
        Self { name: "", about: "", domain: Domain::Flag, default: 0.0, scale: Scale::Linear, when: None };
}

/// That another parameter, declared before, has one of some values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition<'a> {
    /// Name of the other parameter.
    pub parameter: &'a str,
    /// The values it has to have; of a choice, their numbers.
    pub values: &'a [f64],
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

    /// Whether `parameter`, one of a policy's `parameters`, has an effect: the parameter on which it depends has an
    /// effect itself and one of the values that it has to have.
    #[must_use]
    pub fn is_active(&self, parameters: &[Parameter], parameter: &Parameter) -> bool {
        let Some(condition) = &parameter.when else { return true };
        // Only what is declared before counts, so that this ends.
        let place = parameters.iter().position(|p| p.name == parameter.name).unwrap_or(parameters.len());
        parameters[..place].iter().find(|p| p.name == condition.parameter).is_some_and(|switch| {
            condition.values.contains(&self.get(switch)) && self.is_active(&parameters[..place], switch)
        })
    }

    /// What is wrong with this genome for a policy with these `parameters`; paths start with `at`.
    #[must_use]
    pub fn violations(&self, parameters: &[Parameter], at: &str) -> Vec<Violation> {
        self.0.iter().filter_map(|(name, &value)| self.violation(parameters, at, name, value)).collect()
    }

    fn violation(&self, parameters: &[Parameter], at: &str, name: &str, value: f64) -> Option<Violation> {
        let path = format!("{at}.{name}");
        let Some(parameter) = parameters.iter().find(|p| p.name == name) else {
            return Some(Violation::unknown(path, "parameter", name, parameters.iter().map(|p| p.name)));
        };
        if !parameter.domain.contains(value) {
            return Some(Violation::new(path, format!("{value} is not {}", parameter.domain.described())));
        }
        let condition = parameter.when.as_ref().filter(|_| !self.is_active(parameters, parameter))?;
        let wanted = condition.described(parameters);
        let help = format!("leave it out, or see to it that {wanted}");
        Some(Violation::new(path, format!("is set, but has an effect only if {wanted}")).with_help(help))
    }
}

impl Condition<'_> {
    /// The condition for people, such as `fire is burst or 2`.
    fn described(&self, parameters: &[Parameter]) -> String {
        let switch = parameters.iter().find(|p| p.name == self.parameter);
        let value = |&value: &f64| switch.map_or_else(|| value.to_string(), |switch| switch.domain.shown(value));
        let values: Vec<_> = self.values.iter().map(value).collect();
        format!("{} is {}", self.parameter, values.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRE: Parameter =
        Parameter { name: "fire", domain: Domain::Choice { names: &["single", "burst", "hold"] }, ..Parameter::PLAIN };
    const LENGTH: Parameter = Parameter {
        name: "length",
        domain: Domain::Integer { low: 1, high: 7 },
        default: 3.0,
        when: Some(Condition { parameter: "fire", values: &[1.0] }),
        ..Parameter::PLAIN
    };
    const RISING: Parameter = Parameter {
        name: "rising",
        when: Some(Condition { parameter: "length", values: &[3.0, 4.0] }),
        ..Parameter::PLAIN
    };
    const PARAMETERS: &[Parameter] = &[FIRE, LENGTH, RISING];

    fn genome(genes: &[(&str, f64)]) -> Genome {
        Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect())
    }

    fn messages(genes: &[(&str, f64)]) -> Vec<String> {
        let told = |violation: Violation| format!("{} {}", violation.path, violation.message);
        genome(genes).violations(PARAMETERS, "agent.genome").into_iter().map(told).collect()
    }

    #[test]
    fn unknown_and_out_of_range_genes_are_named() {
        let paths: Vec<_> = genome(&[("fire", 1.0), ("length", 1.5), ("lenght", 1.0)])
            .violations(PARAMETERS, "agent.genome")
            .into_iter()
            .map(|violation| violation.path)
            .collect();
        assert_eq!(paths, ["agent.genome.lenght", "agent.genome.length"]);
    }

    #[test]
    fn a_message_says_what_would_be_allowed() {
        let of = |value| messages(&[("fire", value)]).concat();
        assert_eq!(of(3.0), "agent.genome.fire 3 is not the number of a choice: 0 (single), 1 (burst), 2 (hold)");
        assert_eq!(of(0.5), "agent.genome.fire 0.5 is not the number of a choice: 0 (single), 1 (burst), 2 (hold)");
        let of = |value| messages(&[("fire", 1.0), ("length", value)]).concat();
        assert_eq!(of(8.0), "agent.genome.length 8 is not a whole number from 1 to 7");
    }

    #[test]
    fn a_gene_without_effect_is_told_with_what_it_needs() {
        let found = genome(&[("length", 2.0)]).violations(PARAMETERS, "agent.genome");
        assert_eq!(found[0].path, "agent.genome.length");
        assert_eq!(found[0].message, "is set, but has an effect only if fire is burst");
        assert_eq!(found[0].help.as_deref(), Some("leave it out, or see to it that fire is burst"));
        assert!(messages(&[("fire", 1.0), ("length", 2.0)]).is_empty());
    }

    #[test]
    fn what_depends_on_an_inactive_parameter_is_inactive() {
        assert!(messages(&[("fire", 1.0), ("rising", 1.0)]).is_empty());
        // The length has its default, 3, but nothing comes of it.
        assert_eq!(
            messages(&[("rising", 1.0)]),
            ["agent.genome.rising is set, but has an effect only if length is 3 or 4"]
        );
    }
}
