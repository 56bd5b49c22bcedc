//! How populations improve.
//!
//! [`search()`](search::search) is where to start: it makes a search by any [`search::Algorithm`] over a [`Space`]. Scores are
//! noisy: [`race`] stops what is clearly worse early, [`evidence`] compares members that played different seeds, and
//! [`patience`] tells progress from luck.

pub mod cma;
pub mod evidence;
pub mod genetic;
pub mod patience;
pub mod race;
pub mod sampling;
pub mod search;

mod latin;
mod member;
mod space;

pub use member::{Evaluated, Offspring, rank};
pub use space::Space;
