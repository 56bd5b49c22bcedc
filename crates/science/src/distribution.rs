//! Probability distributions, accurate to about 1e-12 relative in both tails.
//!
//! `cdf` is the probability of a value up to `x`, `sf` that of a larger one, and neither is computed as one minus the
//! other where that would lose digits. `quantile(p)` inverts `cdf`, `upper_quantile(p)` inverts `sf`, which keeps its digits
//! for tiny `p`. Degrees of freedom may be fractional and infinite. A parameter out of its range gives NaN, as each function
//! says; everything else is a number.

pub mod chi_squared;
pub mod dunnett;
pub mod f;
pub mod noncentral_chi_squared;
pub mod noncentral_f;
pub mod noncentral_t;
pub mod normal;
mod special;
pub mod student_t;
pub mod studentized_range;

pub(crate) use special::invert::{Slope, invert_positive};
