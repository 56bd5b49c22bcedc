//! When to stop: what was planned is spent, or nothing better was found for a while.
//!
//! The best of a generation is the luckiest of its members as well, so a higher mean alone is no progress. A generation's
//! best takes the place of the incumbent only if it is better beyond noise: Student's one-sided lower bound of their
//! difference is above 0, paired where they played the same seeds and Welch's elsewhere, at a level that counts how many
//! members it is the best of (Bonferroni).

use super::evidence::{Scores, SeedKey};
use crate::distribution::student_t;
use crate::stats;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Generations without progress after which to stop, at least 1; never unless given.
    pub patience: Option<u32>,
    /// Level of confidence of what counts as progress, between 0 and 1.
    pub level: f64,
    /// Most generations; any number unless given.
    pub generations: Option<u32>,
    /// Most episodes; any number unless given.
    pub episodes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: None, level: stats::LEVEL, generations: None, episodes: None }
    }
}

/// What a generation came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// All scores of its best member, those of later blocks as well.
    pub best: Scores,
    /// Members that it is the best of.
    pub members: usize,
    /// Episodes that were played for it.
    pub episodes: u64,
}

/// How a search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The generation whose best has not been beaten; absent before the first.
    pub incumbent: Option<usize>,
    /// Generations since then.
    pub waited: u32,
    /// Why to stop, if there is a reason.
    pub stop: Option<Stop>,
}

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// There was no progress for so many generations.
    Patience,
    /// All generations are played.
    Generations,
    /// Another generation as large as the last one would exceed the episodes.
    Episodes,
}

impl Limits {
    /// How a search stands after these generations: the same for the same scores, however often it is asked.
    #[must_use]
    pub fn judge(&self, generations: &[Generation]) -> Progress {
        let mut incumbent = None;
        for (index, generation) in generations.iter().enumerate() {
            let beats = |holder: usize| self.is_better(generation, &generations[holder].best);
            if incumbent.is_none_or(beats) {
                incumbent = Some(index);
            }
        }
        let waited = incumbent.map_or(0, |holder| generations.len() - 1 - holder) as u32;
        Progress { incumbent, waited, stop: self.stop(generations, waited) }
    }

    fn stop(&self, generations: &[Generation], waited: u32) -> Option<Stop> {
        let spent: u64 = generations.iter().map(|generation| generation.episodes).sum();
        let next = generations.last().map_or(0, |generation| generation.episodes);
        if self.generations.is_some_and(|most| generations.len() >= most as usize) {
            Some(Stop::Generations)
        } else if self.episodes.is_some_and(|most| spent.saturating_add(next) > most) {
            Some(Stop::Episodes)
        } else {
            self.patience.filter(|&patience| waited >= patience).map(|_| Stop::Patience)
        }
    }

    /// Whether a generation's best is better than the incumbent beyond noise.
    fn is_better(&self, generation: &Generation, incumbent: &Scores) -> bool {
        let error = (1.0 - self.level) / generation.members.max(1) as f64;
        let both = |seed: &SeedKey| Some(generation.best.get(seed)? - incumbent.get(seed)?);
        let differences: Vec<_> = generation.best.keys().filter_map(both).collect();
        let bound = if differences.len() >= 2 {
            paired_lower(&differences, error)
        } else {
            let values = |scores: &Scores| scores.values().copied().collect::<Vec<_>>();
            welch_lower(&values(&generation.best), &values(incumbent), error)
        };
        bound.is_some_and(|bound| bound > 0.0)
    }
}

/// Student's lower bound of a mean; absent where the values cannot say, such as those that are all equal.
fn paired_lower(differences: &[f64], error: f64) -> Option<f64> {
    let variance = stats::variance(differences).ok()?.filter(|&variance| variance > 0.0)?;
    let n = differences.len() as f64;
    Some(stats::mean(differences).ok()? - student_t::upper_quantile(error, n - 1.0) * libm::sqrt(variance / n))
}

/// Welch's lower bound of the difference of two means (Welch 1947).
fn welch_lower(left: &[f64], right: &[f64], error: f64) -> Option<f64> {
    let share = |sample: &[f64]| Some(stats::variance(sample).ok()?? / sample.len() as f64);
    let (a, b) = (share(left)?, share(right)?);
    let variance = Some(a + b).filter(|&variance| variance > 0.0)?;
    let freedom = variance * variance / (a * a / (left.len() as f64 - 1.0) + b * b / (right.len() as f64 - 1.0));
    let difference = stats::mean(left).ok()? - stats::mean(right).ok()?;
    Some(difference - student_t::upper_quantile(error, freedom) * libm::sqrt(variance))
}

#[cfg(test)]
mod tests {
    use domain::seed::Draws;

    use super::*;

    fn generation(mean: f64, block: u32, key: u64) -> Generation {
        let mut draws = Draws::new(key);
        let best = (0..10).map(|replicate| ((block, replicate), mean + draws.normal())).collect();
        Generation { best, members: 16, episodes: 160 }
    }

    fn limits(patience: u32) -> Limits {
        Limits { patience: Some(patience), ..Limits::default() }
    }

    #[test]
    fn progress_beyond_noise_resets_the_wait() {
        let rising: Vec<_> = (0..6).map(|g| generation(3.0 * f64::from(g), g, u64::from(g))).collect();
        assert_eq!(limits(2).judge(&rising), Progress { incumbent: Some(5), waited: 0, stop: None });
        assert_eq!(limits(2).judge(&[]), Progress { incumbent: None, waited: 0, stop: None });
    }

    #[test]
    fn luck_is_no_progress() {
        let mut wrong = 0;
        for key in 0..200 {
            let even: Vec<_> = (0..6).map(|g| generation(5.0, g, key * 6 + u64::from(g))).collect();
            let progress = limits(5).judge(&even);
            wrong += u32::from(progress.incumbent != Some(0));
            assert_eq!(progress.stop, (progress.waited >= 5).then_some(Stop::Patience));
        }
        // Each of five generations errs with 5 % divided by its 16 members, so at most 2 in 100 runs err.
        assert!(wrong <= 8, "{wrong}");
    }

    #[test]
    fn common_seeds_see_smaller_progress() {
        let first = generation(5.0, 0, 1);
        let slightly = |block: u32, noise: &mut Draws| {
            let better =
                |(&(_, replicate), score): (&SeedKey, &f64)| ((block, replicate), score + 0.5 + 0.1 * noise.normal());
            Generation { best: first.best.iter().map(better).collect(), ..first.clone() }
        };
        let (paired, apart) = (slightly(0, &mut Draws::new(2)), slightly(1, &mut Draws::new(2)));
        assert_eq!(limits(9).judge(&[first.clone(), paired]).incumbent, Some(1));
        assert_eq!(limits(9).judge(&[first.clone(), apart]).incumbent, Some(0));
    }

    #[test]
    fn equal_scores_are_no_progress() {
        let of = |score: f64| Generation {
            best: (0..5).map(|replicate| ((0, replicate), score)).collect(),
            members: 4,
            episodes: 20,
        };
        assert_eq!(limits(1).judge(&[of(1.0), of(1.0)]).stop, Some(Stop::Patience));
    }

    #[test]
    fn what_is_spent_ends_the_search() {
        let two = [generation(1.0, 0, 1), generation(9.0, 1, 2)];
        let stop = |limits: Limits| limits.judge(&two).stop;
        assert_eq!(stop(Limits { generations: Some(2), ..limits(1) }), Some(Stop::Generations));
        assert_eq!(stop(Limits { generations: Some(3), ..limits(1) }), None);
        assert_eq!(stop(Limits { episodes: Some(479), ..limits(1) }), Some(Stop::Episodes));
        assert_eq!(stop(Limits { episodes: Some(480), ..limits(1) }), None);
        assert_eq!(stop(Limits::default()), None);
    }
}
