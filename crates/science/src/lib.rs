//! Designs of experiments, statistics and evolution, as pure functions.
//!
//! Nothing here does I/O or reads a clock, and every sum has a fixed order, so equal inputs give equal bits.

pub mod analysis;
pub mod design;
pub mod distribution;
pub mod evolution;
pub mod lenth;
pub mod linear;
pub mod plot;
pub mod power;
pub mod stats;
pub mod study;
