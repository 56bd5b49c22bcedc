//! Runs after the first: elsewhere, with another population.

use domain::seed::{Address, Draws};
use serde::{Deserialize, Serialize};

use super::state::CmaState;
use super::{CmaSpec, Restarts, stop};

/// What the two kinds of runs of an interlaced search have spent. It is counted and limited as in the programs of the author
/// (Hansen 2009): bipopcmaes.m 3.31.bbob and pycma 4.5 (`fmin2`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Regimes {
    /// Population of the last large run.
    population: u32,
    /// Evaluations of all large runs.
    large: u64,
    /// Evaluations of all small runs, and of the first one.
    small: u64,
    /// Generations after which the present run ends; none if it is not a small one.
    generations: Option<u32>,
}

impl Regimes {
    /// Of the first run, whose population is the base of all others.
    pub(super) fn first(restarts: Restarts, population: u32) -> Option<Self> {
        let first = Self { population, large: 0, small: 0, generations: None };
        (restarts == Restarts::Interlaced).then_some(first)
    }

    /// Whether the present run has had its generations.
    pub(super) fn is_spent(&self, age: u32) -> bool {
        self.generations.is_some_and(|most| age >= most)
    }

    /// Adds what a run has spent. The first one counts as a small one.
    fn close(&mut self, spent: u64, is_first: bool) {
        if is_first || self.generations.is_some() {
            self.small += spent;
        } else {
            self.large += spent;
        }
    }

    /// Population and first step of the next run, of the kind that has spent less, or a large one.
    fn open(&mut self, spec: &CmaSpec, first: u32, draws: &mut Draws) -> (u32, f64) {
        if self.small >= self.large {
            self.population = spec.grown(self.population);
            self.generations = None;
            return (self.population, spec.step);
        }
        let share = draws.unit();
        let room = f64::from(self.population) / f64::from(first);
        let population = libm::floor(f64::from(first) * libm::pow(room, share * share)) as u32;
        let generations = self.large.div_ceil(2 * u64::from(population));
        self.generations = Some(u32::try_from(generations).unwrap_or(u32::MAX));
        (population, spec.step * libm::pow(10.0, -2.0 * draws.unit()))
    }
}

impl CmaState {
    /// Starts again elsewhere if this run has nothing more to find.
    pub(super) fn restart_if_over(&mut self, spec: &CmaSpec, fitness: &[f64], seed: u64) {
        if !stop::is_over(self, spec, fitness) {
            return;
        }
        let restarts = self.restarts + 1;
        let mut draws = Address::new(seed, "evolution/cma/restart/v1").at(restarts).stream();
        let mean: Vec<_> = self.mean.iter().map(|_| draws.unit()).collect();
        let mut regimes = self.regimes.take();
        let (population, step) = match &mut regimes {
            None => (spec.grown(self.population), spec.step),
            Some(regimes) => {
                regimes.close(u64::from(self.age) * u64::from(self.population), self.restarts == 0);
                regimes.open(spec, spec.first_population(mean.len()), &mut draws)
            }
        };
        let run = Self::around(mean, population, spec);
        *self = Self { generation: self.generation, restarts, regimes, step, ..run };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn spec() -> CmaSpec {
        CmaSpec { restarts: Restarts::Interlaced, ..CmaSpec::default() }
    }

    fn begun() -> Regimes {
        let mut regimes = Regimes::first(Restarts::Interlaced, 8).unwrap();
        assert!(!regimes.is_spent(u32::MAX), "the first run has no bound");
        regimes.close(800, true);
        regimes
    }

    #[test]
    fn small_and_large_runs_spend_about_as_much() {
        let mut draws = Draws::new(4);
        let mut regimes = begun();
        let mut large = vec![];
        while large.len() < 6 {
            let (population, step) = regimes.open(&spec(), 8, &mut draws);
            match regimes.generations {
                None => {
                    large.push(population);
                    assert_eq!(step, spec().step);
                    regimes.close(100 * u64::from(population), false);
                }
                Some(generations) => {
                    assert!((8..=regimes.population).contains(&population), "{population} {regimes:?}");
                    assert!(step <= spec().step && step >= 0.01 * spec().step);
                    assert!(regimes.is_spent(generations) && !regimes.is_spent(generations - 1));
                    regimes.close(u64::from(generations) * u64::from(population), false);
                }
            }
            assert!(regimes.small <= regimes.large + regimes.large / 2 + 1000, "{regimes:?}");
        }
        assert_eq!(large, [16, 32, 64, 128, 256, 512]);
    }

    #[test]
    fn a_small_run_has_half_of_what_all_large_ones_had() {
        let mut draws = Draws::new(4);
        let mut regimes = begun();
        // The last of them was over early.
        for (population, spent) in [(16, 4000), (32, 9000), (64, 640)] {
            regimes.small = regimes.large;
            assert_eq!(regimes.open(&spec(), 8, &mut draws).0, population);
            regimes.close(spent, false);
        }
        let (population, _) = regimes.open(&spec(), 8, &mut draws);
        let most = u64::from(regimes.generations.unwrap() * population);
        assert!((6820..6820 + u64::from(population)).contains(&most), "{most} {regimes:?}");
    }

    #[test]
    fn a_small_population_is_up_to_that_of_the_last_large_run() {
        let mut draws = Draws::new(4);
        let mut populations = BTreeSet::new();
        for _ in 0..2000 {
            let mut regimes = Regimes { population: 16, large: 1600, small: 800, generations: None };
            populations.insert(regimes.open(&spec(), 8, &mut draws).0);
        }
        // 16 itself would take a draw of 1.
        assert_eq!(populations, (8..16).collect());
    }

    #[test]
    fn what_was_stored_with_the_evaluations_of_the_last_large_run_is_read() {
        let stored = r#"{"population":16,"large":1600,"last":1600,"small":0,"generations":100}"#;
        let expected = Regimes { population: 16, large: 1600, small: 0, generations: Some(100) };
        assert_eq!(serde_json::from_str::<Regimes>(stored).unwrap(), expected);
    }
}
