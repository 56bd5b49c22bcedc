//! How populations improve.

pub mod genetic;
