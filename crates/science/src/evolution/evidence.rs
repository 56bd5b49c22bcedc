//! What is known of members that played different seeds.
//!
//! A member that was lucky on one block of seeds must not stay the best for it: elites play the fresh block of their
//! generation as everybody does, and all their scores count. Blocks differ in difficulty, so means over different blocks cannot
//! be compared. [`estimate`] compares members on the seeds that they share, directly or through others: the least-squares
//! means of the additive model score = member + seed + noise (the intra-block analysis of incomplete blocks, Yates 1936;
//! Cochran and Cox 1957, section 9.4).
//!
//! Whoever has few scores is easily the best by luck. [`merits`] says what to expect of members whose scores differ in number.

mod components;
mod laplacian;
mod mixed;
mod shrinkage;

use std::collections::BTreeMap;

use crate::distribution::student_t;
use laplacian::Laplacian;
pub use shrinkage::{Candidate, merits};

/// Which seed a score is of: a block and a replicate in it.
pub type SeedKey = (u32, u32);

/// The scores of one member, by seed.
pub type Scores = BTreeMap<SeedKey, f64>;

/// What all scores together say of the members.
#[derive(Debug, Clone)]
pub struct Estimates {
    means: Vec<f64>,
    seeds: Vec<usize>,
    /// Variance of a score beside member and seed, and the degrees of freedom with which it is known; absent where
    /// there are none.
    noise: Option<(f64, f64)>,
    laplacian: Laplacian,
}

/// Why members cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// There is no member.
    #[error("there is no member to estimate")]
    Empty,
    /// A score is not usable.
    #[error("the score of member {member} on seed {} of block {} is not a usable number", .seed.1, .seed.0)]
    NotFinite {
        /// Whose.
        member: usize,
        /// Where.
        seed: SeedKey,
    },
    /// A member has played nothing.
    #[error("member {0} has no score")]
    Unscored(usize),
    /// Nothing connects a member with the first.
    #[error("member {0} shares no seed with the others, not even through a third: let an elite play both blocks")]
    Apart(usize),
}

/// Compares members by all their scores.
///
/// # Errors
/// If there are no members, a score is not usable, or the members fall into groups that share no seeds.
pub fn estimate(members: &[Scores]) -> Result<Estimates, EvidenceError> {
    check(members.iter())?;
    let seeds = by_seed(members);
    let mut laplacian = Laplacian::new(members.len());
    let mut sums = vec![0.0; members.len()];
    for played in seeds.values() {
        let mean = played.iter().map(|(_, score)| score).sum::<f64>() / played.len() as f64;
        played.iter().for_each(|&(member, score)| sums[member] += score - mean);
        laplacian.join(&played.iter().map(|&(member, _)| member).collect::<Vec<_>>());
    }
    laplacian.factor().map_err(EvidenceError::Apart)?;
    let effects = laplacian.solve(&sums);
    let level = level(members, &effects);
    let noise = noise(&seeds, &effects, members);
    let means = effects.into_iter().map(|effect| effect + level).collect();
    Ok(Estimates { means, seeds: members.iter().map(BTreeMap::len).collect(), noise, laplacian })
}

impl Estimates {
    /// The mean of each member as if all had played all seeds, in the unit of the scores. It is on the level of all
    /// scores: that of members that played the same seeds is their plain mean.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// How many seeds each member played.
    #[must_use]
    pub fn seeds(&self) -> &[usize] {
        &self.seeds
    }

    /// The standard error of the difference of two members; absent where no noise can be told from seeds and members.
    #[must_use]
    pub fn standard_error(&self, one: usize, other: usize) -> Option<f64> {
        let mut contrast = vec![0.0; self.means.len()];
        contrast[one] += 1.0;
        contrast[other] -= 1.0;
        let variance = self.noise?.0 * dot(&contrast, &self.laplacian.solve(&contrast));
        Some(libm::sqrt(variance.max(0.0)))
    }

    /// Members from best to worst; ties go to the lower index.
    #[must_use]
    pub fn ranked(&self) -> Vec<usize> {
        let mut ranked: Vec<_> = (0..self.means.len()).collect();
        ranked.sort_by(|&a, &b| self.means[b].total_cmp(&self.means[a]).then(a.cmp(&b)));
        ranked
    }

    /// Who should play the next block as well: the `elites` best, and of the others those that may be as good as the last
    /// of them, at most `most` in all, from best to worst. May be as good: the upper bound of Student's one-sided interval
    /// at `level` of its difference is not below 0.
    #[must_use]
    pub fn contenders(&self, elites: usize, most: usize, level: f64) -> Vec<usize> {
        let ranked = self.ranked();
        let Some(&last) = ranked.get(elites.max(1) - 1) else { return ranked };
        let may_equal = |&one: &usize| match (self.noise, self.standard_error(one, last)) {
            (Some((_, freedom)), Some(error)) => {
                self.means[one] - self.means[last] + student_t::quantile(level, freedom) * error >= 0.0
            }
            _ => true,
        };
        let (sure, rest) = ranked.split_at(elites.min(ranked.len()));
        sure.iter().copied().chain(rest.iter().copied().filter(may_equal)).take(most.max(elites)).collect()
    }
}

fn check<'a>(members: impl ExactSizeIterator<Item = &'a Scores>) -> Result<(), EvidenceError> {
    if members.len() == 0 {
        return Err(EvidenceError::Empty);
    }
    for (member, scores) in members.enumerate() {
        if let Some((&seed, _)) = scores.iter().find(|(_, score)| score.is_nan() || score.abs() > 1e150) {
            return Err(EvidenceError::NotFinite { member, seed });
        }
    }
    Ok(())
}

/// For every seed who played it, with the scores.
fn by_seed(members: &[Scores]) -> BTreeMap<SeedKey, Vec<(usize, f64)>> {
    let mut seeds = BTreeMap::<_, Vec<_>>::new();
    for (member, scores) in members.iter().enumerate() {
        scores.iter().for_each(|(&seed, &score)| seeds.entry(seed).or_default().push((member, score)));
    }
    seeds
}

/// What has to be added to the effects so that they have the mean of all scores.
fn level(members: &[Scores], effects: &[f64]) -> f64 {
    let count: usize = members.iter().map(BTreeMap::len).sum();
    let surplus = members.iter().zip(effects).flat_map(|(scores, effect)| scores.values().map(move |s| s - effect));
    surplus.sum::<f64>() / count.max(1) as f64
}

fn noise(seeds: &BTreeMap<SeedKey, Vec<(usize, f64)>>, effects: &[f64], members: &[Scores]) -> Option<(f64, f64)> {
    let count: usize = members.iter().map(BTreeMap::len).sum();
    let freedom = (count + 1).checked_sub(members.len() + seeds.len()).filter(|&freedom| freedom > 0)? as f64;
    let of_seed = |played: &Vec<(usize, f64)>| {
        let rests: Vec<_> = played.iter().map(|&(member, score)| score - effects[member]).collect();
        let mean = rests.iter().sum::<f64>() / rests.len() as f64;
        rests.iter().map(|rest| (rest - mean) * (rest - mean)).sum::<f64>()
    };
    Some((seeds.values().map(of_seed).sum::<f64>() / freedom, freedom))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests;
