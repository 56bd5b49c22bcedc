//! Whether the parameters of a policy are declared as they have to be.

use super::{Condition, Domain, Parameter, Scale};
use crate::error::Violation;

/// What is wrong with the declaration of a policy's parameters; paths are their names.
#[must_use]
pub fn misdeclared(parameters: &[Parameter]) -> Vec<Violation> {
    let faults = |(place, parameter): (usize, &Parameter)| {
        let faults = faults(&parameters[..place], parameter);
        faults.into_iter().map(|fault| Violation::new(parameter.name, fault)).collect::<Vec<_>>()
    };
    parameters.iter().enumerate().flat_map(faults).collect()
}

fn faults(before: &[Parameter], parameter: &Parameter) -> Vec<String> {
    let Parameter { name, domain, default, scale, when, .. } = parameter;
    let mut found = Vec::new();
    if before.iter().any(|known| known.name == *name) {
        found.push("is declared twice".to_owned());
    }
    let (low, high) = domain.bounds();
    if !(low <= high && low.is_finite() && high.is_finite()) || matches!(domain, Domain::Choice { names: [] }) {
        found.push("can have no value".to_owned());
    } else if !domain.contains(*default) {
        found.push(format!("has the default {default}, which is not {}", domain.described()));
    }
    if *scale == Scale::Log && !(low > 0.0 && matches!(domain, Domain::Real { .. } | Domain::Integer { .. })) {
        found.push("has a logarithmic scale, which only numbers above 0 have".to_owned());
    }
    found.extend(when.as_ref().and_then(|condition| wrong_condition(before, condition)));
    found
}

fn wrong_condition(before: &[Parameter], condition: &Condition) -> Option<String> {
    let name = condition.parameter;
    let Some(switch) = before.iter().find(|known| known.name == name) else {
        return Some(format!("depends on `{name}`, which is not declared before it"));
    };
    let wrong = condition.values.iter().find(|&&value| !switch.domain.contains(value));
    match wrong {
        Some(value) => Some(format!("waits for {name} = {value}, which is not {}", switch.domain.described())),
        None if condition.values.is_empty() => Some(format!("waits for no value of {name}")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODE: Parameter =
        Parameter { name: "mode", domain: Domain::Choice { names: &["near", "far"] }, ..Parameter::PLAIN };
    const WIDTH: Parameter = Parameter {
        name: "width",
        domain: Domain::Real { low: 0.1, high: 10.0 },
        default: 1.0,
        scale: Scale::Log,
        when: Some(Condition { parameter: "mode", values: &[1.0] }),
        ..Parameter::PLAIN
    };

    fn told(parameters: &[Parameter]) -> Vec<String> {
        misdeclared(parameters).into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
    }

    #[test]
    fn what_is_declared_well_has_no_faults() {
        assert_eq!(told(&[MODE, WIDTH]), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_told() {
        let waiting = |values| Parameter { when: Some(Condition { parameter: "mode", values }), ..WIDTH };
        assert_eq!(told(&[WIDTH, MODE]), ["width depends on `mode`, which is not declared before it"]);
        assert_eq!(told(&[MODE, waiting(&[])]), ["width waits for no value of mode"]);
        assert_eq!(
            told(&[MODE, waiting(&[2.0])]),
            ["width waits for mode = 2, which is not the number of a choice: 0 (near), 1 (far)"]
        );
        let zero = Parameter { domain: Domain::Real { low: 0.0, high: 0.5 }, ..WIDTH };
        assert_eq!(
            told(&[MODE, MODE, zero]),
            [
                "mode is declared twice",
                "width has the default 1, which is not a number from 0 to 0.5",
                "width has a logarithmic scale, which only numbers above 0 have",
            ]
        );
        let empty = Parameter { domain: Domain::Choice { names: &[] }, ..MODE };
        assert_eq!(told(&[empty]), ["mode can have no value"]);
    }
}
