//! What a search by a normal distribution has come to, and how a generation changes it.

use domain::seed::Address;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::rates::Rates;
use super::restart::Regimes;
use super::shape::{Growth, Shape};
use super::{CmaSpec, Restarts};
use crate::evolution::space::Space;

/// Largest standard deviation of a coordinate: beyond, samples are anywhere and teach nothing.
const WIDEST: f64 = 1.0 / 3.0;
/// Least standard deviation of a coordinate with steps, in steps: one sample in eighty leaves a value's middle.
const LEAST_OF_STEP: f64 = 0.2;

/// The distribution and its past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CmaState {
    /// Generations told.
    pub(super) generation: u32,
    /// Restarts so far.
    pub(super) restarts: u32,
    /// Members of a generation.
    pub(super) population: u32,
    /// Generations told since the last restart.
    pub(super) age: u32,
    /// Centre, in coordinates of the cube or of its mirror images.
    pub(super) mean: Vec<f64>,
    /// Standard deviation, for a shape of size 1.
    pub(super) step: f64,
    /// Where the mean went, in units of the distribution.
    pub(super) step_path: Vec<f64>,
    /// Where the mean went, in units of the step.
    pub(super) shape_path: Vec<f64>,
    /// Covariances.
    pub(super) shape: Shape,
    /// Generations since the axes of the shape were found.
    pub(super) axes_age: u32,
    /// What the generations of this run achieved.
    pub(super) history: History,
    /// Positions of those from which the mean was made.
    pub(super) parents: Vec<u32>,
    /// What large and small runs have spent, if they are interlaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) regimes: Option<Regimes>,
}

/// A member as it was drawn.
pub(super) struct Drawn {
    /// Standard normal.
    pub(super) z: Vec<f64>,
    /// Of the distribution around zero.
    pub(super) y: Vec<f64>,
}

impl CmaState {
    pub(super) fn first(spec: &CmaSpec, space: &Space) -> Self {
        let population = spec.first_population(space.dimension());
        let regimes = Regimes::first(spec.restarts, population);
        Self { regimes, ..Self::around(space.point(space.base()), population, spec) }
    }

    /// A run around this mean.
    pub(super) fn around(mean: Vec<f64>, population: u32, spec: &CmaSpec) -> Self {
        let n = mean.len();
        Self {
            generation: 0,
            restarts: 0,
            population,
            age: 0,
            mean,
            step: spec.step,
            step_path: vec![0.0; n],
            shape_path: vec![0.0; n],
            shape: Shape::ball(spec.covariance, n),
            axes_age: 0,
            history: History::default(),
            parents: vec![],
            regimes: None,
        }
    }

    /// Whether it can be one of this specification in this space.
    pub(in crate::evolution) fn fits(&self, spec: &CmaSpec, space: &Space) -> bool {
        let n = space.dimension();
        let vectors = [&self.mean, &self.step_path, &self.shape_path];
        self.shape.is(spec.covariance, n)
            && vectors.iter().all(|vector| vector.len() == n && vector.iter().all(|part| part.is_finite()))
            && self.step > 0.0
            && self.population >= 4
            && self.regimes.is_some() == (spec.restarts == Restarts::Interlaced)
    }

    /// Member `position` of the generation that is asked for.
    pub(super) fn draw(&self, seed: u64, position: u32) -> Drawn {
        let mut draws = Address::new(seed, "evolution/cma/v1").at(self.generation).at(position).stream();
        let z: Vec<_> = self.mean.iter().map(|_| draws.normal()).collect();
        let y = self.shape.stretched(&z);
        Drawn { z, y }
    }

    /// Takes in the members, from best to worst, with their fitness as far as it is known.
    pub(super) fn learn(&mut self, spec: &CmaSpec, ranked: &[Drawn], fitness: &[f64], grains: &[f64]) {
        let rates = Rates::new(self.mean.len(), self.population, spec.covariance, spec.active);
        let chosen = &ranked[..rates.parents];
        let z = weighted(&rates, chosen.iter().map(|member| &member.z));
        let y = weighted(&rates, chosen.iter().map(|member| &member.y));
        self.generation += 1;
        self.age += 1;
        self.mean.iter_mut().zip(&y).for_each(|(mean, y)| *mean += self.step * y);
        let length = self.extend_step_path(&rates, &z);
        self.adapt_shape(&rates, ranked, &y, length);
        self.step *= libm::exp((rates.step_decay / rates.damping * (length / rates.chi - 1.0)).min(1.0));
        self.keep_within(grains);
        self.axes_age += 1;
        if f64::from(self.axes_age) >= 0.5 / ((rates.rank_one + rates.rank_mu) * self.mean.len() as f64) {
            self.shape.decompose();
            self.axes_age = 0;
        }
        self.history.add(fitness);
    }

    /// The new length of the path that adapts the step.
    fn extend_step_path(&mut self, rates: &Rates, z: &[f64]) -> f64 {
        let decay = rates.step_decay;
        let gain = libm::sqrt(decay * (2.0 - decay) * rates.mass);
        let turned = self.shape.turned(z);
        self.step_path.iter_mut().zip(turned).for_each(|(path, part)| *path = (1.0 - decay) * *path + gain * part);
        norm(&self.step_path)
    }

    fn adapt_shape(&mut self, rates: &Rates, ranked: &[Drawn], y: &[f64], length: f64) {
        let n = self.mean.len() as f64;
        let decay = rates.shape_decay;
        // While the step still grows fast the path would stretch the shape too much.
        let settled = libm::sqrt(1.0 - libm::pow(1.0 - rates.step_decay, 2.0 * f64::from(self.age)));
        let is_calm = length / settled < (1.4 + 2.0 / (n + 1.0)) * rates.chi;
        let gain = if is_calm { libm::sqrt(decay * (2.0 - decay) * rates.mass) } else { 0.0 };
        self.shape_path.iter_mut().zip(y).for_each(|(path, part)| *path = (1.0 - decay) * *path + gain * part);

        let lost = if is_calm { 0.0 } else { rates.rank_one * decay * (2.0 - decay) };
        let own = std::iter::once((rates.rank_one, self.shape_path.as_slice()));
        let members = rates.weights.iter().zip(ranked).map(|(&weight, member)| {
            // Bad members count by their direction alone, so that the shape stays definite.
            let scale = if weight < 0.0 { n / square(&member.z).max(f64::MIN_POSITIVE) } else { 1.0 };
            (rates.rank_mu * weight * scale, member.y.as_slice())
        });
        let directions: Vec<_> = own.chain(members).filter(|(weight, _)| *weight != 0.0).collect();
        self.shape.grow(&Growth { kept: rates.kept() + lost, directions: &directions });
    }

    /// Keeps the deviations of coordinates between what still finds other values and what is not lost in the space.
    fn keep_within(&mut self, grains: &[f64]) {
        let widest = (0..self.mean.len()).map(|i| self.shape.variance(i)).fold(0.0, f64::max);
        if widest > 0.0 {
            self.step = self.step.min(WIDEST / libm::sqrt(widest));
        }
        for (coordinate, grain) in grains.iter().enumerate().filter(|(_, grain)| **grain > 0.0) {
            let least = LEAST_OF_STEP * grain / self.step;
            self.shape.raise(coordinate, least * least);
        }
    }
}

/// The mean of the best members, by their weights.
fn weighted<'a>(rates: &Rates, members: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let mut sum = Vec::new();
    for (weight, member) in rates.weights.iter().zip(members) {
        sum.resize(member.len(), 0.0);
        sum.iter_mut().zip(member).for_each(|(sum, part)| *sum += weight * part);
    }
    sum
}

fn square(vector: &[f64]) -> f64 {
    vector.iter().map(|part| part * part).sum()
}

fn norm(vector: &[f64]) -> f64 {
    libm::sqrt(square(vector))
}
