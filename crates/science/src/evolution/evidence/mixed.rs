//! The equations of a mixed model: fixed means of cohorts, random members and random seeds.
//!
//! Henderson's mixed model equations (Henderson 1975, Best linear unbiased estimation and prediction under a selection
//! model) with the members taken out, since each is known once the rest is. What remains is definite and sparse, and is
//! solved by conjugate gradients (Hestenes and Stiefel 1952) scaled by the diagonal (Jacobi), in a fixed order of sums.

use std::collections::BTreeMap;

use super::{Candidate, SeedKey, dot};

/// Residuals are solved to this share of the right side.
const EXACT: f64 = 1e-12;

/// Members with their scores, and how much more noise there is than variance of members and of seeds.
#[derive(Debug)]
pub(super) struct Mixed<'a> {
    candidates: &'a [Candidate],
    /// For each candidate its cohort and its seeds as places among the unknowns, with the scores.
    rows: Vec<Row>,
    member_ratio: f64,
    seed_ratio: f64,
    /// Unknowns that are means of cohorts; the others are seeds.
    cohorts: usize,
    unknowns: usize,
}

#[derive(Debug)]
struct Row {
    cohort: usize,
    scores: Vec<(usize, f64)>,
}

impl<'a> Mixed<'a> {
    pub(super) fn new(candidates: &'a [Candidate], member_ratio: f64, seed_ratio: f64) -> Self {
        let cohorts = places(candidates.iter().map(|candidate| candidate.cohort), 0);
        let keys = candidates.iter().flat_map(|candidate| candidate.scores.keys().copied());
        let seeds: BTreeMap<SeedKey, usize> = places(keys, cohorts.len());
        let row = |candidate: &Candidate| Row {
            cohort: cohorts[&candidate.cohort],
            scores: candidate.scores.iter().map(|(seed, &score)| (seeds[seed], score)).collect(),
        };
        let rows = candidates.iter().map(row).collect();
        let unknowns = cohorts.len() + seeds.len();
        Self { candidates, rows, member_ratio, seed_ratio, cohorts: cohorts.len(), unknowns }
    }

    /// What to expect of each candidate: the mean of its cohort and its own part.
    pub(super) fn merits(&self) -> Vec<f64> {
        // Scores about their mean, so that no digits are lost where they are large.
        let count: usize = self.candidates.iter().map(|candidate| candidate.scores.len()).sum();
        let mean = self.rows.iter().flat_map(|row| &row.scores).map(|(_, score)| score).sum::<f64>() / count as f64;
        let solved = self.solve(&self.reduced(|_, _, score| score - mean));
        let merit = |row: &Row| {
            let rest: f64 =
                row.scores.iter().map(|&(seed, score)| score - mean - solved[row.cohort] - solved[seed]).sum();
            mean + solved[row.cohort] + rest * self.share(row)
        };
        self.rows.iter().map(merit).collect()
    }

    /// What a candidate's own part is of the sum of its residuals.
    fn share(&self, row: &Row) -> f64 {
        1.0 / (row.scores.len() as f64 + self.member_ratio)
    }

    /// The sums over the scores of every unknown of some value of each score, less what the candidate itself explains of
    /// it.
    fn reduced(&self, value: impl Fn(usize, usize, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.unknowns];
        for row in &self.rows {
            let values: Vec<_> = row.scores.iter().map(|&(seed, score)| value(row.cohort, seed, score)).collect();
            let own = values.iter().sum::<f64>() * self.share(row);
            for (&(seed, _), value) in row.scores.iter().zip(values) {
                sums[row.cohort] += value - own;
                sums[seed] += value - own;
            }
        }
        sums
    }

    fn apply(&self, x: &[f64]) -> Vec<f64> {
        let mut sums = self.reduced(|cohort, seed, _| x[cohort] + x[seed]);
        (self.cohorts..self.unknowns).for_each(|seed| sums[seed] += self.seed_ratio * x[seed]);
        sums
    }

    fn diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.unknowns];
        for row in &self.rows {
            let (n, share) = (row.scores.len() as f64, self.share(row));
            diagonal[row.cohort] += n - n * n * share;
            row.scores.iter().for_each(|&(seed, _)| diagonal[seed] += 1.0 - share);
        }
        diagonal[self.cohorts..].iter_mut().for_each(|value| *value += self.seed_ratio);
        diagonal
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let diagonal = self.diagonal();
        let scaled = |rest: &[f64]| rest.iter().zip(&diagonal).map(|(rest, by)| rest / by).collect::<Vec<_>>();
        let mut x = vec![0.0; right.len()];
        let mut rest = right.to_vec();
        let mut direction = scaled(&rest);
        let mut size = dot(&rest, &direction);
        let enough = EXACT * EXACT * size;
        // As many steps as unknowns are enough but for rounding.
        for _ in 0..4 * right.len() {
            if size <= enough {
                break;
            }
            let image = self.apply(&direction);
            let step = size / dot(&direction, &image);
            x.iter_mut().zip(&direction).for_each(|(x, along)| *x += step * along);
            rest.iter_mut().zip(&image).for_each(|(rest, image)| *rest -= step * image);
            let next = scaled(&rest);
            let shrunk = dot(&rest, &next);
            direction.iter_mut().zip(next).for_each(|(along, next)| *along = next + shrunk / size * *along);
            size = shrunk;
        }
        x
    }
}

/// Every key with its place, counted from `first`.
fn places<K: Ord>(keys: impl Iterator<Item = K>, first: usize) -> BTreeMap<K, usize> {
    let mut places: BTreeMap<K, usize> = keys.map(|key| (key, 0)).collect();
    places.values_mut().zip(first..).for_each(|(value, place)| *value = place);
    places
}
