//! Summaries of scores over several tasks that a few lucky runs cannot move (Agarwal, Schwarzer, Castro, Courville and
//! Bellemare, Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021).
//!
//! Scores come as one list of runs for each task, such as a scenario. Intervals are percentile intervals of the bootstrap
//! with the tasks as strata.

use super::resample::{Replicates, Resampling, bootstrap, replicate};
use super::{AnalysisError, sample};
use crate::stats::Interval;

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its interval at the level that was asked for.
    pub interval: Interval,
}

/// The mean of the middle half of the scores of all tasks: the lowest and the highest quarter are left out, each rounded
/// down to a whole number of scores.
///
/// # Errors
/// If there are no tasks, one has no score or one that is not usable, no draws are wanted, or the level is not between 0
/// and 1.
pub fn interquartile_mean(
    tasks: &[impl AsRef<[f64]>],
    resampling: &Resampling,
    level: f64,
) -> Result<Estimate, AnalysisError> {
    estimate(tasks, resampling, level, |tasks| middle_mean(&tasks.concat()))
}

/// The chance that a run of the left side scores more than one of the right side, equal scores counted half, on average over
/// the tasks, which are in one order on both sides.
///
/// # Errors
/// If the sides differ in their number of tasks, there are none, a task has no score or one that is not usable, no draws are
/// wanted, or the level is not between 0 and 1.
pub fn probability_of_improvement(
    left: &[impl AsRef<[f64]>],
    right: &[impl AsRef<[f64]>],
    resampling: &Resampling,
    level: f64,
) -> Result<Estimate, AnalysisError> {
    if left.len() != right.len() {
        return Err(AnalysisError::Ragged { what: "side", place: 1, got: right.len(), expected: left.len() });
    }
    let both: Vec<&[f64]> = left.iter().map(AsRef::as_ref).chain(right.iter().map(AsRef::as_ref)).collect();
    estimate(&both, resampling, level, |both| {
        let (left, right) = both.split_at(both.len() / 2);
        let sum: f64 = left.iter().zip(right).map(|(left, right)| superiority(left, right)).sum();
        sum / left.len() as f64
    })
}

/// The performance profile: for each threshold the share of runs that score more, on average over the tasks. The intervals
/// hold for each threshold alone.
///
/// # Errors
/// If there are no tasks, one has no score or one that is not usable, a threshold is NaN, no draws are wanted, or the level
/// is not between 0 and 1.
pub fn performance_profile(
    tasks: &[impl AsRef<[f64]>],
    thresholds: &[f64],
    resampling: &Resampling,
    level: f64,
) -> Result<Vec<Estimate>, AnalysisError> {
    if let Some(&got) = thresholds.iter().find(|threshold| threshold.is_nan()) {
        return Err(AnalysisError::Parameter { name: "a threshold", got, range: "a number" });
    }
    // All thresholds see the same resamples, so the bands are monotone.
    let (profile, replicates) = replicate(tasks, resampling, |tasks| shares_above(tasks, thresholds))?;
    let at = |(place, &value): (usize, &f64)| {
        let replicates = Replicates::new(value, replicates.iter().map(|profile| profile[place]).collect())?;
        Ok(Estimate { value, interval: replicates.percentile(level)? })
    };
    profile.iter().enumerate().map(at).collect()
}

fn estimate(
    tasks: &[impl AsRef<[f64]>],
    resampling: &Resampling,
    level: f64,
    statistic: impl Fn(&[Vec<f64>]) -> f64,
) -> Result<Estimate, AnalysisError> {
    let replicates = bootstrap(tasks, resampling, statistic)?;
    Ok(Estimate { value: replicates.estimate(), interval: replicates.percentile(level)? })
}

fn middle_mean(scores: &[f64]) -> f64 {
    let sorted = sample::sorted(scores);
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

/// The share of pairs whose left value is larger, equal ones counted half.
fn superiority(left: &[f64], right: &[f64]) -> f64 {
    let right = sample::sorted(right);
    let twice =
        |&value: &f64| right.partition_point(|&other| other < value) + right.partition_point(|&other| other <= value);
    left.iter().map(twice).sum::<usize>() as f64 / (2.0 * left.len() as f64 * right.len() as f64)
}

/// For each threshold the share of scores above it, on average over the tasks.
fn shares_above(tasks: &[Vec<f64>], thresholds: &[f64]) -> Vec<f64> {
    let sorted: Vec<_> = tasks.iter().map(|scores| sample::sorted(scores)).collect();
    let share = |scores: &Vec<f64>, threshold: f64| {
        let up_to = scores.partition_point(|&score| score <= threshold);
        (scores.len() - up_to) as f64 / scores.len() as f64
    };
    let mean =
        |&threshold: &f64| sorted.iter().map(|scores| share(scores, threshold)).sum::<f64>() / sorted.len() as f64;
    thresholds.iter().map(mean).collect()
}
