//! The ledger of experiments in SQL: one implementation of [`domain::ports::ExperimentStore`] and
//! [`domain::ports::ControlStore`] over PostgreSQL (daemons) and SQLite (embedded default). It keeps the contents of
//! users' files too ([`domain::ports::BlobStore`]).
//!
//! Both run the same code and pass the same contract suite. What differs is how they are opened ([`connect`]), how
//! rows are locked (SQLite has one writer, so it needs no row locks) and how logs are copied in bulk.
//!
//! Rows are locked in one order everywhere: lease, term, job, member, generation, experiment. An experiment's event
//! numbers are handed out under the lock of its row, which is held until the commit, so they have no gaps and no reader
//! ever sees a later number before an earlier one. Claims share that lock, so that none is granted after a pause or a
//! stop has been committed.

mod action_logs;
mod answers;
mod attempts;
mod audit;
mod blobs;
mod checkpoints;
mod clock;
mod config;
mod control;
mod convert;
mod decisions;
mod dispatch;
mod divergences;
mod entity;
mod episodes;
mod error;
mod event_ledger;
mod events;
mod experiments;
mod extensions;
mod fences;
mod findings;
mod finish;
mod gate;
mod generations;
mod held;
mod job_ledger;
mod jobs;
mod journal;
mod keeper;
mod leadership;
mod look;
mod metrics;
mod open;
mod outbox;
mod paging;
mod parked;
mod plan;
mod port;
mod progress;
mod projection;
mod projection_rows;
mod query;
mod races;
mod research;
mod schema;
mod scores;
mod session;
mod tick_logs;
mod tokens;

pub use config::StoreConfig;
pub use keeper::Keeper;
pub use open::{DatabaseFacts, connect, inspect, migrate, open_lazily};
pub use query::{Answer, QueryError, Question, TABLES, Table, ask};
pub use session::SqlStore;
