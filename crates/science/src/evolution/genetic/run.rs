//! The genetic algorithm as a search.

use serde::{Deserialize, Serialize};

use super::breeding::{Nursery, Parent};
use super::{Evaluated, GeneticSpec, Offspring, Space, latin, rank};
use crate::evolution::search::{Checkpoint, Misfit, Search};

/// A run of the genetic algorithm.
#[derive(Debug, Clone)]
pub struct Genetic {
    spec: GeneticSpec,
    space: Space<'static>,
    seed: u64,
    state: GeneticState,
}

/// What a run has come to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GeneticState {
    /// Generations told.
    generation: u32,
    /// The members of the last one, from best to worst.
    ranked: Vec<Parent>,
}

impl GeneticState {
    /// A run that was told so many generations, of which `last` is the last one, however they came to be.
    pub(in crate::evolution) fn adopted(generation: u32, last: &[Evaluated], spec: &GeneticSpec) -> Self {
        let step = spec.mutation.first_step();
        let parent = |member: &Evaluated| Parent { position: member.position, genome: member.genome.clone(), step };
        Self { generation, ranked: rank(last).into_iter().map(parent).collect() }
    }
}

impl Genetic {
    pub(in crate::evolution) fn new(spec: GeneticSpec, space: Space<'static>, seed: u64) -> Self {
        Self::restored(spec, space, seed, GeneticState::default())
    }

    pub(in crate::evolution) fn restored(
        spec: GeneticSpec,
        space: Space<'static>,
        seed: u64,
        state: GeneticState,
    ) -> Self {
        Self { spec, space, seed, state }
    }

    fn own(&self) -> Offspring {
        let genome = self.space.genome(&self.space.genes(self.space.base()));
        Offspring { genome, parents: vec![], operators: vec!["own"] }
    }

    /// The members of the next generation with the steps that they carry.
    fn members(&self) -> Vec<(Offspring, f64)> {
        let GeneticState { generation, ranked } = &self.state;
        if *generation == 0 {
            let mut first = latin::generation(&self.space, self.spec.population, self.seed);
            first.iter_mut().take(usize::from(self.spec.own_genome)).for_each(|member| *member = self.own());
            return first.into_iter().map(|member| (member, self.spec.mutation.first_step())).collect();
        }
        let nursery =
            Nursery { space: &self.space, ranked, spec: &self.spec, seed: self.seed, generation: *generation };
        nursery.children()
    }
}

impl Search for Genetic {
    fn generation(&self) -> u32 {
        self.state.generation
    }

    fn ask(&self) -> Vec<Offspring> {
        self.members().into_iter().map(|(member, _)| member).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) -> Result<(), Misfit> {
        Misfit::check_positions(evaluated, self.spec.population)?;
        let steps: Vec<_> = self.members().into_iter().map(|(_, step)| step).collect();
        // The genomes are those that were played, which need not be those that were asked for.
        let parent = |member: &Evaluated| Parent {
            position: member.position,
            genome: member.genome.clone(),
            step: steps[member.position as usize],
        };
        self.state.ranked = rank(evaluated).into_iter().map(parent).collect();
        self.state.generation += 1;
        Ok(())
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::Genetic(self.state.clone())
    }
}
