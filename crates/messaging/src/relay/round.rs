//! One round of the relay: claim, publish, mark.

use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::{OutboxEntry, PortResult};
use runtime::crash::{self, Point};
use tokio::time::Instant;

use super::OutboxRelay;

/// What one round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Events the stream has now.
    pub published: usize,
    /// Events it did not take.
    pub failed: usize,
    /// Whether there may be more to do at once.
    pub more: bool,
}

/// What the relay has in hand between two rounds. Failed events are kept and tried again first, so that later ones do
/// not overtake them while they are leased.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: Vec<OutboxEntry>,
    /// When the lease on `entries` is nearly over and another relay may take them.
    until: Option<Instant>,
    /// Published, and not yet marked in the store.
    unmarked: Vec<i64>,
}

impl OutboxRelay {
    /// One round: marks what is left to mark, takes a batch unless one is in hand, publishes it, and marks what the
    /// stream took. Cancel safe: what is not finished is done by the next round.
    ///
    /// # Errors
    /// If the store fails. A publisher that fails is counted in the [`Round`].
    pub async fn run_once(&mut self) -> PortResult<Round> {
        self.mark().await?;
        let full = self.claim().await?;
        let records: Vec<EventRecord> = self.held.entries.iter().map(|entry| entry.record.clone()).collect();
        let results = if records.is_empty() { Vec::new() } else { self.publisher.publish(&records).await };
        if results.iter().any(Result::is_ok) {
            crash::reached(Point::EventsAcked);
        }
        let mut round = self.settle(results);
        self.mark().await?;
        round.more = full && round.failed == 0;
        if !round.more {
            self.counters.set_lag(self.store.outbox_lag().await?);
        }
        Ok(round)
    }

    async fn mark(&mut self) -> PortResult<()> {
        if !self.held.unmarked.is_empty() {
            self.store.mark_published(&self.held.unmarked).await?;
            self.held.unmarked.clear();
        }
        Ok(())
    }

    /// Makes sure that the entries in hand are still leased, or takes new ones; true if there are likely more behind.
    async fn claim(&mut self) -> PortResult<bool> {
        let now = Instant::now();
        if self.held.until.is_some_and(|until| until <= now) {
            self.held.entries.clear();
        }
        if self.held.entries.is_empty() {
            let settings = &self.settings;
            // Counted from before the call, so that our idea of the lease ends before the store's.
            self.held.until = Some(now + settings.lease.mul_f64(0.8));
            self.held.entries = self.store.claim_outbox(&settings.name, settings.batch, settings.lease).await?;
            return Ok(self.held.entries.len() >= settings.batch as usize);
        }
        Ok(true)
    }

    /// Sorts the entries in hand by what became of them.
    fn settle(&mut self, results: Vec<PortResult<()>>) -> Round {
        let mut round = Round::default();
        let mut first_error = None;
        let mut results = results.into_iter();
        for entry in std::mem::take(&mut self.held.entries) {
            match results.next() {
                Some(Ok(())) => {
                    self.held.unmarked.push(entry.id);
                    round.published += 1;
                    continue;
                }
                Some(Err(error)) if error.kind == ErrorKind::Invalid => {
                    // Left to its lease: it comes again later without holding up the others.
                    tracing::error!(event = %entry.record.id, kind = %entry.record.kind, %error, "event refused");
                }
                Some(Err(error)) => {
                    first_error.get_or_insert(error);
                    self.held.entries.push(entry);
                }
                None => self.held.entries.push(entry),
            }
            round.failed += 1;
        }
        self.counters.count(round.published, round.failed);
        if let Some(error) = first_error {
            tracing::warn!(%error, failed = round.failed, "events stay in the outbox for now");
        }
        round
    }
}
