//! Searches that learn nothing: controls for those that do.

use domain::genome::Genome;
use domain::seed::{Address, Draws};

use super::latin;
use super::member::{Evaluated, Offspring};
use super::search::{Checkpoint, Misfit, Search};
use super::space::{Axis, Space};

/// How members are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// Every member alone, every gene anywhere on its scale (Bergstra and Bengio 2012).
    Random,
    /// Every generation covers the space evenly (McKay, Beckman and Conover 1979).
    LatinHypercube,
}

/// A search that draws every generation anew, whatever was told.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    pub(super) sampling: Sampling,
    pub(super) population: u32,
    pub(super) space: Space<'static>,
    pub(super) seed: u64,
    pub(super) generation: u32,
}

impl Search for Sampler {
    fn generation(&self) -> u32 {
        self.generation
    }

    fn ask(&self) -> Vec<Offspring> {
        match self.sampling {
            Sampling::Random => (0..self.population).map(|position| self.random(position)).collect(),
            Sampling::LatinHypercube => latin::generation(&self.space, self.population, self.seed_of_generation()),
        }
    }

    fn tell(&mut self, evaluated: &[Evaluated]) -> Result<(), Misfit> {
        Misfit::check_positions(evaluated, self.population)?;
        self.generation += 1;
        Ok(())
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::Sampling { generation: self.generation }
    }
}

impl Sampler {
    fn random(&self, position: u32) -> Offspring {
        let address = Address::new(self.seed, "evolution/random/v1").at(self.generation).at(position);
        let genome = anywhere(&self.space, &mut address.stream());
        Offspring { genome, parents: vec![], operators: vec!["random"] }
    }

    /// The first generation is the one with which a genetic algorithm of the same seed begins.
    fn seed_of_generation(&self) -> u64 {
        match self.generation {
            0 => self.seed,
            later => Address::new(self.seed, "evolution/latin-generation/v1").at(later).stream().bits(),
        }
    }
}

/// A genome anywhere in the space, every gene evenly on its scale.
pub(super) fn anywhere(space: &Space, draws: &mut Draws) -> Genome {
    let genes: Vec<_> = space.parameters.iter().map(|parameter| Axis::from(parameter).at_share(draws.unit())).collect();
    space.genome(&genes)
}
