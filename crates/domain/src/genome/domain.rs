//! What values a parameter may take.

use serde::Serialize;

/// What values a parameter may take. Integers, flags and choices are stored as exact `f64` whole numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Domain<'a> {
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
    /// One of several, without an order: its number, from 0.
    Choice {
        /// What there is to choose from, at least one.
        names: &'a [&'a str],
    },
}

/// On what scale the values of a parameter are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences are alike.
    #[default]
    Linear,
    /// Equal ratios are alike: from 1 to 10 is as far as from 10 to 100. For numbers above 0.
    Log,
}

impl Domain<'_> {
    /// Smallest and largest value.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        match *self {
            Self::Real { low, high } => (low, high),
            Self::Integer { low, high } => (f64::from(low), f64::from(high)),
            Self::Flag => (0.0, 1.0),
            Self::Choice { names } => (0.0, names.len().saturating_sub(1) as f64),
        }
    }

    /// The allowed value nearest to `value`; the smallest one for NaN.
    #[must_use]
    pub fn nearest(&self, value: f64) -> f64 {
        let (low, high) = self.bounds();
        let value = if value.is_nan() { low } else { value.clamp(low, high) };
        match self {
            Self::Real { .. } => value,
            Self::Integer { .. } | Self::Flag | Self::Choice { .. } => libm::round(value).clamp(low, high),
        }
    }

    /// Whether `value` is allowed exactly as it is.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.nearest(value) == value
    }

    /// What is allowed, for people.
    pub(super) fn described(&self) -> String {
        let (low, high) = self.bounds();
        match self {
            Self::Real { .. } => format!("a number from {low} to {high}"),
            Self::Integer { .. } | Self::Flag => format!("a whole number from {low} to {high}"),
            Self::Choice { names } => {
                let choices: Vec<_> =
                    names.iter().enumerate().map(|(number, name)| format!("{number} ({name})")).collect();
                format!("the number of a choice: {}", choices.join(", "))
            }
        }
    }

    /// An allowed value for people: the name of a choice, else the number.
    pub(super) fn shown(&self, value: f64) -> String {
        match self {
            Self::Choice { names } if self.contains(value) => names[value as usize].to_owned(),
            _ => value.to_string(),
        }
    }
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
                Domain::Choice { names: &["a", "b", "c"] },
            ] {
                prop_assert!(domain.contains(domain.nearest(value)), "{domain:?} {value}");
            }
        }
    }
}
