//! An experiment's events as the ledger has them, and what stream and inbox have of each. About 150 bytes are kept of an
//! event, so memory is bounded by the largest experiment.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::event_chain::{EventChain, Fingerprint};
use domain::ids::{EventId, ExperimentId};
use domain::ports::{
    Backlog, EventHistory, EventLedger, LedgerEvent, PortResult, Projection, StreamMessage, StreamWindow, Summary,
};
use domain::projection::{ProjectedExperiment, ProjectedGeneration};
use messaging::event_message;
use proto::events::decode;

use super::report::{ExperimentReport, Named};

/// Events that are read at a time.
const PART: u32 = 500;

/// The events of one experiment, in order of their numbers.
pub(super) struct History {
    id: ExperimentId,
    entries: Vec<Entry>,
    index: HashMap<EventId, usize>,
    /// What they add up to.
    pub(super) summary: Summary,
    faults: Named,
    /// Whether the inbox has events whose messages did not tell their numbers.
    pub(super) unnumbered: bool,
}

struct Entry {
    name: EventId,
    fingerprint: Fingerprint,
    published_at_ms: Option<i64>,
    republished: bool,
    found: Option<Found>,
    projected: Option<Fingerprint>,
}

#[derive(Clone, Copy)]
struct Found {
    fingerprint: Fingerprint,
    position: u64,
}

/// From when on a published event must be in the stream, by the ledger's clock. An event is marked as published a little
/// after the stream took it, so those that are close to their age may be gone.
pub(super) fn retained_since(now_ms: i64, window: &StreamWindow) -> i64 {
    let Some(age) = window.max_age else { return i64::MIN };
    let certain = age - (age / 24).min(Duration::from_secs(3600));
    now_ms.saturating_sub(i64::try_from(certain.as_millis()).unwrap_or(i64::MAX))
}

impl History {
    /// Reads the ledger.
    pub(super) async fn read(ledger: &dyn EventLedger, id: ExperimentId) -> PortResult<Self> {
        let experiment = ProjectedExperiment::new(id);
        let mut history = Self {
            id,
            entries: Vec::new(),
            index: HashMap::new(),
            summary: Summary { experiment, generations: Vec::new() },
            faults: Named::default(),
            unnumbered: false,
        };
        let mut generations = BTreeMap::new();
        loop {
            let part = ledger.ledger_events(id, history.entries.len() as i64, PART).await?;
            if part.is_empty() {
                history.summary.generations = generations.into_values().collect();
                return Ok(history);
            }
            for event in part {
                if event.sequence != history.entries.len() as i64 + 1 {
                    history.faults.add(format!("number {} is missing", history.entries.len() + 1));
                    return Ok(history);
                }
                history.take(&event, &mut generations);
            }
        }
    }

    fn take(&mut self, event: &LedgerEvent, generations: &mut BTreeMap<u32, ProjectedGeneration>) {
        let record = &event.record;
        match decode(record) {
            Ok(said) => {
                self.summary.experiment.apply(&said, record);
                if let Some(index) = ProjectedGeneration::of(&said) {
                    let generation = generations.entry(index).or_insert_with(|| ProjectedGeneration::new(index));
                    generation.apply(&said, record);
                }
            }
            Err(why) => self.faults.add(format!("number {}, {}: {why}", event.sequence, record.id)),
        }
        self.index.insert(record.id, self.entries.len());
        self.entries.push(Entry {
            name: record.id,
            fingerprint: Fingerprint::of(record),
            published_at_ms: event.published_at_ms,
            republished: record.republished > 0,
            found: None,
            projected: None,
        });
    }

    /// Reads the stream.
    pub(super) async fn look_into_stream(
        &mut self,
        ledger: &dyn EventLedger,
        stream: &dyn EventHistory,
        report: &mut ExperimentReport,
    ) -> PortResult<()> {
        let mut walk = stream.walk(self.id).await?;
        let mut latest = 0;
        loop {
            let part = walk.next().await?;
            if part.is_empty() {
                break;
            }
            for message in part {
                self.find(ledger, &message, &mut latest, report).await?;
            }
        }
        report.in_stream = self.entries.iter().filter(|entry| entry.found.is_some()).count() as u64;
        Ok(())
    }

    async fn find(
        &mut self,
        ledger: &dyn EventLedger,
        message: &StreamMessage,
        latest: &mut usize,
        report: &mut ExperimentReport,
    ) -> PortResult<()> {
        let at = message.position;
        let record = match event_message::read(message) {
            Ok(record) => record,
            Err(why) => {
                report.strangers.add(format!("position {at}: {why}"));
                return Ok(());
            }
        };
        let Some(&index) = self.index.get(&record.id) else {
            // It may have been written since the ledger was read.
            if ledger.ledger_events_by_id(&[record.id]).await?.is_empty() {
                report.strangers.add(format!("position {at}: {} {}", record.id, record.subject));
            }
            return Ok(());
        };
        let entry = &mut self.entries[index];
        if entry.found.is_some() {
            report.duplicates.add(format!("position {at}: number {}, {}", index + 1, record.id));
            return Ok(());
        }
        let found = Found { fingerprint: Fingerprint::of(&record), position: at };
        entry.found = Some(found);
        let numbered = record.sequence.is_none_or(|number| number == index as i64 + 1);
        if found.fingerprint != entry.fingerprint || !numbered {
            report.altered.add(format!("position {at}: number {}, {}", index + 1, record.id));
        }
        if !entry.republished {
            if index < *latest {
                report.out_of_order.add(format!("position {at}: number {} behind number {}", index + 1, *latest + 1));
            }
            *latest = index.max(*latest);
        }
        Ok(())
    }

    /// Numbers of events that the stream must have, because they were published at or after `since_ms`, and has not.
    pub(super) fn missing(&self, since_ms: i64) -> Vec<i64> {
        let missing = self.entries.iter().enumerate().filter(|(_, entry)| {
            entry.found.is_none() && entry.published_at_ms.is_some_and(|published| published >= since_ms)
        });
        missing.map(|(index, _)| index as i64 + 1).collect()
    }

    /// Reads the inbox of the summaries.
    pub(super) async fn look_into_projection(
        &mut self,
        ledger: &dyn EventLedger,
        projection: &dyn Projection,
        report: &mut ExperimentReport,
    ) -> PortResult<()> {
        let mut after = None;
        loop {
            let part = projection.inbox(self.id, after, PART).await?;
            let Some(last) = part.last() else { break };
            after = Some(last.id);
            for taken in part {
                match self.index.get(&taken.id) {
                    Some(&index) => {
                        let entry = &mut self.entries[index];
                        entry.projected = Some(taken.fingerprint);
                        self.unnumbered |= taken.sequence.is_none();
                        if taken.fingerprint != entry.fingerprint {
                            report.projection_strangers.add(format!("number {}, {} is another", index + 1, taken.id));
                        }
                    }
                    None if ledger.ledger_events_by_id(&[taken.id]).await?.is_empty() => {
                        report.projection_strangers.add(taken.id.to_string());
                    }
                    None => {}
                }
            }
        }
        report.projected = self.entries.iter().filter(|entry| entry.projected.is_some()).count() as u64;
        Ok(())
    }

    /// Whether the summaries have every event.
    pub(super) fn is_projected(&self) -> bool {
        self.entries.iter().all(|entry| entry.projected.is_some())
    }

    /// Writes down what was found of every event. Without `since_ms`, the stream was not looked at.
    pub(super) fn tell(
        self,
        since_ms: Option<i64>,
        backlog: Option<Backlog>,
        parked: &[EventId],
        report: &mut ExperimentReport,
    ) {
        report.events = self.entries.len() as u64;
        for (index, entry) in self.entries.iter().enumerate() {
            let name = || format!("number {}, {}", index + 1, entry.name);
            let waits = entry.published_at_ms.is_none() && entry.found.is_none();
            report.waiting += u64::from(waits);
            report.republished += u64::from(entry.republished);
            let published = entry.published_at_ms.filter(|_| entry.found.is_none());
            match (since_ms, published) {
                (Some(since), Some(published)) if published >= since => report.missing_in_stream.add(name()),
                (Some(_), Some(_)) => report.aged_out += 1,
                _ => {}
            }
            if entry.projected.is_some() || waits || parked.contains(&entry.name) {
                continue;
            }
            let answered = |position| backlog.is_some_and(|backlog| position <= backlog.answered_through);
            match entry.found {
                Some(found) if !answered(found.position) => report.to_be_projected += 1,
                _ => report.missing_in_projection.add(name()),
            }
        }
        let chain = |of: &dyn Fn(&Entry) -> Option<Fingerprint>| {
            let mut chain = EventChain::default();
            for (sequence, entry) in (1..).zip(&self.entries) {
                if let Some(fingerprint) = of(entry) {
                    chain.push(sequence, &fingerprint);
                }
            }
            chain.digest().to_string()
        };
        report.ledger_chain = chain(&|entry| Some(entry.fingerprint));
        report.projection_chain = chain(&|entry| entry.projected);
        report.window_chain = chain(&|entry| entry.found.map(|_| entry.fingerprint));
        report.stream_chain = chain(&|entry| entry.found.map(|found| found.fingerprint));
        report.ledger_faults = self.faults;
    }
}
