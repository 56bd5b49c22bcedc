//! Tests by permutation and intervals by the bootstrap.
//!
//! Replicate number i draws from its own address below the seed, so results do not depend on the order, on the machine or on
//! how many threads share the work.

mod blocked;
mod bootstrap;
mod interval;
mod lexicographic;
mod orders;
mod permutation;
mod plan;
mod sign_flip;
mod two_sample;

pub use blocked::{Blocked, blocked};
pub use bootstrap::{Resampling, bootstrap, jackknife};
pub use interval::Replicates;
pub use permutation::Permutation;
pub use plan::Plan;
pub use sign_flip::sign_flip;
pub use two_sample::two_sample;

pub(super) use bootstrap::replicate;
pub(super) use orders::orders;
