//! For tests only: builders of the domain's values, contract suites for its ports, and what they need of the outside.

pub mod builder;
pub mod contract;
pub mod outbox;
pub mod postgres;
pub mod trace;
