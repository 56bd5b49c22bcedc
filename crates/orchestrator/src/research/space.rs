//! What a study varies where that is no policy's: named, bounded parameters of its own.

use std::collections::BTreeSet;

use domain::Violation;
use domain::genome::{Domain, Parameter, Scale};
use serde::{Deserialize, Serialize};

/// Most parameters, and most names of a category.
const MOST: usize = 100;
/// Longest name, in bytes.
const MAX_NAME: usize = 100;

/// A parameter of a study's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnParameter {
    /// Its name, unique within the study.
    pub name: String,
    /// What values there are.
    pub range: Range,
}

/// What values a parameter of a study's own may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Range {
    /// Any number from `low` to `high`, both included.
    Real {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Whether equal ratios are alike, rather than equal differences.
        logarithmic: bool,
    },
    /// Any whole number from `low` to `high`, both included.
    Integer {
        /// Smallest value.
        low: i32,
        /// Largest value.
        high: i32,
        /// Whether equal ratios are alike, rather than equal differences.
        logarithmic: bool,
    },
    /// One of several, without an order.
    Category {
        /// What there is to choose from.
        names: Vec<String>,
    },
    /// Yes or no.
    Flag,
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Real(f64),
    /// A whole number.
    Integer(i32),
    /// The name of a choice.
    Category(String),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// What a gene stands for; genes lie within their domains.
    pub(super) fn of(domain: &Domain, gene: f64) -> Self {
        match domain {
            Domain::Real { .. } => Self::Real(gene),
            Domain::Integer { .. } => Self::Integer(gene as i32),
            Domain::Choice { names } => Self::Category((*names.get(gene as usize).unwrap_or(&"")).to_owned()),
            Domain::Flag => Self::Flag(gene != 0.0),
        }
    }
}

/// Hands the parameters of a space over in the words of searches.
pub(super) fn with_parameters<T>(space: &[OwnParameter], look: impl FnOnce(&[Parameter]) -> T) -> T {
    let names: Vec<_> = space.iter().map(OwnParameter::names).collect();
    let parameters: Vec<_> = space.iter().zip(&names).map(|(own, names)| own.parameter(names)).collect();
    look(&parameters)
}

impl OwnParameter {
    fn names(&self) -> Vec<&str> {
        match &self.range {
            Range::Category { names } => names.iter().map(String::as_str).collect(),
            _ => vec![],
        }
    }

    fn parameter<'a>(&'a self, names: &'a [&'a str]) -> Parameter<'a> {
        let (domain, logarithmic) = match self.range {
            Range::Real { low, high, logarithmic } => (Domain::Real { low, high }, logarithmic),
            Range::Integer { low, high, logarithmic } => (Domain::Integer { low, high }, logarithmic),
            Range::Category { .. } => (Domain::Choice { names }, false),
            Range::Flag => (Domain::Flag, false),
        };
        let scale = if logarithmic { Scale::Log } else { Scale::Linear };
        let (default, _) = domain.bounds();
        Parameter { name: &self.name, domain, default, scale, ..Parameter::PLAIN }
    }
}

/// What is wrong with a space; paths begin with `at`.
pub(super) fn violations(space: &[OwnParameter], at: &str) -> Vec<Violation> {
    if space.len() > MOST {
        return vec![Violation::new(at, format!("has {} parameters, which are more than {MOST}", space.len()))];
    }
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for (index, OwnParameter { name, range }) in space.iter().enumerate() {
        let at = format!("{at}[{index}]");
        found.extend(name_violation(name, format!("{at}.name")));
        if !known.insert(name) {
            found.push(Violation::new(format!("{at}.name"), format!("`{name}` is there twice")));
        }
        found.extend(range.violations(&at));
    }
    found
}

fn name_violation(name: &str, at: String) -> Option<Violation> {
    let is_wrong = name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control);
    is_wrong.then(|| Violation::new(at, format!("has to be 1 to {MAX_NAME} bytes without control characters")))
}

impl Range {
    fn violations(&self, at: &str) -> Vec<Violation> {
        match self {
            Self::Real { low, high, logarithmic } => bounds(*low, *high, *logarithmic, &format!("{at}.real")),
            Self::Integer { low, high, logarithmic } => {
                bounds(f64::from(*low), f64::from(*high), *logarithmic, &format!("{at}.integer"))
            }
            Self::Category { names } => categories(names, &format!("{at}.categorical.names")),
            Self::Flag => vec![],
        }
    }
}

fn bounds(low: f64, high: f64, logarithmic: bool, at: &str) -> Vec<Violation> {
    let unbounded = [("low", low), ("high", high)].into_iter().filter(|(_, bound)| !bound.is_finite());
    let mut found: Vec<_> =
        unbounded.map(|(name, _)| Violation::new(format!("{at}.{name}"), "has to be a finite number")).collect();
    if !found.is_empty() {
        return found;
    }
    if low >= high {
        found.push(Violation::new(format!("{at}.high"), format!("{high} is not above {low}, the smallest value")));
    } else if !(high - low).is_finite() {
        found.push(Violation::new(format!("{at}.high"), "is too far from the smallest value"));
    }
    if logarithmic && low <= 0.0 {
        let help = "raise it, or search on a linear scale";
        let message = format!("{low} is not above 0, as it has to be on a logarithmic scale");
        found.push(Violation::new(format!("{at}.low"), message).with_help(help));
    }
    found
}

fn categories(names: &[String], at: &str) -> Vec<Violation> {
    if !(2..=MOST).contains(&names.len()) {
        return vec![Violation::new(at, format!("has {} names and has to have 2 to {MOST}", names.len()))];
    }
    let mut known = BTreeSet::new();
    let wrong = |(index, name): (usize, &String)| {
        let at = format!("{at}[{index}]");
        let twice = !known.insert(name.clone());
        name_violation(name, at.clone())
            .or_else(|| twice.then(|| Violation::new(at, format!("`{name}` is there twice"))))
    };
    names.iter().enumerate().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str, range: Range) -> OwnParameter {
        OwnParameter { name: name.into(), range }
    }

    fn category(names: &[&str]) -> Range {
        Range::Category { names: names.iter().map(|&name| name.to_owned()).collect() }
    }

    fn told(space: &[OwnParameter]) -> Vec<String> {
        let told = |violation: Violation| format!("{} {}", violation.path, violation.message);
        violations(space, "study.space").into_iter().map(told).collect()
    }

    #[test]
    fn every_kind_of_parameter_is_told_to_searches_as_it_is() {
        let space = [
            own("rate", Range::Real { low: 0.001, high: 1.0, logarithmic: true }),
            own("layers", Range::Integer { low: 1, high: 4, logarithmic: false }),
            own("kind", category(&["small", "large"])),
            own("dropout", Range::Flag),
        ];
        assert_eq!(told(&space), [""; 0]);

        let described = with_parameters(&space, |parameters| {
            assert_eq!(domain::genome::misdeclared(parameters), []);
            parameters.iter().map(|p| (p.name.to_owned(), p.domain.bounds(), p.scale)).collect::<Vec<_>>()
        });

        let expected = [
            ("rate", (0.001, 1.0), Scale::Log),
            ("layers", (1.0, 4.0), Scale::Linear),
            ("kind", (0.0, 1.0), Scale::Linear),
            ("dropout", (0.0, 1.0), Scale::Linear),
        ];
        assert_eq!(described, expected.map(|(name, bounds, scale)| (name.to_owned(), bounds, scale)));
        with_parameters(&space, |parameters| {
            let value = |index: usize, gene| Value::of(&parameters[index].domain, gene);
            assert_eq!((value(0, 0.5), value(1, 3.0)), (Value::Real(0.5), Value::Integer(3)));
            assert_eq!((value(2, 1.0), value(3, 1.0)), (Value::Category("large".into()), Value::Flag(true)));
        });
    }

    #[test]
    fn everything_wrong_with_a_space_is_told_at_its_place() {
        let real = |low, high, logarithmic| Range::Real { low, high, logarithmic };
        let space = [
            own("", Range::Flag),
            own("a", real(f64::NAN, f64::INFINITY, true)),
            own("a", real(0.0, 1.0, true)),
            own("b", real(1.0, 1.0, false)),
            own("c", real(-f64::MAX, f64::MAX, false)),
            own("d", Range::Integer { low: 3, high: 2, logarithmic: false }),
            own("e", category(&["one"])),
            own("f", category(&["one", "", "one"])),
        ];
        let expected = [
            "study.space[0].name has to be 1 to 100 bytes without control characters",
            "study.space[1].real.low has to be a finite number",
            "study.space[1].real.high has to be a finite number",
            "study.space[2].name `a` is there twice",
            "study.space[2].real.low 0 is not above 0, as it has to be on a logarithmic scale",
            "study.space[3].real.high 1 is not above 1, the smallest value",
            "study.space[4].real.high is too far from the smallest value",
            "study.space[5].integer.high 2 is not above 3, the smallest value",
            "study.space[6].categorical.names has 1 names and has to have 2 to 100",
            "study.space[7].categorical.names[1] has to be 1 to 100 bytes without control characters",
            "study.space[7].categorical.names[2] `one` is there twice",
        ];
        assert_eq!(told(&space), expected);
        let many: Vec<_> = (0..=MOST).map(|number| own(&format!("p{number}"), Range::Flag)).collect();
        assert_eq!(told(&many), ["study.space has 101 parameters, which are more than 100"]);
    }
}
