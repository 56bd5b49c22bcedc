//! Events, and the outbox as relays see it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ErrorKind;
use domain::event::{EncodedEvent, Event, EventRecord};
use domain::ids::{EventId, ExperimentId};
use domain::ports::{OutboxEntry, PortResult, StoredEvent};

use super::book::{Book, refused};
use super::jobs::lease_end;

/// Most events that are taken at once.
const MOST: u32 = 10_000;

/// Every event that was stored.
#[derive(Default)]
pub(super) struct Outbox {
    /// The first has the id 1.
    rows: Vec<Row>,
    ids: BTreeSet<EventId>,
    unpublished: BTreeSet<i64>,
}

struct Row {
    record: EventRecord,
    claimed_until_ms: Option<i64>,
}

impl Outbox {
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, &EventRecord)> {
        (1..).zip(&self.rows).map(|(id, row)| (id, &row.record))
    }

    fn add(&mut self, record: EventRecord) -> PortResult<i64> {
        if !self.ids.insert(record.id) {
            return Err(refused(ErrorKind::Internal, format!("event {} is stored already", record.id)));
        }
        self.rows.push(Row { record, claimed_until_ms: None });
        let id = self.rows.len() as i64;
        self.unpublished.insert(id);
        Ok(id)
    }

    fn record(&self, id: i64) -> &EventRecord {
        &self.rows[id as usize - 1].record
    }
}

impl Book {
    /// Puts events of one experiment into the outbox.
    pub(super) fn write_events(&mut self, id: ExperimentId, events: &[Event], now: i64) -> PortResult<()> {
        for event in events {
            let EncodedEvent { kind, body } = self.encoder.encode(event);
            let record = EventRecord {
                id: event.id(),
                experiment: id,
                subject: event.subject(),
                kind,
                body,
                recorded_at_ms: now,
                traceparent: self.trace.current(),
            };
            let place = self.outbox.add(record)?;
            if !self.rules.outbox {
                self.outbox.unpublished.remove(&place);
                self.unsent.push(self.outbox.record(place).clone());
            }
            self.experiment_mut(id)?.events.push(place);
        }
        Ok(())
    }

    pub(super) fn events_after(&self, id: ExperimentId, after: i64, limit: u32) -> Vec<StoredEvent> {
        let Some(experiment) = self.experiments.get(&id) else { return Vec::new() };
        let numbered = (1..).zip(&experiment.events).skip_while(|(sequence, _)| *sequence <= after);
        let stored =
            numbered.map(|(sequence, &place)| StoredEvent { sequence, record: self.outbox.record(place).clone() });
        stored.take(limit as usize).collect()
    }

    pub(super) fn claim_outbox(&mut self, limit: u32, lease: Duration, now: i64) -> Vec<OutboxEntry> {
        let Outbox { rows, unpublished, .. } = &mut self.outbox;
        let mut taken = Vec::new();
        for &id in unpublished.iter() {
            let row = &mut rows[id as usize - 1];
            if taken.len() >= limit.min(MOST) as usize {
                break;
            }
            if row.claimed_until_ms.is_none_or(|until| until <= now) {
                row.claimed_until_ms = Some(lease_end(now, lease));
                taken.push(OutboxEntry { id, record: row.record.clone() });
            }
        }
        taken
    }

    pub(super) fn mark_published(&mut self, ids: &[i64]) {
        for id in ids {
            self.outbox.unpublished.remove(id);
        }
    }

    pub(super) fn outbox_lag(&self) -> u64 {
        self.outbox.unpublished.len() as u64
    }
}
