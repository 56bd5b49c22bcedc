//! Linear models against R, against exact arithmetic and against the certified values of NIST.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod close;
mod exact;
mod nist;
mod r;
mod refusals;
mod sizes;
mod slopes;
