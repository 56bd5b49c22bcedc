//! The permutation test of pairs.

use super::Plan;
use super::permutation::{Extremes, Permutation, drawn, exact};
use crate::analysis::{AnalysisError, sample};

/// Tests whether the two values of each pair could change places, by the mean difference (Fisher 1935): the share of the
/// choices of signs of the differences for which it is at least as large, in either direction. The statistic is the mean of
/// left minus right.
///
/// # Errors
/// If the samples differ in length, are empty or hold a value that is not usable, or no draws are planned where draws are
/// needed.
pub fn sign_flip(left: &[f64], right: &[f64], plan: &Plan) -> Result<Permutation, AnalysisError> {
    let (differences, largest) = sample::differences(left, right)?;
    let observed: f64 = differences.iter().sum();
    let statistic = observed / differences.len() as f64;
    let rounding = sample::rounding(largest) * differences.len() as f64;
    let extreme = Extremes::new(observed.abs(), differences.iter().map(|difference| difference.abs()).sum(), rounding);
    let sum = |is_negative: &mut dyn FnMut(usize) -> bool| {
        let signed = |(place, &difference): (usize, &f64)| if is_negative(place) { -difference } else { difference };
        differences.iter().enumerate().map(signed).sum::<f64>().abs()
    };
    let all = u32::try_from(differences.len()).ok().and_then(|pairs| 1u64.checked_shl(pairs));
    if let Some(all) = all.filter(|&all| all <= plan.most_exact) {
        return Ok(exact(statistic, &extreme, (0..all).map(|signs| sum(&mut |place| signs >> place & 1 == 1))));
    }
    drawn(statistic, &extreme, plan, "analysis/sign-flip/v1", |draws| sum(&mut |_| draws.bits() >> 63 == 1))
}
