//! Racing: candidates play the same seeds, and those that are worse than others beyond doubt stop early.
//!
//! After every look at the scores, a candidate is out if as many others as are kept beat it on their common seeds, each with a
//! lower bound of the mean difference above 0 (Hoeffding races, Maron and Moore 1994; Bernstein races, Mnih, Szepesvari and
//! Audibert 2008; to find the parents of a generation, Heidrich-Meisner and Igel 2009). Nobody returns: the result is a function
//! of the scores alone, and can be computed anew at any time.
//!
//! Each bound holds with a share of the race's error that counts all looks and all opponents that may err (Bonferroni).
//! Fewer than `keep` others are better than one of the `keep` best, so among `keep` that beat it there is one that does so by an
//! error. The best of them has n - 1 opponents that may err, the second n - 2, and so on: `keep` (2 n - `keep` - 1) / 2 pairs,
//! each looked at as often as the race is. So the probability that one of the best is ever put out is at most the error,
//! however long the race lasts.

mod level;

use crate::distribution::student_t;
use crate::stats;
pub use level::leveled_means;

/// The rules of a race.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Race {
    /// How many are kept, at least 1: the race ends when no more are left.
    pub keep: usize,
    /// Largest probability that one of the `keep` best candidates is put out, over the whole race; between 0 and 1.
    pub error: f64,
    /// Seeds played before the first look, at least 2.
    pub first: usize,
    /// Seeds played between two looks, at least 1; fewer before the last one, if they do not come out even.
    pub every: usize,
    /// Most seeds played, and the last look; the race is decided then by the means.
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
    /// How many seeds those that go on have to have played for the next look; absent when the race is decided, because no
    /// more are left than are kept, or all seeds are played. The winner is the first of those that go on.
    pub next: Option<usize>,
}

/// Why a candidate is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    /// Seeds it had played.
    pub seeds: usize,
    /// Who beat it most clearly.
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
        let share = self.share(scores.len());
        let is_open = |out: &[Option<Out>]| racing(out).nth(self.keep).is_some();
        let mut out = vec![None; scores.len()];
        let mut look = Some(self.first);
        while let Some(seeds) = look.filter(|&seeds| seeds <= played && is_open(&out)) {
            check_played(&scores, &out, seeds)?;
            let beaten = self.beaten(&scores, &out, seeds, share);
            beaten.into_iter().for_each(|(one, by)| out[one] = Some(Out { seeds, by }));
            look = self.after(seeds);
        }
        let next = look.filter(|_| is_open(&out));
        let mut racing: Vec<_> = racing(&out).collect();
        let common = racing.iter().map(|&one| scores[one].len()).min().unwrap_or(0);
        racing.sort_by(|&a, &b| mean(scores[b], common).total_cmp(&mean(scores[a], common)).then(a.cmp(&b)));
        Ok(Standing { out, racing, next })
    }

    /// The look after that at so many seeds.
    fn after(&self, seeds: usize) -> Option<usize> {
        (seeds < self.most).then(|| self.most.min(seeds + self.every))
    }

    /// The error of each bound where so many candidates race.
    fn share(&self, candidates: usize) -> f64 {
        let looks = (self.most - self.first).div_ceil(self.every) + 1;
        let pairs: usize = (1..=self.keep).map(|rank| candidates.saturating_sub(rank)).sum();
        self.error / (looks * pairs.max(1)) as f64
    }

    /// Those in the race that enough others beat, each with the one that does so most clearly.
    fn beaten(&self, scores: &[&[f64]], out: &[Option<Out>], seeds: usize, share: f64) -> Vec<(usize, usize)> {
        let lower = Lower::new(self.bound, seeds, share);
        let means: Vec<_> = scores.iter().map(|own| mean(own, seeds)).collect();
        let lead = |other: usize, one: usize| {
            let differences: Vec<_> = scores[other].iter().zip(scores[one]).take(seeds).map(|(a, b)| a - b).collect();
            lower.of(&differences).filter(|&bound| bound > 0.0).map(|bound| (other, bound))
        };
        let by = |one: usize| {
            let better = racing(out).filter(|&other| means[other] > means[one]);
            let leads: Vec<_> = better.filter_map(|other| lead(other, one)).collect();
            let clearest = leads.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
            clearest.filter(|_| leads.len() >= self.keep).map(|(other, _)| (one, other))
        };
        racing(out).filter_map(by).collect()
    }

    fn check(&self) -> Result<(), RaceError> {
        let rule =
            |holds: bool, name, got, range| if holds { Ok(()) } else { Err(RaceError::Rule { name, got, range }) };
        rule(self.keep >= 1, "the number of candidates that are kept", self.keep as f64, "at least 1")?;
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

/// A lower bound of the mean of so many values: the mean less `spread` times their standard deviation, less `rest`.
#[derive(Debug, Clone, Copy)]
struct Lower {
    spread: f64,
    rest: f64,
}

impl Lower {
    /// What the mean of `n` values is above with probability 1 - `error`.
    fn new(bound: Bound, n: usize, error: f64) -> Self {
        let n = n as f64;
        match bound {
            Bound::Student => Self { spread: student_t::upper_quantile(error, n - 1.0) / libm::sqrt(n), rest: 0.0 },
            Bound::Bernstein { range } => {
                // A difference of two scores has twice their range.
                let (width, log) = (2.0 * range, libm::log(2.0 / error));
                Self { spread: libm::sqrt(2.0 * log / n), rest: 7.0 * width * log / (3.0 * (n - 1.0)) }
            }
        }
    }

    /// The bound for these values; absent where they cannot say.
    fn of(self, sample: &[f64]) -> Option<f64> {
        let mean = stats::mean(sample).ok()?;
        let variance = stats::variance(sample).ok()??;
        // Student's says nothing of values that are all equal.
        let is_told = variance > 0.0 || self.rest > 0.0;
        is_told.then(|| mean - self.spread * libm::sqrt(variance) - self.rest)
    }
}

/// The mean of the first `seeds` scores; 0 of none.
fn mean(scores: &[f64], seeds: usize) -> f64 {
    let count = seeds.min(scores.len());
    scores[..count].iter().sum::<f64>() / count.max(1) as f64
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
