//! Evolution of a normal distribution: CMA-ES (Hansen and Ostermeier 2001; Hansen, The CMA Evolution Strategy: A
//! Tutorial, arXiv 1604.00772, whose equations and defaults these are), with restarts.
//!
//! The search goes on in the unit cube of the space. Samples may lie beyond its sides, where the cube goes on as its mirror
//! image: the distribution stays normal, every sample is a genome, and an optimum at a side has values on both sides of it.
//! A coordinate of whole numbers or choices keeps a deviation at which other values are still met, so that the search does
//! not end between two values.
//!
//! When a distribution has nothing more to find, the search starts again anywhere in the space with a larger population:
//! small populations climb the nearest hill, larger ones see over more of them. Between these runs there can be others with
//! small populations.

mod eigen;
mod history;
mod rates;
mod restart;
mod run;
mod shape;
mod state;
mod stop;

use domain::Violation;

pub use run::Cma;
pub use state::CmaState;

/// How a distribution adapts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CmaSpec {
    /// Members of a generation, at least 4; 4 + 3 ln(dimension) unless given.
    pub population: Option<u32>,
    /// First standard deviation as a share of the ranges, above 0 and at most 1. The first mean is the agent's own genome,
    /// that of a restart is anywhere.
    pub step: f64,
    /// What of the covariances adapts.
    pub covariance: Covariance,
    /// Whether the worst members count against the directions in which they lie (Jastrebski and Arnold 2006).
    pub active: bool,
    /// How it starts again.
    pub restarts: Restarts,
    /// By what the population grows with every restart, or with every large one, at least 1.
    pub growth: f64,
    /// The population that restarts do not exceed.
    pub most_population: u32,
}

/// What of the covariances adapts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covariance {
    /// All: the distribution turns with the problem. Memory and time grow with the square of the dimension.
    Full,
    /// The variances of single coordinates, faster: sep-CMA-ES (Ros and Hansen 2008), for thousands of parameters.
    Separable,
}

/// How a search starts again that has nothing more to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restarts {
    /// With a larger population every time: IPOP (Auger and Hansen 2005).
    Growing,
    /// Large and small runs, interlaced so that both spend about as much: BIPOP (Hansen 2009, Benchmarking a BI-population
    /// CMA-ES on the BBOB-2009 function testbed). Large runs are those of IPOP; small ones have a population between the
    /// first and that of the last large run, a first step down to a hundredth, and at most half of the evaluations of all
    /// large runs. For landscapes in which a good place is not where its surroundings point.
    Interlaced,
}

impl Default for CmaSpec {
    fn default() -> Self {
        Self {
            population: None,
            step: 0.3,
            covariance: Covariance::Full,
            active: true,
            restarts: Restarts::Growing,
            growth: 2.0,
            most_population: 1000,
        }
    }
}

impl CmaSpec {
    /// What is wrong with it; paths start with `evolution`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut require = |holds: bool, field: &str, message: &str| {
            if !holds {
                found.push(Violation::new(format!("evolution.{field}"), message));
            }
        };
        require(self.population.is_none_or(|population| population >= 4), "population", "has to be at least 4");
        require(self.step > 0.0 && self.step <= 1.0, "step", "has to be above 0 and at most 1");
        require((1.0..=100.0).contains(&self.growth), "growth", "has to be from 1 to 100");
        found
    }

    /// Members of a generation of the first run.
    fn first_population(&self, dimension: usize) -> u32 {
        self.population.unwrap_or_else(|| 4 + libm::floor(3.0 * libm::log(dimension as f64)) as u32)
    }

    /// The population that comes after this one.
    fn grown(&self, population: u32) -> u32 {
        let grown = libm::ceil(f64::from(population) * self.growth).min(f64::from(self.most_population));
        population.max(grown as u32)
    }
}
