//! Whether groups have one variance.

use super::compare::{FTest, one_way};
use super::{AnalysisError, sample};

/// Levene's test (1960): the F test of the absolute deviations from the means of the groups. It is sensitive to skewness;
/// prefer [`brown_forsythe`].
///
/// # Errors
/// If there are fewer than two groups, a group has fewer than two values or one that is not usable, or the deviations
/// within each group are equal, as they are in groups of two.
pub fn levene(groups: &[impl AsRef<[f64]>]) -> Result<FTest, AnalysisError> {
    let mean = |group: &[f64]| crate::stats::mean(group).unwrap_or(0.0);
    of_deviations("Levene's test", groups, mean)
}

/// The Brown-Forsythe test (1974): the F test of the absolute deviations from the medians of the groups.
///
/// # Errors
/// If there are fewer than two groups, a group has fewer than two values or one that is not usable, or the deviations
/// within each group are equal, as they are in groups of two.
pub fn brown_forsythe(groups: &[impl AsRef<[f64]>]) -> Result<FTest, AnalysisError> {
    of_deviations("the Brown-Forsythe test", groups, sample::median)
}

fn of_deviations(
    method: &'static str,
    groups: &[impl AsRef<[f64]>],
    centre: impl Fn(&[f64]) -> f64,
) -> Result<FTest, AnalysisError> {
    let groups = sample::groups(method, groups)?;
    let largest = groups.iter().map(|group| sample::largest(group)).fold(0.0, f64::max);
    let deviations = |group: &&[f64]| {
        let centre = centre(group);
        group.iter().map(|value| (value - centre).abs()).collect::<Vec<_>>()
    };
    one_way(method, &groups.iter().map(deviations).collect::<Vec<_>>(), largest)
}
