//! Ranges of factors: from coded levels, in which the ends are -1 and 1, to values that are played, and back.

use domain::experiment::FactorSpec;
use serde_json::Value;

/// Decimal digits of a computed level: steps of a ten-thousandth of the range, or five digits where ratios count.
const DIGITS: i32 = 4;

/// A factor's range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    low: f64,
    high: f64,
    log: bool,
    whole: bool,
}

impl Range {
    /// The range of a factor, if it has one.
    pub(super) fn of(factor: &FactorSpec, is_whole: impl FnOnce() -> bool) -> Option<Self> {
        let (low, high) = factor.range()?;
        Some(Self { low, high, log: factor.log, whole: is_whole() })
    }

    /// The low or the high end, as it was given.
    pub(super) fn end(&self, number: usize) -> Value {
        number_of(if number == 0 { self.low } else { self.high })
    }

    /// The value that is played at a coded level: whole where it has to be, and else with so few digits that people can
    /// read it. Levels that are equally far from the centre stay so.
    pub(super) fn level(&self, coded: f64) -> Value {
        match coded {
            -1.0 => return self.end(0),
            1.0 => return self.end(1),
            _ => {}
        }
        let value = if self.log {
            let exponent = libm::log(self.low) + (coded + 1.0) / 2.0 * (libm::log(self.high) - libm::log(self.low));
            significant(libm::exp(exponent))
        } else {
            let decimals = DIGITS - libm::floor(libm::log10(self.high - self.low)) as i32;
            let offset = rounded(coded * self.half(), decimals);
            rounded(self.middle() + offset, decimals + 4)
        };
        number_of(if self.whole { libm::round(value) } else { value })
    }

    /// The coded level of a value that is played.
    pub(super) fn coded(&self, value: f64) -> f64 {
        if self.log {
            let share = (libm::log(value) - libm::log(self.low)) / (libm::log(self.high) - libm::log(self.low));
            2.0 * share - 1.0
        } else {
            (value - self.middle()) / self.half()
        }
    }

    fn middle(&self) -> f64 {
        (self.low + self.high) / 2.0
    }

    fn half(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// A number with so many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    match usize::try_from(decimals) {
        Ok(decimals) => format!("{value:.decimals$}").parse().unwrap_or(value),
        Err(_) => {
            let unit = libm::exp10(f64::from(-decimals));
            libm::round(value / unit) * unit
        }
    }
}

/// A number with five significant digits.
fn significant(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// A whole number without a decimal point, so that names of conditions are short.
fn number_of(value: f64) -> Value {
    let whole = value + 0.0;
    if libm::trunc(whole) == whole && whole.abs() < 1e15 { Value::from(whole as i64) } else { Value::from(value) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn range(low: f64, high: f64) -> Range {
        Range { low, high, log: false, whole: false }
    }

    proptest! {
        #[test]
        fn levels_are_where_they_should_be(low in -1e6..1e6f64, width in 1e-3..1e6f64, coded in -2.0..2.0f64, log: bool) {
            let low = if log { low.abs() + 1e-3 } else { low };
            let range = Range { log, ..range(low, low + width) };
            let played = range.level(coded).as_f64().unwrap();
            let step = if log { 1e-4 / libm::log1p(width / low) } else { 2e-4 };
            prop_assert!((range.coded(played) - coded).abs() <= step, "{played} at {coded}");
        }

        #[test]
        fn levels_at_equal_distances_stay_symmetrical(low in -100i32..100, width in 1u32..1000, coded in 0.0..2.0f64) {
            let range = range(f64::from(low), f64::from(low) + f64::from(width));
            let [left, right] = [-coded, coded].map(|coded| range.coded(range.level(coded).as_f64().unwrap()));
            prop_assert!((left + right).abs() < 1e-9, "{left} {right}");
        }
    }

    #[test]
    fn computed_levels_can_be_read() {
        let levels = |range: Range| [-1.0, -1.0 / 3.0, 0.0, 0.1, 1.0].map(|coded| range.level(coded));
        assert_eq!(levels(range(0.0, 10.0)), [json!(0), json!(3.333), json!(5), json!(5.5), json!(10)]);
        assert_eq!(levels(range(0.1, 0.3))[1..3], [json!(0.16667), json!(0.2)]);
        let whole = Range { whole: true, ..range(1.0, 105.0) };
        assert_eq!(levels(whole), [json!(1), json!(36), json!(53), json!(58), json!(105)]);
        let log = Range { log: true, ..range(1.0, 100.0) };
        assert_eq!(levels(log)[1..4], [json!(4.6416), json!(10), json!(12.589)]);
        assert_eq!(range(-3e9, 5e9).level(0.123_456_789), json!(1_493_800_000));
    }
}
