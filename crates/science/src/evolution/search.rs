//! What all search algorithms have in common: generations are asked for, played by whoever asked, and told.
//!
//! A search is a pure function of its algorithm, its space, its seed and what it was told: whoever tells the same again,
//! from the beginning or from a [`Checkpoint`], is asked for the same generations, bit for bit. It maximises; ties go to
//! the lower position, and NaN is below every number.

mod past;

use domain::Violation;
use domain::experiment::{EvolutionSpec, SearchMethod};
use serde::{Deserialize, Serialize};

use super::cma::{Cma, CmaSpec, CmaState, Covariance};
use super::genetic::{Genetic, GeneticSpec, GeneticState};
use super::member::{Evaluated, Offspring};
use super::sampling::{Sampler, Sampling};
use super::space::Space;

pub use past::{Past, resumed};

/// A search for good genomes.
pub trait Search: std::fmt::Debug + Send + Sync {
    /// The number of the generation that is asked for: how many were told.
    fn generation(&self) -> u32;

    /// The members of the next generation, the same until it is told.
    fn ask(&self) -> Vec<Offspring>;

    /// Takes in what the members of the generation that was asked for achieved, in any order; members left out are worse
    /// than all others.
    ///
    /// # Errors
    /// If they are not of that generation; nothing is taken in then.
    fn tell(&mut self, evaluated: &[Evaluated]) -> Result<(), Misfit>;

    /// All it has learned.
    fn checkpoint(&self) -> Checkpoint;
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Algorithm {
    /// A genetic algorithm.
    Genetic(GeneticSpec),
    /// Evolution by adaptation of a normal distribution.
    Cma(CmaSpec),
    /// A control that does not learn.
    Sampling {
        /// How members are drawn.
        sampling: Sampling,
        /// Members of a generation, at least 1.
        population: u32,
    },
}

/// What a search has learned, to be stored as JSON and continued by [`restore`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "snake_case")]
pub enum Checkpoint {
    /// Of a genetic algorithm.
    Genetic(GeneticState),
    /// Of an evolution by covariance matrix adaptation.
    Cma(Box<CmaState>),
    /// Of a control.
    Sampling {
        /// Generations told.
        generation: u32,
    },
}

/// Why a generation cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// There is no such place in the generation.
    #[error("there is no member {position}: the generation has {population}")]
    Unknown {
        /// Where it says to be.
        position: u32,
        /// Members there are.
        population: u32,
    },
    /// A place is told twice.
    #[error("member {0} is told twice")]
    Twice(u32),
    /// Another genome was asked for: algorithm, space or seed have changed.
    #[error("the genome of member {0} is not the one that was asked for: the search was told another way before")]
    Genome(u32),
    /// Nothing was told.
    #[error("a generation without members teaches nothing")]
    Empty,
}

impl Misfit {
    /// Whether the members can be those of a generation of this size.
    pub(super) fn check_positions(evaluated: &[Evaluated], population: u32) -> Result<(), Self> {
        let mut told = vec![false; population as usize];
        for &Evaluated { position, .. } in evaluated {
            match told.get_mut(position as usize) {
                None => return Err(Self::Unknown { position, population }),
                Some(true) => return Err(Self::Twice(position)),
                Some(place) => *place = true,
            }
        }
        if evaluated.is_empty() { Err(Self::Empty) } else { Ok(()) }
    }
}

/// A search from its beginning.
///
/// # Errors
/// What is wrong with the algorithm; paths start with `evolution`.
pub fn search(algorithm: &Algorithm, space: &Space<'static>, seed: u64) -> Result<Box<dyn Search>, Vec<Violation>> {
    let found = algorithm.violations();
    if !found.is_empty() {
        return Err(found);
    }
    let space = space.clone();
    Ok(match *algorithm {
        Algorithm::Genetic(spec) => Box::new(Genetic::new(spec, space, seed)),
        Algorithm::Cma(spec) => Box::new(Cma::new(spec, space, seed)),
        Algorithm::Sampling { sampling, population } => {
            Box::new(Sampler { sampling, population, space, seed, generation: 0 })
        }
    })
}

/// A search from where a checkpoint was taken.
///
/// # Errors
/// What is wrong with the algorithm, or that the checkpoint is none of it in this space.
pub fn restore(
    algorithm: &Algorithm,
    space: &Space<'static>,
    seed: u64,
    checkpoint: Checkpoint,
) -> Result<Box<dyn Search>, Vec<Violation>> {
    let found = algorithm.violations();
    if !found.is_empty() {
        return Err(found);
    }
    let space = space.clone();
    match (*algorithm, checkpoint) {
        (Algorithm::Genetic(spec), Checkpoint::Genetic(state)) => {
            Ok(Box::new(Genetic::restored(spec, space, seed, state)))
        }
        (Algorithm::Cma(spec), Checkpoint::Cma(state)) if state.fits(&spec, &space) => {
            Ok(Box::new(Cma::restored(spec, space, seed, *state)))
        }
        (Algorithm::Sampling { sampling, population }, Checkpoint::Sampling { generation }) => {
            Ok(Box::new(Sampler { sampling, population, space, seed, generation }))
        }
        _ => {
            let violation = Violation::new("evolution", "the checkpoint is of another algorithm or another space")
                .with_help("continue with the algorithm, its settings and the genes with which it was stored");
            Err(vec![violation])
        }
    }
}

impl From<&EvolutionSpec> for Algorithm {
    /// The algorithm of an experiment. How many episodes that plays is known before it begins, so restarts keep the
    /// population.
    fn from(spec: &EvolutionSpec) -> Self {
        let cma = |covariance| {
            let default = CmaSpec::default();
            Self::Cma(CmaSpec {
                population: Some(spec.population),
                step: spec.step.unwrap_or(default.step),
                covariance,
                growth: 1.0,
                ..default
            })
        };
        let sampling = |sampling| Self::Sampling { sampling, population: spec.population };
        match spec.algorithm {
            SearchMethod::Genetic => Self::Genetic(spec.into()),
            SearchMethod::CmaEs => cma(Covariance::Full),
            SearchMethod::SeparableCmaEs => cma(Covariance::Separable),
            SearchMethod::Random => sampling(Sampling::Random),
            SearchMethod::LatinHypercube => sampling(Sampling::LatinHypercube),
        }
    }
}

impl Algorithm {
    /// What is wrong with it; paths start with `evolution`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Genetic(spec) => spec.violations(),
            Self::Cma(spec) => spec.violations(),
            Self::Sampling { population: 0, .. } => {
                vec![Violation::new("evolution.population", "has to be at least 1")]
            }
            Self::Sampling { .. } => vec![],
        }
    }
}

#[cfg(test)]
mod tests;
