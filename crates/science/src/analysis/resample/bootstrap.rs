//! The stratified bootstrap.

use domain::seed::Address;

use super::Replicates;
use crate::analysis::{AnalysisError, sample};

const METHOD: &str = "the bootstrap";

/// How often to resample, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// How many resamples are drawn, at least 1; 2000 or more for an interval.
    pub draws: u32,
    /// The seed of the draws.
    pub seed: u64,
}

/// The statistic of resamples of the strata: from each stratum as many values as it has, with replacement (Efron and
/// Tibshirani 1993). Strata are what was fixed by the design, such as scenarios or conditions.
///
/// # Errors
/// If there are no strata, one is empty or holds a value that is not usable, no draws are wanted, or the statistic is not
/// finite for the data or for a resample.
pub fn bootstrap(
    strata: &[impl AsRef<[f64]>],
    resampling: &Resampling,
    statistic: impl Fn(&[Vec<f64>]) -> f64,
) -> Result<Replicates, AnalysisError> {
    let (estimate, values) = replicate(strata, resampling, statistic)?;
    Replicates::new(estimate, values)
}

/// What `statistic` finds in the data and in each resample.
pub(in crate::analysis) fn replicate<T>(
    strata: &[impl AsRef<[f64]>],
    resampling: &Resampling,
    statistic: impl Fn(&[Vec<f64>]) -> T,
) -> Result<(T, Vec<T>), AnalysisError> {
    let strata = usable(strata)?;
    if resampling.draws == 0 {
        return Err(AnalysisError::Parameter { name: "the number of draws", got: 0.0, range: "at least 1" });
    }
    let address = Address::new(resampling.seed, "analysis/bootstrap/v1");
    let mut resample = strata.clone();
    let draw = |index| {
        let mut draws = address.clone().at(index).stream();
        for (own, stratum) in resample.iter_mut().zip(&strata) {
            own.iter_mut().for_each(|value| *value = stratum[draws.below(stratum.len() as u64) as usize]);
        }
        statistic(&resample)
    };
    Ok((statistic(&strata), (0..resampling.draws).map(draw).collect()))
}

/// The statistic without each value in turn, stratum by stratum: the influence that [`Replicates::bca`] needs.
///
/// # Errors
/// If there are no strata, one has fewer than two values or one that is not usable, or the statistic is not finite.
pub fn jackknife(
    strata: &[impl AsRef<[f64]>],
    statistic: impl Fn(&[Vec<f64>]) -> f64,
) -> Result<Vec<Vec<f64>>, AnalysisError> {
    let strata = usable(strata)?;
    let without = |stratum: usize, place: usize| {
        let mut rest = strata.clone();
        rest[stratum].remove(place);
        AnalysisError::finite("the jackknife", statistic(&rest))
    };
    let of_stratum = |stratum: usize| {
        let got = strata[stratum].len();
        if got < 2 {
            let method = "the jackknife";
            return Err(AnalysisError::TooFew { method, least: 2, what: "values in each stratum", got });
        }
        (0..got).map(|place| without(stratum, place)).collect()
    };
    (0..strata.len()).map(of_stratum).collect()
}

fn usable(strata: &[impl AsRef<[f64]>]) -> Result<Vec<Vec<f64>>, AnalysisError> {
    if strata.is_empty() {
        return Err(AnalysisError::TooFew { method: METHOD, least: 1, what: "strata", got: 0 });
    }
    let owned = |(place, stratum): (usize, &_)| {
        let stratum: &[f64] = AsRef::as_ref(stratum);
        sample::check(format_args!("stratum {place}"), stratum).map(|()| stratum.to_vec())
    };
    strata.iter().enumerate().map(owned).collect()
}
