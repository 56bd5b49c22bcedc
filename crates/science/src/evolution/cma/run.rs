//! CMA-ES as a search.

use super::state::{CmaState, Drawn};
use super::{CmaSpec, Covariance};
use crate::evolution::member::{Evaluated, Offspring, rank};
use crate::evolution::search::{Checkpoint, Misfit, Search};
use crate::evolution::space::Space;

/// A run of CMA-ES, with its restarts.
#[derive(Debug, Clone)]
pub struct Cma {
    spec: CmaSpec,
    space: Space<'static>,
    seed: u64,
    grains: Vec<f64>,
    state: CmaState,
}

impl Cma {
    pub(in crate::evolution) fn new(spec: CmaSpec, space: Space<'static>, seed: u64) -> Self {
        let state = CmaState::first(&spec, &space);
        Self::restored(spec, space, seed, state)
    }

    pub(in crate::evolution) fn restored(spec: CmaSpec, space: Space<'static>, seed: u64, state: CmaState) -> Self {
        let grains = space.grains();
        Self { spec, space, seed, grains, state }
    }

    /// Every member of the generation as it was drawn and as a genome.
    fn member(&self, position: u32) -> (Drawn, Offspring) {
        let state = &self.state;
        let drawn = state.draw(self.seed, position);
        let point: Vec<_> = state.mean.iter().zip(&drawn.y).map(|(mean, y)| mean + state.step * y).collect();
        let name = match self.spec.covariance {
            Covariance::Full => "cma_es",
            Covariance::Separable => "separable_cma_es",
        };
        let operators = if state.age == 0 && state.restarts > 0 { vec!["restart", name] } else { vec![name] };
        (drawn, Offspring { genome: self.space.at_point(&point), parents: state.parents.clone(), operators })
    }
}

impl Search for Cma {
    fn generation(&self) -> u32 {
        self.state.generation
    }

    fn ask(&self) -> Vec<Offspring> {
        (0..self.state.population).map(|position| self.member(position).1).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) -> Result<(), Misfit> {
        let population = self.state.population;
        Misfit::check_positions(evaluated, population)?;
        let (drawn, asked): (Vec<_>, Vec<_>) = (0..population).map(|position| self.member(position)).unzip();
        let is_other = |member: &&Evaluated| asked[member.position as usize].genome != member.genome;
        if let Some(other) = evaluated.iter().find(is_other) {
            return Err(Misfit::Genome(other.position));
        }
        let ranked = rank(evaluated);
        let fitness: Vec<_> = ranked.iter().map(|member| member.fitness).collect();
        let told: Vec<_> = ranked.iter().map(|member| member.position).collect();
        let order = told.iter().copied().chain((0..population).filter(|position| !told.contains(position)));
        self.state.parents = order.clone().take(population as usize / 2).collect();
        let mut places: Vec<_> = drawn.into_iter().map(Some).collect();
        let ranked: Vec<_> = order.filter_map(|position| places[position as usize].take()).collect();
        self.state.learn(&self.spec, &ranked, &fitness, &self.grains);
        self.state.restart_if_over(&self.spec, &fitness, self.seed);
        Ok(())
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::Cma(Box::new(self.state.clone()))
    }
}
