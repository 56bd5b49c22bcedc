//! One round of the relay: publish a batch, and meanwhile mark the one before and take the next.

use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::PortResult;
use runtime::crash::{self, Point};
use tokio::join;
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
/// not overtake them while their experiments are held.
#[derive(Debug, Default)]
pub(super) struct Held {
    current: Batch,
    /// Taken ahead; not touched before all of `current` is published.
    next: Batch,
    /// Published, and not yet marked in the store.
    unmarked: Vec<i64>,
    /// How often everything was let go. Part of the name under which experiments are held: what was let go must not be
    /// overtaken by what is taken afterwards, so that waits until the old hold is over.
    times_let_go: u64,
}

/// Events that were taken together, oldest first.
#[derive(Debug, Default)]
struct Batch {
    ids: Vec<i64>,
    records: Vec<EventRecord>,
    /// When the hold on their experiments is nearly over and another relay may take them.
    until: Option<Instant>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn is_late(&self, now: Instant) -> bool {
        !self.is_empty() && self.until.is_some_and(|until| until <= now)
    }
}

impl OutboxRelay {
    /// One round: publishes the batch in hand, or a new one, and marks what the stream took. Cancel safe: what is not
    /// finished is done by the next round, of this relay or of another.
    ///
    /// # Errors
    /// If the store fails. A publisher that fails is counted in the [`Round`].
    pub async fn run_once(&mut self) -> PortResult<Round> {
        self.let_go_if_late();
        if self.held.current.is_empty() {
            self.mark().await?;
            self.held.current = self.take().await?;
        }
        let is_full = self.held.current.ids.len() >= self.settings.batch as usize;
        // Only one batch ahead, and none while the stream does not take the one in hand.
        let ahead = is_full && self.held.next.is_empty();
        let (results, marked, taken) = join!(self.publish(), self.mark_in_store(), async {
            if ahead { self.take().await } else { Ok(Batch::default()) }
        });
        if results.iter().any(Result::is_ok) {
            crash::reached(Point::EventsAcked);
        }
        if marked.is_ok() {
            self.held.unmarked.clear();
        }
        let taken = taken.map(|batch| {
            if ahead {
                self.held.next = batch;
            }
        });
        let mut round = self.settle(results);
        marked.and(taken)?;
        if self.held.current.is_empty() {
            self.held.current = std::mem::take(&mut self.held.next);
        }
        round.more = round.failed == 0 && !self.held.current.is_empty();
        if !round.more {
            self.mark().await?;
            self.counters.set_lag(self.store.outbox_lag().await?);
        }
        Ok(round)
    }

    async fn publish(&self) -> Vec<PortResult<()>> {
        match self.held.current.records.as_slice() {
            [] => Vec::new(),
            records => self.publisher.publish(records).await,
        }
    }

    async fn mark_in_store(&self) -> PortResult<()> {
        match self.held.unmarked.as_slice() {
            [] => Ok(()),
            ids => self.store.mark_published(ids).await,
        }
    }

    async fn mark(&mut self) -> PortResult<()> {
        self.mark_in_store().await?;
        self.held.unmarked.clear();
        Ok(())
    }

    async fn take(&self) -> PortResult<Batch> {
        let settings = &self.settings;
        // Counted from before the call, so that our idea of the hold ends before the store's.
        let until = Some(Instant::now() + settings.lease.mul_f64(0.8));
        let name = format!("{}#{}", settings.name, self.held.times_let_go);
        let entries = self.store.claim_outbox(&name, settings.batch, settings.lease).await?;
        let (ids, records) = entries.into_iter().map(|entry| (entry.id, entry.record)).unzip();
        Ok(Batch { ids, records, until })
    }

    /// Lets go of what another relay may be about to take.
    fn let_go_if_late(&mut self) {
        let now = Instant::now();
        if self.held.current.is_late(now) || self.held.next.is_late(now) {
            self.held.current = Batch::default();
            self.held.next = Batch::default();
            self.held.times_let_go += 1;
        }
    }

    /// Sorts the batch in hand by what became of its events.
    fn settle(&mut self, results: Vec<PortResult<()>>) -> Round {
        let mut round = Round::default();
        let mut first_error = None;
        let Batch { ids, records, until } = std::mem::take(&mut self.held.current);
        let mut kept = Batch { until, ..Batch::default() };
        let mut results = results.into_iter();
        for (id, record) in ids.into_iter().zip(records) {
            match results.next() {
                Some(Ok(())) => {
                    self.held.unmarked.push(id);
                    round.published += 1;
                    continue;
                }
                Some(Err(error)) if error.kind == ErrorKind::Invalid => {
                    // Left to its hold: it comes again later without holding up the others.
                    tracing::error!(event = %record.id, kind = %record.kind, %error, "event refused");
                    round.failed += 1;
                    continue;
                }
                Some(Err(error)) => drop(first_error.get_or_insert(error)),
                None => {}
            }
            kept.ids.push(id);
            kept.records.push(record);
            round.failed += 1;
        }
        self.held.current = kept;
        self.counters.count(round.published, round.failed);
        if let Some(error) = first_error {
            tracing::debug!(%error, failed = round.failed, "events stay in the outbox for now");
        }
        round
    }
}
