//! Summaries of scores over several tasks that a few lucky runs cannot move (Agarwal, Schwarzer, Castro, Courville and
//! Bellemare, Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021).
//!
//! Scores come as one list of runs for each task, such as a scenario. Intervals are percentile intervals of the bootstrap
//! with the tasks as strata.

use super::resample::{Resampling, bootstrap};
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
    let above = |threshold: f64| {
        if threshold.is_nan() {
            return Err(AnalysisError::Parameter { name: "a threshold", got: threshold, range: "a number" });
        }
        // The seed is the same for each threshold, so all of them see the same resamples and the bands are monotone.
        estimate(tasks, resampling, level, |tasks| {
            let sum: f64 = tasks.iter().map(|scores| share_above(scores, threshold)).sum();
            sum / tasks.len() as f64
        })
    };
    thresholds.iter().map(|&threshold| above(threshold)).collect()
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

fn share_above(scores: &[f64], threshold: f64) -> f64 {
    scores.iter().filter(|&&score| score > threshold).count() as f64 / scores.len() as f64
}
