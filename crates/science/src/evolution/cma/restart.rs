//! Runs after the first: elsewhere, with another population.

use domain::seed::{Address, Draws};
use serde::{Deserialize, Serialize};

use super::state::CmaState;
use super::{CmaSpec, Restarts, stop};

/// What the two kinds of runs of an interlaced search have spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Regimes {
    /// Population of the last large run.
    population: u32,
    /// Evaluations of all large runs.
    large: u64,
    /// Evaluations of the last large run.
    last: u64,
    /// Evaluations of all small runs.
    small: u64,
    /// Generations after which the present run ends; none if it is not a small one.
    generations: Option<u32>,
}

impl Regimes {
    /// Of the first run, whose population is the base of all others and whose evaluations count for neither kind.
    pub(super) fn first(restarts: Restarts, population: u32) -> Option<Self> {
        let first = Self { population, large: 0, last: 0, small: 0, generations: None };
        (restarts == Restarts::Interlaced).then_some(first)
    }

    /// Whether the present run has had its generations.
    pub(super) fn is_spent(&self, age: u32) -> bool {
        self.generations.is_some_and(|most| age >= most)
    }

    /// Adds what a run after the first has spent.
    fn close(&mut self, spent: u64) {
        if self.generations.is_some() {
            self.small += spent;
        } else {
            self.large += spent;
            self.last = spent;
        }
    }

    /// Population and first step of the next run, of the kind that has spent less, or a large one.
    fn open(&mut self, spec: &CmaSpec, first: u32, draws: &mut Draws) -> (u32, f64) {
        if self.small >= self.large {
            self.population = spec.grown(self.population);
            self.generations = None;
            return (self.population, spec.step);
        }
        let room = (0.5 * f64::from(self.population) / f64::from(first)).max(1.0);
        let share = draws.unit();
        let population = libm::floor(f64::from(first) * libm::pow(room, share * share)) as u32;
        self.generations = Some((self.last / (2 * u64::from(population))).clamp(1, u64::from(u32::MAX)) as u32);
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
                if self.restarts > 0 {
                    regimes.close(u64::from(self.age) * u64::from(self.population));
                }
                regimes.open(spec, spec.first_population(mean.len()), &mut draws)
            }
        };
        let run = Self::around(mean, population, spec);
        *self = Self { generation: self.generation, restarts, regimes, step, ..run };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_runs_spend_about_as_much() {
        let spec = CmaSpec { restarts: Restarts::Interlaced, ..CmaSpec::default() };
        let mut draws = Draws::new(4);
        let mut regimes = Regimes::first(spec.restarts, 8).unwrap();
        assert!(!regimes.is_spent(u32::MAX), "the first run has no bound");
        let mut large = vec![];
        while large.len() < 6 {
            let last = regimes.population;
            let (population, step) = regimes.open(&spec, 8, &mut draws);
            match regimes.generations {
                None => {
                    large.push(population);
                    assert_eq!(step, spec.step);
                    regimes.close(100 * u64::from(population));
                }
                Some(generations) => {
                    assert!((8..=8.max(last / 2)).contains(&population), "{population} beside {last}");
                    assert!(step <= spec.step && step >= 0.01 * spec.step);
                    assert!(regimes.is_spent(generations) && !regimes.is_spent(generations - 1));
                    let spent = u64::from(generations) * u64::from(population);
                    assert!(2 * spent <= regimes.last);
                    regimes.close(spent);
                }
            }
            assert!(regimes.small <= regimes.large + regimes.last / 2, "{regimes:?}");
        }
        assert_eq!(large, [16, 32, 64, 128, 256, 512]);
    }
}
