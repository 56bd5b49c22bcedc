//! The election of the process that plans, and the fence that keeps earlier leaders from planning.

use std::time::Duration;

use domain::ErrorKind;
use domain::ids::Epoch;
use domain::ports::{Candidate, Election, Leader, PortResult, Term};
use uuid::Uuid;

use super::book::{Book, refused};
use super::jobs::lease_end;

/// Who leads, and who has led.
#[derive(Default)]
pub(super) struct Leading {
    owner: Option<Uuid>,
    lease_until_ms: i64,
    /// The first has the epoch 1.
    terms: Vec<Term>,
}

impl Book {
    pub(super) fn stand(&mut self, candidate: &Candidate, lease: Duration, now: i64) -> Election {
        let until = lease_end(now, lease);
        if self.leading.owner == Some(candidate.owner) {
            self.leading.lease_until_ms = until;
            return Election::Elected(Epoch(self.leading.terms.len() as i64));
        }
        if let Some(leader) = self.leader(now).filter(|leader| !leader.lease_left.is_zero()) {
            return Election::Led(leader);
        }
        self.end_term(now);
        let epoch = Epoch(self.leading.terms.len() as i64 + 1);
        let leader = candidate.name.clone();
        self.leading.terms.push(Term { epoch, leader, began_at_ms: now, ended_at_ms: None, fenced_writes: 0 });
        self.leading.owner = Some(candidate.owner);
        self.leading.lease_until_ms = until;
        Election::Elected(epoch)
    }

    pub(super) fn resign(&mut self, candidate: &Candidate, now: i64) {
        if self.leading.owner == Some(candidate.owner) {
            self.end_term(now);
            self.leading.owner = None;
            self.leading.lease_until_ms = 0;
        }
    }

    pub(super) fn leader(&self, now: i64) -> Option<Leader> {
        let left = u64::try_from(self.leading.lease_until_ms.saturating_sub(now)).unwrap_or_default();
        self.leading.terms.last().map(|term| Leader {
            name: term.leader.clone(),
            epoch: term.epoch,
            since_ms: term.began_at_ms,
            lease_left: Duration::from_millis(left),
        })
    }

    pub(super) fn terms(&self, limit: u32) -> Vec<Term> {
        self.leading.terms.iter().rev().take(limit as usize).cloned().collect()
    }

    /// Refuses, and counts, what is planned in a term that is over or has never been.
    pub(super) fn require_term(&mut self, epoch: Epoch) -> PortResult<()> {
        let term = self.leading.terms.iter_mut().find(|term| term.epoch == epoch);
        if !self.rules.epochs || term.as_ref().is_some_and(|term| term.ended_at_ms.is_none()) {
            return Ok(());
        }
        if let Some(term) = term {
            term.fenced_writes += 1;
        }
        Err(refused(ErrorKind::Fenced, format!("term {epoch} is over: another process leads")))
    }

    fn end_term(&mut self, now: i64) {
        if let Some(term) = self.leading.terms.last_mut() {
            term.ended_at_ms.get_or_insert(now);
        }
    }
}
