//! Two samples over the same seeds: their differences, pair by pair.

use super::summary::summarise;
use super::{Interval, StatsError, Summary};

/// The comparison of two paired samples, as left minus right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// The differences in five numbers; the interval is Student's, 95 %.
    pub difference: Summary,
    /// Effect size: mean difference in standard deviations of the differences (Cohen 1988, d_z). Absent for one pair
    /// and where all differences are equal, since no standard deviation scales them then.
    pub dz: Option<f64>,
}

impl Paired {
    /// The 95 % interval of the mean difference; absent for one pair.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        self.difference.low.zip(self.difference.high).map(|(low, high)| Interval { low, high })
    }
}

/// Compares two samples whose values at one index belong together, as left minus right.
///
/// # Errors
/// If the samples differ in length, are empty, or hold a value that is not usable.
pub fn paired(left: &[f64], right: &[f64]) -> Result<Paired, StatsError> {
    if left.len() != right.len() {
        return Err(StatsError::Unpaired { left: left.len(), right: right.len() });
    }
    let differences: Vec<_> = left.iter().zip(right).map(|(left, right)| left - right).collect();
    let difference = summarise(&differences)?;
    let dz = difference.sd.filter(|&sd| sd > 0.0).map(|sd| difference.mean / sd).filter(|dz| dz.is_finite());
    Ok(Paired { difference, dz })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From numpy 2 and scipy 1.17: `stats.ttest_rel(a, b).confidence_interval()` and `d.mean() / d.std(ddof=1)`.
    #[test]
    fn references_from_scipy_are_met() {
        let a = [13.0, 9.0, 17.0, 8.0, 21.0, 12.0, 15.0, 9.0, 11.0, 14.0];
        let b = [10.0, 9.0, 12.0, 9.0, 15.0, 7.0, 16.0, 8.0, 9.0, 10.0];
        let result = paired(&a, &b).unwrap();
        let Interval { low, high } = result.interval().unwrap();
        let got = [result.difference.mean, low, high, result.dz.unwrap()];
        let expected = [2.4, 0.5468098263815653, 4.253190173618434, 0.9264330227789617];
        for (got, expected) in got.into_iter().zip(expected) {
            assert!((got - expected).abs() <= 1e-9 * expected.abs(), "{got} {expected}");
        }
    }

    #[test]
    fn equal_differences_have_no_effect_size() {
        let result = paired(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(result.dz, None);
        assert_eq!(result.interval(), Some(Interval { low: 1.0, high: 1.0 }));
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        assert_eq!(paired(&[1.0], &[]), Err(StatsError::Unpaired { left: 1, right: 0 }));
        assert_eq!(paired(&[], &[]), Err(StatsError::Empty));
        assert_eq!(paired(&[f64::INFINITY], &[f64::INFINITY]), Err(StatsError::NotFinite(0)));
        assert_eq!(paired(&[1.0], &[0.0]).unwrap().interval(), None);
    }

    proptest! {
        #[test]
        fn swapping_sides_changes_signs_only(pairs in prop::collection::vec((-1e3f64..1e3, -1e3f64..1e3), 2..30)) {
            let (left, right): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let (forth, back) = (paired(&left, &right).unwrap(), paired(&right, &left).unwrap());
            prop_assert_eq!(forth.difference.mean, -back.difference.mean);
            prop_assert_eq!(forth.dz, back.dz.map(|dz| -dz));
            prop_assert_eq!(forth.difference.low, back.difference.high.map(|high| -high));
        }
    }
}
