//! Two agents against each other: over the seeds that both have played, or as two samples if they share none.

use std::collections::BTreeMap;

use science::analysis::AnalysisError;
use science::analysis::compare::{equivalence_paired, equivalence_welch, paired, welch};
use science::analysis::effect::{d_welch, d_z};
use science::analysis::resample::{Plan, Resampling, sign_flip, two_sample};
use science::analysis::robust::{Estimate, interquartile_mean, probability_of_improvement};
use science::stats::{Interval, mean};
use serde::Serialize;

use crate::document::numbers::{p, range};
use crate::document::{Block, paragraph, table};

/// The draws of a bootstrap.
const DRAWS: u32 = 2000;

/// The scores of one side, by the engine's seed.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Its scores.
    pub scores: BTreeMap<u32, f64>,
}

/// What is asked of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Probability of calling equal sides different.
    pub alpha: f64,
    /// Differences smaller than this do not matter, in the unit of the measure.
    pub margin: Option<f64>,
    /// The seed of all random draws.
    pub seed: u64,
}

/// A comparison, as left minus right. Numbers are at full precision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What was measured.
    pub measure: String,
    /// The sides.
    pub sides: [Summary; 2],
    /// Whether the same seeds were compared.
    pub is_paired: bool,
    /// Scores of seeds that only one side has played, which are not used.
    pub unpaired: usize,
    /// Mean difference.
    pub difference: f64,
    /// Its interval by Student's t, for pairs, or Welch's.
    pub interval: [f64; 2],
    /// Student's t.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// p by Student's t.
    pub p: f64,
    /// p by permutation: of signs, for pairs, or of sides.
    pub permutation_p: f64,
    /// The difference in standard deviations: d_z, for pairs, or Welch's d.
    pub d: f64,
    /// Interval of `d`.
    pub d_interval: Option<[f64; 2]>,
    /// Probability that an episode of the left side scores more than one of the right, equal scores counted half.
    pub probability_of_improvement: f64,
    /// Its interval by the bootstrap.
    pub probability_interval: [f64; 2],
    /// p of the two one-sided tests for equivalence within the margin.
    pub equivalence_p: Option<f64>,
    /// What may be said.
    pub verdict: String,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// How many scores are used.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Mean of their middle half.
    pub interquartile_mean: f64,
    /// Its interval by the bootstrap.
    pub interquartile_interval: [f64; 2],
}

impl Comparison {
    /// Compares two sides by a measure.
    ///
    /// # Errors
    /// If a side has fewer than two scores, or nothing differs within either.
    pub fn of(measure: &str, sides: [&Side; 2], asked: &Asked) -> Result<Self, AnalysisError> {
        let shared: Vec<_> = sides[0].scores.keys().filter(|seed| sides[1].scores.contains_key(seed)).collect();
        let is_paired = shared.len() > 1;
        let values = |side: &Side| -> Vec<f64> {
            let all = side.scores.iter().filter(|(seed, _)| !is_paired || shared.contains(seed));
            all.map(|(_, score)| *score).collect()
        };
        let (left, right) = (values(sides[0]), values(sides[1]));
        let (level, plan) = (1.0 - asked.alpha, Plan::new(asked.seed));
        let within = asked.margin.map(|margin| Interval { low: -margin, high: margin });
        let (test, permutation, effect, equivalence) = if is_paired {
            let equivalence = within.map(|within| equivalence_paired(&left, &right, within, asked.alpha));
            let (test, effect) = (paired(&left, &right, level)?, d_z(&left, &right, level)?);
            (test, sign_flip(&left, &right, &plan)?, effect, equivalence)
        } else {
            let equivalence = within.map(|within| equivalence_welch(&left, &right, within, asked.alpha));
            let (test, effect) = (welch(&left, &right, level)?, d_welch(&left, &right, level)?);
            (test, two_sample(&left, &right, &plan)?, effect, equivalence)
        };
        let resampling = Resampling { draws: DRAWS, seed: asked.seed };
        let better = probability_of_improvement(&[&left], &[&right], &resampling, level)?;
        let summary = |side: &Side, values: &[f64]| -> Result<Summary, AnalysisError> {
            let Estimate { value, interval } = interquartile_mean(&[values], &resampling, level)?;
            let mean = mean(values).unwrap_or_default();
            let (name, n) = (side.name.clone(), values.len());
            Ok(Summary { name, n, mean, interquartile_mean: value, interquartile_interval: ends(interval) })
        };
        let mut found = Self {
            measure: measure.to_owned(),
            sides: [summary(sides[0], &left)?, summary(sides[1], &right)?],
            is_paired,
            unpaired: sides[0].scores.len() + sides[1].scores.len() - left.len() - right.len(),
            difference: test.difference,
            interval: ends(test.interval),
            t: test.t,
            df: test.freedom,
            p: test.p,
            permutation_p: permutation.p,
            d: effect.d,
            d_interval: effect.interval.map(ends),
            probability_of_improvement: better.value,
            probability_interval: ends(better.interval),
            equivalence_p: equivalence.transpose()?.map(|test| test.p()),
            verdict: String::new(),
        };
        found.verdict = found.conclude(asked);
        Ok(found)
    }

    /// An effect needs both tests, so that neither one's assumptions alone decide.
    fn conclude(&self, asked: &Asked) -> String {
        let [left, right] = self.sides.each_ref().map(|side| &side.name);
        let word = if self.difference > 0.0 { "more" } else { "less" };
        match (self.p < asked.alpha, self.permutation_p < asked.alpha) {
            (true, true) => format!("{left} has {word} {} than {right}", self.measure),
            (false, false) if self.equivalence_p.is_some_and(|p| p < asked.alpha) => {
                format!("{left} and {right} are equivalent within the margin")
            }
            (false, false) => format!("no difference between {left} and {right} is shown, nor that there is none"),
            _ => format!("it is in doubt whether {left} and {right} differ: the tests disagree"),
        }
    }

    /// The comparison as parts of a document.
    #[must_use]
    pub fn content(&self, asked: &Asked) -> Vec<Block> {
        let level = format!("{:.0} %", (1.0 - asked.alpha) * 100.0);
        let side = |side: &Summary| {
            let middle = format!("{:.3} {}", side.interquartile_mean, range(side.interquartile_interval, 3));
            vec![side.name.clone(), side.n.to_string(), format!("{:.3}", side.mean), middle]
        };
        let how = match (self.is_paired, self.unpaired) {
            (true, 0) => "Both sides played the same seeds, which are compared one by one.".to_owned(),
            (true, left_out) => {
                format!("Seeds that both sides played are compared one by one; {left_out} scores are left out.")
            }
            (false, _) => "The sides share no seeds, so they are compared as two samples.".to_owned(),
        };
        let mut rows = vec![
            vec!["difference".to_owned(), format!("{:.3} {}", self.difference, range(self.interval, 3))],
            vec![
                "p, by Student's t".to_owned(),
                format!("{} (t = {:.3}, df = {:.1})", p(Some(self.p)), self.t, self.df),
            ],
            vec!["p, by permutation".to_owned(), p(Some(self.permutation_p))],
            vec![
                if self.is_paired { "d_z" } else { "d" }.to_owned(),
                format!("{:.3} {}", self.d, self.d_interval.map(|interval| range(interval, 3)).unwrap_or_default()),
            ],
            vec![
                "probability of improvement".to_owned(),
                format!("{:.3} {}", self.probability_of_improvement, range(self.probability_interval, 3)),
            ],
        ];
        rows.extend(
            self.equivalence_p.map(|found| vec!["p, equivalence within the margin".to_owned(), p(Some(found))]),
        );
        vec![
            paragraph(format!("{}: {} - {}", self.measure, self.sides[0].name, self.sides[1].name)),
            table(&["side", "#episodes", "#mean", "interquartile mean"], self.sides.iter().map(side).collect()),
            paragraph(how),
            table(&["left minus right", &format!("value and {level} interval")], rows),
            paragraph(format!("Verdict: {}.", self.verdict)),
        ]
    }
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, from: u32, scores: &[f64]) -> Side {
        let seeds = from..;
        Side { name: name.to_owned(), scores: seeds.zip(scores.iter().copied()).collect() }
    }

    const ASKED: Asked = Asked { alpha: 0.05, margin: None, seed: 1 };

    #[test]
    fn shared_seeds_are_compared_one_by_one() {
        let left = side("left", 0, &[11.0, 15.0, 9.0, 20.0, 13.0, 8.0, 17.0, 12.0, 99.0]);
        let right = side("right", 0, &[9.0, 14.0, 8.0, 17.0, 11.0, 7.0, 16.0, 9.0]);
        let found = Comparison::of("kills", [&left, &right], &ASKED).unwrap();
        assert!(found.is_paired && found.unpaired == 1, "{found:?}");
        assert!((found.difference - 1.75).abs() < 1e-12, "{found:?}");
        assert!(found.verdict.starts_with("left has more kills"), "{}", found.verdict);
    }

    #[test]
    fn other_seeds_are_two_samples() {
        let left = side("left", 0, &[5.0, 6.0, 7.0, 6.0, 5.0]);
        let right = side("right", 100, &[6.0, 5.0, 7.0, 5.0, 6.0, 7.0]);
        let asked = Asked { margin: Some(3.0), ..ASKED };
        let found = Comparison::of("kills", [&left, &right], &asked).unwrap();
        assert!(!found.is_paired);
        assert!(found.verdict.contains("equivalent"), "{} {:?}", found.verdict, found.equivalence_p);
    }

    #[test]
    fn nothing_to_compare_is_an_error() {
        let (one, none) = (side("one", 0, &[1.0]), side("none", 0, &[]));
        assert!(Comparison::of("kills", [&one, &none], &ASKED).is_err());
        let still = side("still", 0, &[2.0, 2.0, 2.0]);
        assert!(Comparison::of("kills", [&still, &still], &ASKED).is_err());
    }
}
