//! One sample: mean, spread and Student's interval for the mean.

use serde::Serialize;

use super::{LEVEL, StatsError};
use crate::distribution::student_t;

/// Values beyond this could overflow when squared and summed.
const LARGEST: f64 = 1e150;

/// A range that covers the true value with a stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A sample in five numbers, all in the unit of its values but the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many values there are, at least 1.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the sample (divisor n - 1); absent for one value.
    pub sd: Option<f64>,
    /// Lower end of the mean's 95 % interval; absent for one value.
    pub low: Option<f64>,
    /// Upper end of the mean's 95 % interval; absent for one value.
    pub high: Option<f64>,
}

/// Arithmetic mean.
///
/// # Errors
/// If the sample is empty or holds a value that is not usable.
pub fn mean(sample: &[f64]) -> Result<f64, StatsError> {
    check(sample)?;
    Ok(raw_mean(sample))
}

/// Variance with divisor n - 1, in two passes; absent for one value.
///
/// # Errors
/// If the sample is empty or holds a value that is not usable.
pub fn variance(sample: &[f64]) -> Result<Option<f64>, StatsError> {
    let mean = mean(sample)?;
    if sample.len() < 2 {
        return Ok(None);
    }
    // The second sum corrects the rounding of the mean (Chan, Golub and LeVeque 1983, eq. 1.7).
    let (squares, rest) = sample.iter().fold((0.0, 0.0), |(squares, rest), value| {
        let deviation = value - mean;
        (squares + deviation * deviation, rest + deviation)
    });
    let n = sample.len() as f64;
    Ok(Some(((squares - rest * rest / n) / (n - 1.0)).max(0.0)))
}

/// The median of ascending values: the middle one, or the mean of the two middle ones; 0 if there are none.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted {
        [] => 0.0,
        _ if sorted.len() % 2 == 1 => sorted[middle],
        // Halved first, so that the sum of two large values stays finite.
        _ => sorted[middle - 1] / 2.0 + sorted[middle] / 2.0,
    }
}

/// Standard error of the mean; absent for one value.
///
/// # Errors
/// If the sample is empty or holds a value that is not usable.
pub fn standard_error(sample: &[f64]) -> Result<Option<f64>, StatsError> {
    Ok(variance(sample)?.map(|variance| libm::sqrt(variance / sample.len() as f64)))
}

/// Student's interval for the mean at a `level` of confidence between 0 and 1 (Student 1908); absent for one value.
/// A sample of equal values has an interval of length 0.
///
/// # Errors
/// If the sample is empty, holds a value that is not usable, or the level is out of range.
pub fn mean_interval(sample: &[f64], level: f64) -> Result<Option<Interval>, StatsError> {
    if !(level > 0.0 && level < 1.0) {
        return Err(StatsError::Level);
    }
    let mean = mean(sample)?;
    let Some(error) = standard_error(sample)? else { return Ok(None) };
    let reach = student_t::upper_quantile((1.0 - level) / 2.0, sample.len() as f64 - 1.0) * error;
    Ok(Some(Interval { low: mean - reach, high: mean + reach }))
}

/// The sample in five numbers, with the 95 % interval of its mean.
///
/// # Errors
/// If the sample is empty or holds a value that is not usable.
pub fn summarise(sample: &[f64]) -> Result<Summary, StatsError> {
    let interval = mean_interval(sample, LEVEL)?;
    Ok(Summary {
        n: sample.len(),
        mean: mean(sample)?,
        sd: variance(sample)?.map(libm::sqrt),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
    })
}

fn check(sample: &[f64]) -> Result<(), StatsError> {
    if sample.is_empty() {
        return Err(StatsError::Empty);
    }
    match sample.iter().position(|value| value.is_nan() || value.abs() > LARGEST) {
        Some(index) => Err(StatsError::NotFinite(index)),
        None => Ok(()),
    }
}

fn raw_mean(sample: &[f64]) -> f64 {
    let n = sample.len() as f64;
    let rough = sample.iter().sum::<f64>() / n;
    rough + sample.iter().map(|value| value - rough).sum::<f64>() / n
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KILLS: [f64; 10] = [13.0, 9.0, 17.0, 8.0, 21.0, 12.0, 15.0, 9.0, 11.0, 14.0];

    fn close(got: f64, expected: f64) -> bool {
        (got - expected).abs() <= 1e-12 * expected.abs()
    }

    /// Mean, variance, standard error and interval as numpy 2 and scipy 1.17 give them: `a.mean()`, `a.var(ddof=1)`,
    /// `stats.sem(a)` and `stats.t.interval(level, n - 1, a.mean(), stats.sem(a))`.
    #[test]
    fn references_from_scipy_are_met() {
        type Case<'a> = (&'a [f64], f64, [f64; 5]);
        let cases: [Case<'_>; 4] = [
            (&KILLS, 0.95, [12.9, 16.322222222222226, 1.27758452644912, 10.009903012412972, 15.79009698758703]),
            (&KILLS, 0.99, [12.9, 16.322222222222226, 1.27758452644912, 8.748060398557506, 17.051939601442495]),
            (&[1.5, 2.25], 0.95, [1.875, 0.28125, 0.375, -2.88982677606551, 6.63982677606551]),
            (
                &[1e6 + 0.1, 1e6 + 0.2, 1e6 + 0.4],
                0.95,
                [1000000.2333333333, 0.023333333341870457, 0.08819171038495333, 999999.8538750298, 1000000.6127916367],
            ),
        ];
        for (sample, level, [mean_, variance_, error, low, high]) in cases {
            let interval = mean_interval(sample, level).unwrap().unwrap();
            assert!(close(mean(sample).unwrap(), mean_));
            assert!(close(variance(sample).unwrap().unwrap(), variance_));
            assert!(close(standard_error(sample).unwrap().unwrap(), error));
            assert!(close(interval.low, low), "{} {low}", interval.low);
            assert!(close(interval.high, high), "{} {high}", interval.high);
        }
    }

    #[test]
    fn one_value_has_a_mean_and_no_spread() {
        let summary = summarise(&[3.0]).unwrap();
        assert_eq!(summary, Summary { n: 1, mean: 3.0, sd: None, low: None, high: None });
    }

    #[test]
    fn what_is_not_a_number_is_an_error_not_a_result() {
        assert_eq!(mean(&[]), Err(StatsError::Empty));
        assert_eq!(variance(&[1.0, f64::NAN]), Err(StatsError::NotFinite(1)));
        assert_eq!(summarise(&[f64::INFINITY]), Err(StatsError::NotFinite(0)));
        assert_eq!(summarise(&[1.0, 1e300]), Err(StatsError::NotFinite(1)));
        assert_eq!(mean_interval(&KILLS, 1.0), Err(StatsError::Level));
        assert_eq!(mean_interval(&KILLS, f64::NAN), Err(StatsError::Level));
    }

    proptest! {
        #[test]
        fn results_are_finite_and_ordered(sample in prop::collection::vec(-1e6f64..1e6, 2..40)) {
            let summary = summarise(&sample).unwrap();
            let (low, high) = (summary.low.unwrap(), summary.high.unwrap());
            prop_assert!(low <= summary.mean && summary.mean <= high);
            prop_assert!(summary.sd.unwrap() >= 0.0 && (high - low).is_finite());
        }

        #[test]
        fn a_shift_moves_the_mean_and_not_the_spread(sample in prop::collection::vec(-1e3f64..1e3, 2..40)) {
            let shifted: Vec<_> = sample.iter().map(|value| value + 1e6).collect();
            let (a, b) = (summarise(&sample).unwrap(), summarise(&shifted).unwrap());
            prop_assert!((b.mean - a.mean - 1e6).abs() < 1e-6);
            prop_assert!((b.sd.unwrap() - a.sd.unwrap()).abs() < 1e-6);
        }
    }
}
