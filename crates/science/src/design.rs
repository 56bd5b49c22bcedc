//! Designs of experiments: which combinations of levels are played, in which order, and what they can tell.
//!
//! A design is a list of conditions, and a condition is one level number per factor, in the order of the factors.
//! Levels count from 0, in the order in which the experiment lists them. Designs for response surfaces and designs
//! that fill a space have coded levels instead: real numbers, in which -1 and 1, or 0 and 1, are the ends of a factor's
//! range. Whatever a construction promises, [`audit`] counts after it.

pub mod audit;
mod error;
mod factorial;
mod fraction;
mod layout;
mod screening;
mod space;
mod surface;

pub use error::DesignError;
pub use factorial::{full_factorial, one_factor_at_a_time};
pub use fraction::{AliasSet, Fraction, MAX_FACTORS, MAX_RUNS, Smallest, Word};
pub use layout::{Layout, Run};
pub use screening::plackett_burman;
pub use space::{LatinHypercube, SOBOL_DIMENSIONS, SearchEffort, latin_hypercube, sobol};
pub use surface::{Alpha, Composite, CompositeKind, Surface, box_behnken, central_composite};
