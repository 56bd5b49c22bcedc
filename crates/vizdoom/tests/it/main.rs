//! The driver against the real engine, and against the Python API.

// Tests unwrap and print freely.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod parity;
mod smoke;
mod support;
mod trace;
