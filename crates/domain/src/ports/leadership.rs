//! Who plans: one process at a time, in numbered terms.
//!
//! A lease makes sure that somebody leads; the epoch makes sure that nobody else does. Whoever plans shows the epoch of
//! its term, and the store refuses it in the planning transaction itself once that term is over.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::PortResult;
use crate::ids::Epoch;

/// A process that is ready to lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Made up anew at every start, so that nobody takes the lease of its own predecessor for its own.
    pub owner: Uuid,
    /// What people call it, such as host and process id.
    pub name: String,
}

impl Candidate {
    /// A candidate that has never led.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { owner: Uuid::new_v4(), name: name.into() }
    }
}

/// What standing for election came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Election {
    /// The candidate leads, in the term of this epoch, until the lease runs out.
    Elected(Epoch),
    /// Another process leads.
    Led(Leader),
}

/// Who leads, or led last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leader {
    /// Its name.
    pub name: String,
    /// The epoch of its term.
    pub epoch: Epoch,
    /// Milliseconds since 1970 when the term began, by the store's clock.
    pub since_ms: i64,
    /// What is left of its lease; zero if it has run out or was given up, so that nobody leads.
    pub lease_left: Duration,
}

/// One term, over or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its number, from 1. Every later term has a higher one.
    pub epoch: Epoch,
    /// Name of who led.
    pub leader: String,
    /// Milliseconds since 1970 when it began, by the store's clock.
    pub began_at_ms: i64,
    /// Milliseconds since 1970 when another took over or the leader resigned; absent until then, even if the lease has
    /// run out.
    pub ended_at_ms: Option<i64>,
    /// Planning writes of this term that came after its end and were refused. One may be counted twice if the answer of
    /// the store was lost.
    pub fenced_writes: u64,
}

/// The election of the one process that plans. Time is the store's alone; a candidate counts its own lease from before
/// the call that granted it, so that it stops before the store thinks so.
#[async_trait]
pub trait Leadership: Send + Sync {
    /// Stands for election. Who leads already has its lease prolonged, in the same term, even if it has run out meanwhile
    /// and nobody has taken over. Otherwise a new term begins if the lease of the last leader has run out.
    async fn stand(&self, candidate: &Candidate, lease: Duration) -> PortResult<Election>;

    /// Ends the candidate's term, if it leads, so that another can take over at once. Doing it again changes nothing.
    async fn resign(&self, candidate: &Candidate) -> PortResult<()>;

    /// Who leads, or led last; absent before the first election.
    async fn leader(&self) -> PortResult<Option<Leader>>;

    /// The latest terms, newest first.
    async fn terms(&self, limit: u32) -> PortResult<Vec<Term>>;
}
