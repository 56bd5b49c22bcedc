//! What to expect of a member, however few its scores are.
//!
//! The mean of the best of many is too high, the more so the fewer scores it is a mean of. Best linear unbiased prediction
//! takes the model score = cohort + member + seed + noise, with members and seeds drawn at random, and moves every member
//! towards the mean of its cohort by as much as is luck: by noise / (noise + n x variance of members) where n scores are
//! known and seeds are equal. This is the empirical Bayes estimate (Robbins 1956; Efron and Morris 1975, Data analysis
//! using Stein's estimator and its generalizations) of a model with seeds besides (Henderson 1975; Robinson 1991, That BLUP
//! is a good thing). A cohort has a mean of its own, because children of selected parents are better than those before
//! them. Seeds are told apart from cohorts by whoever played in several, and else are as likely to be hard as easy. That
//! members were selected by their scores does no harm as long as these scores are among those that are told (Henderson 1975).

use std::collections::BTreeMap;

use super::components::{Components, Table, components};
use super::mixed::Mixed;
use super::{EvidenceError, Scores, SeedKey, check};

/// Ratios of variances beyond these change nothing that counts, and within them the equations can be solved. Where members
/// do not differ at all, what is left of their means still says who comes first.
const RATIOS: (f64, f64) = (1e-6, 1e6);

/// A member of some cohort with all its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// With whom it was made: members of a cohort were drawn from one distribution.
    pub cohort: u32,
    /// All its scores, at least one.
    pub scores: Scores,
}

/// The mean score to expect of each candidate on a seed that nobody has played. Where noise cannot be told because no two
/// members of a cohort share two seeds, nothing is taken for luck.
///
/// # Errors
/// If there are no candidates, one has no score, or a score is not usable.
pub fn merits(candidates: &[Candidate]) -> Result<Vec<f64>, EvidenceError> {
    check(candidates.iter().map(|candidate| &candidate.scores))?;
    if let Some(unscored) = candidates.iter().position(|candidate| candidate.scores.is_empty()) {
        return Err(EvidenceError::Unscored(unscored));
    }
    let found = components(&tables(candidates)).map_or((RATIOS.0, RATIOS.0), |found| ratios(&found));
    Ok(Mixed::new(candidates, found.0, found.1).merits())
}

/// Noise as a multiple of the variance of members and of that of seeds.
fn ratios(found: &Components) -> (f64, f64) {
    let ratio = |variance: f64| {
        let ratio = found.noise / variance;
        if ratio.is_nan() { RATIOS.1 } else { ratio.clamp(RATIOS.0, RATIOS.1) }
    };
    (ratio(found.members), ratio(found.seeds))
}

/// The members of each cohort that began on the same seed, on the seeds that all of them played.
fn tables(candidates: &[Candidate]) -> Vec<Table> {
    let mut groups = BTreeMap::<(u32, Option<SeedKey>), Vec<&Scores>>::new();
    for Candidate { cohort, scores } in candidates {
        groups.entry((*cohort, scores.keys().next().copied())).or_default().push(scores);
    }
    let table = |members: Vec<&Scores>| {
        let is_shared = |seed: &&SeedKey| members.iter().all(|scores| scores.contains_key(seed));
        let shared: Vec<_> = members[0].keys().filter(is_shared).collect();
        members.iter().map(|scores| shared.iter().map(|seed| scores[seed]).collect()).collect()
    };
    groups.into_values().map(table).collect()
}

#[cfg(test)]
mod tests;
