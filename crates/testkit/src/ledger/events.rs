//! Events, and the outbox as relays see it.

use std::collections::{BTreeMap, BTreeSet};
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
    holds: BTreeMap<ExperimentId, Hold>,
}

struct Row {
    record: EventRecord,
}

/// Which relay publishes an experiment's events for now, and how far it has taken them.
struct Hold {
    relay: String,
    until_ms: i64,
    taken_through: i64,
}

impl Outbox {
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, &EventRecord)> {
        (1..).zip(&self.rows).map(|(id, row)| (id, &row.record))
    }

    fn add(&mut self, record: EventRecord) -> PortResult<i64> {
        if !self.ids.insert(record.id) {
            return Err(refused(ErrorKind::Internal, format!("event {} is stored already", record.id)));
        }
        self.rows.push(Row { record });
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
            let sequence = self.experiment_mut(id)?.events.len() as i64 + 1;
            let record = EventRecord {
                id: event.id(),
                experiment: id,
                sequence: Some(sequence),
                subject: event.subject(),
                kind,
                body,
                recorded_at_ms: now,
                traceparent: self.trace.current(),
                republished: 0,
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

    pub(super) fn claim_outbox(&mut self, relay: &str, limit: u32, lease: Duration, now: i64) -> Vec<OutboxEntry> {
        let Outbox { rows, unpublished, holds, .. } = &mut self.outbox;
        let is_free = |id: i64, record: &EventRecord| {
            holds
                .get(&record.experiment)
                .is_none_or(|hold| hold.until_ms <= now || (hold.relay == relay && id > hold.taken_through))
        };
        let waiting = unpublished.iter().map(|&id| (id, &rows[id as usize - 1].record));
        let free = waiting.filter(|(id, record)| is_free(*id, record)).take(limit.min(MOST) as usize);
        let taken: Vec<_> = free.map(|(id, record)| OutboxEntry { id, record: record.clone() }).collect();
        for entry in &taken {
            let hold = Hold { relay: relay.to_owned(), until_ms: lease_end(now, lease), taken_through: entry.id };
            holds.insert(entry.record.experiment, hold);
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
