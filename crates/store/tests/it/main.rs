//! The store on both databases: the contract, and what is particular to each of them.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

mod absent;
mod action_logs;
mod blobs;
mod bound;
mod opening;
mod postgres;
mod query;
mod research;
mod schema;
mod sqlite;
mod terms;
mod tls;
mod twin;
