//! The permutation test of two samples.

use super::permutation::{Extremes, Permutation, drawn, exact};
use super::{Plan, lexicographic};
use crate::analysis::{AnalysisError, sample};

/// Tests whether two samples are from one distribution, by the difference of their means (Fisher 1935, Pitman 1937): the
/// share of the ways to choose the left sample from all values for which it is at least as large, in either direction.
/// The statistic is the difference left minus right.
///
/// # Errors
/// If a sample is empty or holds a value that is not usable, or no draws are planned where draws are needed.
pub fn two_sample(left: &[f64], right: &[f64], plan: &Plan) -> Result<Permutation, AnalysisError> {
    sample::check("the left sample", left)?;
    sample::check("the right sample", right)?;
    let mut all = [left, right].concat();
    let rounding = sample::rounding(sample::largest(&all)) * all.len() as f64;
    let centre = all.iter().sum::<f64>() / all.len() as f64;
    all.iter_mut().for_each(|value| *value -= centre);
    let count = left.len();
    // The difference of the means is a multiple of the sum of the left values about the common mean.
    let observed = all[..count].iter().sum::<f64>();
    let (n, m) = (count as f64, right.len() as f64);
    let statistic = observed * (1.0 / n + 1.0 / m);
    let extreme = Extremes::new(observed.abs(), all.iter().map(|value| value.abs()).sum(), rounding);
    let far = |chosen: &[usize]| chosen.iter().map(|&place| all[place]).sum::<f64>().abs();
    let mut places: Vec<_> = (0..all.len()).collect();
    if lexicographic::choices(all.len() as u64, count as u64).is_some_and(|choices| choices <= plan.most_exact) {
        let chosen = &mut places[..count];
        let first = std::iter::once(observed.abs());
        let others = std::iter::from_fn(|| lexicographic::advance_choice(chosen, all.len()).then(|| far(chosen)));
        return Ok(exact(statistic, &extreme, first.chain(others)));
    }
    drawn(statistic, &extreme, plan, "analysis/two-sample-permutation/v1", |draws| {
        places.iter_mut().enumerate().for_each(|(index, place)| *place = index);
        for index in 0..count {
            let other = index + draws.below((all.len() - index) as u64) as usize;
            places.swap(index, other);
        }
        far(&places[..count])
    })
}
