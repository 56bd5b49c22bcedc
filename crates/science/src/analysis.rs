//! What samples say: comparisons, effect sizes, rank and resampling methods, and checks of what these assume.
//!
//! A result is finite or absent, and what cannot be computed is an [`AnalysisError`] whose message says why. Samples are
//! taken in the order they are given; random methods draw by address, so their results depend on the seed alone.

mod error;
pub mod multiple;

pub use error::AnalysisError;
