//! What a genetic algorithm can be told.

use domain::Violation;
use domain::experiment::{CrossoverKind, EvolutionSpec, MutationKind, SelectionKind};

/// How a genetic algorithm makes a generation from the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneticSpec {
    /// Members of a generation, at least 2.
    pub population: u32,
    /// Best members that pass unchanged, fewer than the population.
    pub elites: u32,
    /// How many of the best can become parents, at least 1; all, unless given. With as many elites, a generation survives
    /// until it is outdone by its children, (mu + lambda); without elites it never does, (mu, lambda) (Schwefel 1981; Beyer
    /// and Schwefel 2002).
    pub parents: Option<u32>,
    /// How parents are selected.
    pub selection: Selection,
    /// How two parents become a child.
    pub crossover: Crossover,
    /// Probability that a child has two parents.
    pub crossover_rate: f64,
    /// Whether two parents have two children, of which one gets what the other does not, so that nothing of them is lost by
    /// crossover (Syswerda 1989; Deb and Agrawal 1995). Otherwise every child has parents of its own.
    pub siblings: bool,
    /// How a gene changes.
    pub mutation: Mutation,
    /// Probability that a gene of a child changes.
    pub mutation_rate: f64,
    /// Members drawn anew in every generation, besides elites and children (random immigrants, Grefenstette 1992).
    pub immigrants: u32,
    /// Whether the genome over which all others are laid is one of the first generation.
    pub own_genome: bool,
}

/// How parents are selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Selection {
    /// The best of `size` members drawn with replacement, at least 1 (Goldberg and Deb 1991).
    Tournament {
        /// Members that compete.
        size: u32,
    },
    /// Also the best of `size` members, who line up in a random order, so that everyone competes as often as all others and
    /// nobody is missed by chance (Sokolov and Whitley 2005).
    UnbiasedTournament {
        /// Members that compete.
        size: u32,
    },
    /// With a probability that falls linearly with the rank, from `pressure` times the average for the best to
    /// 2 - `pressure` times for the worst (Baker 1985).
    Rank {
        /// 1, no selection, to 2.
        pressure: f64,
    },
}

/// How two parents become a child. Flags and choices always come whole from either.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crossover {
    /// Uniform for one half of the children, blending for the other, which widens the search around good parents while
    /// whole genes keep what works together.
    UniformOrBlend {
        /// How far a blend reaches beyond the parents, as a share of their distance.
        alpha: f64,
    },
    /// Every gene whole from either parent (Syswerda 1989).
    Uniform,
    /// Every number anywhere between the parents and a share `alpha` of their distance beyond: BLX-alpha (Eshelman and
    /// Schaffer 1993).
    Blend {
        /// How far beyond, at least 0. At 0.5 blending neither narrows nor widens a population on average.
        alpha: f64,
    },
    /// One half of the numbers as near to a parent as cutting the parents' bits apart would lead: simulated binary
    /// crossover (Deb and Agrawal 1995), bounded.
    SimulatedBinary {
        /// Distribution index, at least 0: the larger, the nearer to the parents. 15 is usual.
        eta: f64,
    },
}

/// How a gene changes. A flag is flipped, and a choice becomes any of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mutation {
    /// By a normal draw; what leaves the range is reflected at its end.
    Gaussian {
        /// Standard deviation, as a share of the range.
        scale: f64,
    },
    /// By a draw with a polynomial density that never leaves the range (Deb and Goyal 1996).
    Polynomial {
        /// Distribution index, at least 0: the larger, the smaller the changes. 20 is usual.
        eta: f64,
    },
    /// By a normal draw with a standard deviation that each member carries and hands down with a log-normal change of its
    /// own, so that good steps spread with what they led to (Schwefel 1981; Baeck and Schwefel 1993).
    SelfAdaptive {
        /// Standard deviation of the first generation, as a share of the range.
        scale: f64,
    },
}

/// What an experiment leaves open: linear ranking as Baker (1985) proposes it, BLX-0.5, and the indices that are usual.
const PRESSURE: f64 = 1.5;
const ALPHA: f64 = 0.5;
const CROSSOVER_ETA: f64 = 15.0;
const MUTATION_ETA: f64 = 20.0;

impl From<&EvolutionSpec> for GeneticSpec {
    fn from(spec: &EvolutionSpec) -> Self {
        let selection = match spec.selection {
            SelectionKind::Tournament => Selection::Tournament { size: spec.tournament },
            SelectionKind::UnbiasedTournament => Selection::UnbiasedTournament { size: spec.tournament },
            SelectionKind::Rank => Selection::Rank { pressure: spec.pressure.unwrap_or(PRESSURE) },
        };
        let alpha = spec.crossover_alpha.unwrap_or(ALPHA);
        let crossover = match spec.crossover {
            CrossoverKind::UniformOrBlend => Crossover::UniformOrBlend { alpha },
            CrossoverKind::Uniform => Crossover::Uniform,
            CrossoverKind::Blend => Crossover::Blend { alpha },
            CrossoverKind::SimulatedBinary => {
                Crossover::SimulatedBinary { eta: spec.crossover_eta.unwrap_or(CROSSOVER_ETA) }
            }
        };
        let mutation = match spec.mutation {
            MutationKind::Gaussian => Mutation::Gaussian { scale: spec.mutation_scale },
            MutationKind::Polynomial => Mutation::Polynomial { eta: spec.mutation_eta.unwrap_or(MUTATION_ETA) },
            MutationKind::SelfAdaptive => Mutation::SelfAdaptive { scale: spec.mutation_scale },
        };
        Self {
            population: spec.population,
            elites: spec.elites,
            parents: spec.parents,
            selection,
            crossover,
            crossover_rate: spec.crossover_rate,
            siblings: spec.siblings,
            mutation,
            mutation_rate: spec.mutation_rate,
            immigrants: spec.immigrants,
            own_genome: spec.own_genome,
        }
    }
}

impl Default for GeneticSpec {
    fn default() -> Self {
        Self::from(&EvolutionSpec::default())
    }
}

impl Mutation {
    /// The step of a member that inherits none.
    pub(super) fn first_step(self) -> f64 {
        match self {
            Self::Gaussian { scale } | Self::SelfAdaptive { scale } => scale,
            Self::Polynomial { .. } => 0.0,
        }
    }
}

impl GeneticSpec {
    /// What is wrong with it; paths start with `evolution`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let is_share = |rate: f64| (0.0..=1.0).contains(&rate);
        let places = u64::from(self.elites) + u64::from(self.immigrants);
        let faults = [
            fault(self.population >= 2, "population", "has to be at least 2"),
            fault(self.elites < self.population, "elites", "have to be fewer than the population"),
            fault(self.parents != Some(0), "parents", "have to be at least 1"),
            fault(places <= u64::from(self.population), "immigrants", "do not find room beside the elites"),
            fault(is_share(self.crossover_rate), "crossover_rate", "has to be from 0 to 1"),
            fault(is_share(self.mutation_rate), "mutation_rate", "has to be from 0 to 1"),
            self.selection.fault(),
            self.crossover.fault(),
            self.mutation.fault(),
        ];
        faults.into_iter().flatten().collect()
    }
}

fn fault(holds: bool, field: &str, message: &str) -> Option<Violation> {
    (!holds).then(|| Violation::new(format!("evolution.{field}"), message))
}

impl Selection {
    fn fault(self) -> Option<Violation> {
        match self {
            Self::Tournament { size } | Self::UnbiasedTournament { size } => {
                fault(size >= 1, "selection.size", "has to be at least 1")
            }
            Self::Rank { pressure } => {
                fault((1.0..=2.0).contains(&pressure), "selection.pressure", "has to be from 1 to 2")
            }
        }
    }
}

impl Crossover {
    fn fault(self) -> Option<Violation> {
        match self {
            Self::Uniform => None,
            Self::UniformOrBlend { alpha } | Self::Blend { alpha } => {
                fault((0.0..=10.0).contains(&alpha), "crossover.alpha", "has to be from 0 to 10")
            }
            Self::SimulatedBinary { eta } => {
                fault((0.0..=1000.0).contains(&eta), "crossover.eta", "has to be from 0 to 1000")
            }
        }
    }
}

impl Mutation {
    fn fault(self) -> Option<Violation> {
        match self {
            Self::Gaussian { scale } | Self::SelfAdaptive { scale } => {
                fault(scale > 0.0 && scale <= 1.0, "mutation.scale", "has to be above 0 and at most 1")
            }
            Self::Polynomial { eta } => {
                fault((0.0..=1000.0).contains(&eta), "mutation.eta", "has to be from 0 to 1000")
            }
        }
    }
}
