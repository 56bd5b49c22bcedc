//! Racing: candidates play the same seeds, and those that are worse than another beyond doubt stop early.
//!
//! After every look at the scores, a candidate is out if another one beat it on their common seeds with a lower bound of the
//! mean difference above 0 (Hoeffding races, Maron and Moore 1994; Bernstein races, Mnih, Szepesvari and Audibert 2008).
//! Each bound holds with a share of the race's error that counts all looks and all opponents (Bonferroni), so the
//! probability that the best candidate is ever put out is at most that error, however long the race lasts and however often it
//! is looked at. Nobody returns: the result is a function of the scores alone, and can be computed anew at any time.

use crate::distribution::student_t;
use crate::stats;

/// The rules of a race.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Race {
    /// Largest probability that the best candidate is put out, over the whole race; between 0 and 1.
    pub error: f64,
    /// Seeds played before the first look, at least 2.
    pub first: usize,
    /// Seeds played between two looks, at least 1.
    pub every: usize,
    /// Most seeds played; the race is decided then by the means.
    pub most: usize,
    /// What a mean difference is held against.
    pub bound: Bound,
}

/// A lower bound of a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Student's, for differences that are about normal; nobody is put out by differences that are all equal.
    Student,
    /// The empirical Bernstein bound (Maurer and Pontil 2009), for scores in a known range: exact for any distribution, at
    /// the price of more seeds.
    Bernstein {
        /// Largest minus smallest score that is possible, above 0.
        range: f64,
    },
}

/// How a race stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// When each candidate was put out; absent for those that go on.
    pub out: Vec<Option<Out>>,
    /// Those that go on, from the best mean to the worst; ties go to the lower index.
    pub racing: Vec<usize>,
    /// How many seeds those that go on have to have played for the next look; absent when the race is decided, because one
    /// is left or all seeds are played. The winner is the first of those that go on.
    pub next: Option<usize>,
}

/// Why a candidate is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    /// Seeds it had played.
    pub seeds: usize,
    /// Who beat it.
    pub by: usize,
}

/// Why a race cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RaceError {
    /// A race needs candidates.
    #[error("there is no candidate")]
    Empty,
    /// A rule is out of its range.
    #[error("{name} is {got}, but has to be {range}")]
    Rule {
        /// Which one.
        name: &'static str,
        /// What it is.
        got: f64,
        /// What it may be.
        range: &'static str,
    },
    /// A score is missing.
    #[error("candidate {candidate} has scores on {got} seeds and is not out: it has to play {needed}")]
    Missing {
        /// Whose.
        candidate: usize,
        /// Seeds played.
        got: usize,
        /// Seeds that others in the race have played.
        needed: usize,
    },
    /// A score is not a usable number.
    #[error("the score of candidate {candidate} on seed {seed} is not a usable number")]
    NotFinite {
        /// Whose.
        candidate: usize,
        /// On which of its seeds.
        seed: usize,
    },
}

impl Race {
    /// How the race stands. `scores` holds those of each candidate, seed by seed, the seeds in one order for all; whoever is
    /// out may have fewer.
    ///
    /// # Errors
    /// If a rule is out of range, there is no candidate, one in the race has fewer scores than another, or a score is not
    /// usable.
    pub fn judge(&self, scores: &[impl AsRef<[f64]>]) -> Result<Standing, RaceError> {
        self.check()?;
        let scores: Vec<&[f64]> = scores.iter().map(AsRef::as_ref).collect();
        check_scores(&scores)?;
        let played = scores.iter().map(|own| own.len()).max().ok_or(RaceError::Empty)?;
        let share = self.error / (self.looks() * scores.len().saturating_sub(1).max(1)) as f64;
        let mut out = vec![None; scores.len()];
        let mut seeds = self.first;
        while seeds <= played.min(self.most) && racing(&out).nth(1).is_some() {
            check_played(&scores, &out, seeds)?;
            let beaten: Vec<_> =
                racing(&out).filter_map(|one| Some((one, self.beaten(one, &scores, &out, seeds, share)?))).collect();
            beaten.into_iter().for_each(|(one, by)| out[one] = Some(Out { seeds, by }));
            seeds += self.every;
        }
        let next = (seeds <= self.most && racing(&out).nth(1).is_some()).then_some(seeds);
        let mut racing: Vec<_> = racing(&out).collect();
        let common = racing.iter().map(|&one| scores[one].len()).min().unwrap_or(0);
        let mean = |one: usize| scores[one][..common].iter().sum::<f64>() / common.max(1) as f64;
        racing.sort_by(|&a, &b| mean(b).total_cmp(&mean(a)).then(a.cmp(&b)));
        Ok(Standing { out, racing, next })
    }

    /// How often the race is looked at, at most.
    fn looks(&self) -> usize {
        (self.most - self.first) / self.every + 1
    }

    /// Who beats `one`, if anybody does: whoever does so most clearly.
    fn beaten(&self, one: usize, scores: &[&[f64]], out: &[Option<Out>], seeds: usize, share: f64) -> Option<usize> {
        let lead = |other: usize| {
            let differences: Vec<_> = scores[other].iter().zip(scores[one]).take(seeds).map(|(a, b)| a - b).collect();
            self.bound.lower(&differences, share).filter(|&bound| bound > 0.0).map(|bound| (other, bound))
        };
        let leads = racing(out).filter(|&other| other != one).filter_map(lead);
        leads.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(other, _)| other)
    }

    fn check(&self) -> Result<(), RaceError> {
        let rule =
            |holds: bool, name, got, range| if holds { Ok(()) } else { Err(RaceError::Rule { name, got, range }) };
        rule(self.error > 0.0 && self.error < 1.0, "the error", self.error, "between 0 and 1")?;
        rule(self.first >= 2, "the number of seeds before the first look", self.first as f64, "at least 2")?;
        rule(self.every >= 1, "the number of seeds between looks", self.every as f64, "at least 1")?;
        rule(self.most >= self.first, "the number of seeds", self.most as f64, "at least that before the first look")?;
        match self.bound {
            Bound::Bernstein { range } => rule(range > 0.0 && range.is_finite(), "the range", range, "above 0"),
            Bound::Student => Ok(()),
        }
    }
}

impl Bound {
    /// What the mean is above with probability 1 - `error`; absent where the sample cannot say.
    fn lower(self, sample: &[f64], error: f64) -> Option<f64> {
        let n = sample.len() as f64;
        let mean = stats::mean(sample).ok()?;
        let variance = stats::variance(sample).ok()??;
        match self {
            Self::Student if variance > 0.0 => {
                Some(mean - student_t::upper_quantile(error, n - 1.0) * libm::sqrt(variance / n))
            }
            Self::Student => None,
            Self::Bernstein { range } => {
                // A difference of two scores has twice their range.
                let (width, log) = (2.0 * range, libm::log(2.0 / error));
                Some(mean - libm::sqrt(2.0 * variance * log / n) - 7.0 * width * log / (3.0 * (n - 1.0)))
            }
        }
    }
}

fn racing(out: &[Option<Out>]) -> impl Iterator<Item = usize> {
    out.iter().enumerate().filter(|(_, out)| out.is_none()).map(|(one, _)| one)
}

fn check_scores(scores: &[&[f64]]) -> Result<(), RaceError> {
    for (candidate, own) in scores.iter().enumerate() {
        if let Some(seed) = own.iter().position(|score| score.is_nan() || score.abs() > 1e150) {
            return Err(RaceError::NotFinite { candidate, seed });
        }
    }
    Ok(())
}

fn check_played(scores: &[&[f64]], out: &[Option<Out>], needed: usize) -> Result<(), RaceError> {
    match racing(out).find(|&one| scores[one].len() < needed) {
        Some(candidate) => Err(RaceError::Missing { candidate, got: scores[candidate].len(), needed }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
