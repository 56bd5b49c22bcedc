//! The summaries of events in memory, for tests that need a projection and no database.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::event_chain::Fingerprint;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{InboxEntry, PortResult, Projected, Projection, ReceivedEvent, Summary};
use domain::projection::{ProjectedExperiment, ProjectedGeneration};

/// Summaries and inbox in memory.
#[derive(Debug, Default)]
pub struct MemoryProjection {
    known: Mutex<Known>,
}

type Known = BTreeMap<ExperimentId, BTreeMap<EventId, (ReceivedEvent, Fingerprint)>>;

impl MemoryProjection {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Projection for MemoryProjection {
    async fn project(&self, events: &[ReceivedEvent]) -> PortResult<Vec<Projected>> {
        let mut known = self.known();
        let outcomes = events.iter().map(|received| {
            let fingerprint = Fingerprint::of(&received.record);
            let inbox = known.entry(received.record.experiment).or_default();
            match inbox.get(&received.record.id) {
                Some((_, before)) if *before == fingerprint => Projected::Known,
                Some(_) => Projected::Conflict,
                None => {
                    inbox.insert(received.record.id, (received.clone(), fingerprint));
                    Projected::New
                }
            }
        });
        Ok(outcomes.collect())
    }

    async fn summary(&self, id: ExperimentId) -> PortResult<Option<Summary>> {
        let known = self.known();
        let Some(inbox) = known.get(&id) else { return Ok(None) };
        let (mut experiment, mut generations) = (ProjectedExperiment::new(id), BTreeMap::new());
        for (ReceivedEvent { event, record }, _) in inbox.values() {
            experiment.apply(event, record);
            if let Some(index) = ProjectedGeneration::of(event) {
                generations.entry(index).or_insert_with(|| ProjectedGeneration::new(index)).apply(event, record);
            }
        }
        Ok(Some(Summary { experiment, generations: generations.into_values().collect() }))
    }

    async fn inbox(&self, id: ExperimentId, after: Option<EventId>, limit: u32) -> PortResult<Vec<InboxEntry>> {
        let known = self.known();
        let Some(inbox) = known.get(&id) else { return Ok(Vec::new()) };
        let entries = inbox
            .range((after.map_or(Unbounded, Excluded), Unbounded))
            .map(|(&id, (received, hash))| InboxEntry { id, sequence: received.record.sequence, fingerprint: *hash });
        Ok(entries.take(limit as usize).collect())
    }

    async fn projected(&self, after: Option<ExperimentId>, limit: u32) -> PortResult<Vec<ExperimentId>> {
        let known = self.known();
        let ids = known.range((after.map_or(Unbounded, Excluded), Unbounded)).map(|(&id, _)| id);
        Ok(ids.take(limit as usize).collect())
    }

    async fn forget(&self, id: ExperimentId) -> PortResult<()> {
        self.known().remove(&id);
        Ok(())
    }
}
