//! Reading experiment files: TOML in, a specification out, or every fault with its line and column.

mod document;
mod faults;
mod json;
mod overrides;
mod spans;

pub use document::{Document, MAX_BYTES, check, parse};
pub use faults::{Fault, Faults};
