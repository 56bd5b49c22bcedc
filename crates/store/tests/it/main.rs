//! The store on both databases: the contract, and what is particular to each of them.

mod opening;
mod postgres;
mod schema;
mod sqlite;
