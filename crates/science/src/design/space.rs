//! Designs that fill a space evenly: Latin hypercubes and Sobol's sequence. Levels run from 0 to 1.

mod latin;
mod sobol;

pub use latin::{LatinHypercube, SearchEffort, latin_hypercube};
pub use sobol::{SOBOL_DIMENSIONS, sobol};
