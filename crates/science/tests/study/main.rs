//! Studies.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod detectable;
mod experiment;
mod robust;
mod slopes;
mod truths;
