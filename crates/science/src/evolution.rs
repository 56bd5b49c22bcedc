//! How populations improve.
//!
//! [`search()`](search::search) is where to start: it makes a search by any [`search::Algorithm`] over a [`Space`].

pub mod cma;
pub mod genetic;
pub mod sampling;
pub mod search;

mod latin;
mod member;
mod space;

pub use member::{Evaluated, Offspring, rank};
pub use space::Space;
