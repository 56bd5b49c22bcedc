//! For tests only: builders of the domain's values, contract suites for its ports, the ledger in memory, and what tests
//! need of the outside.

pub mod blobs;
pub mod builder;
pub mod certificates;
pub mod contract;
pub mod ledger;
pub mod otlp;
pub mod outbox;
pub mod postgres;
pub mod projection;
pub mod services;
pub mod trace;
