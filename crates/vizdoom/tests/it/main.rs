//! The driver against the real engine, and against the Python API.

// The tests send signals to their own engines and pin themselves.
#![allow(unsafe_code)]
// Tests unwrap and print freely.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod allocation;
mod episodes;
mod errors;
mod failures;
mod installation;
mod isolation;
mod orphans;
mod parity;
mod scenarios;
mod support;
mod throughput;
mod trace;
mod walls;
