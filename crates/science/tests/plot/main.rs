//! Every chart as a document: well formed, inside its frame, equal on every run, honest about bad data.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod charts;
mod document;
mod gallery;
#[path = "../../examples/gallery/numbers.rs"]
mod numbers;
mod refusals;
mod structure;
