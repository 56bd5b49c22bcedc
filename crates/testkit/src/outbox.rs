//! A store that has nothing but an outbox, for tests and benches of relays.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::file::ContentHash;
use domain::ids::{Epoch, ExperimentId, Fence, JobId};
use domain::journal::Note;
use domain::plan::GenerationPlan;
use domain::ports::{
    Claim, Created, DecisionLog, ExperimentFilter, ExperimentRecord, ExperimentStore, Finished, GenerationRecord,
    GenerationSummary, KeptCheckpoint, MemberProgress, NewExperiment, OutboxEntry, Page, PortError, PortResult,
    RaceLook, Renewal, Renewed, ScoreFilter, ScoreRow, StoredEvent, TickLog,
};
use domain::score::Score;
use domain::status::ExperimentStatus;

/// An outbox in memory, with leases, that can be told to fail.
#[derive(Debug, Default)]
pub struct MemoryOutbox {
    rows: Mutex<BTreeMap<i64, Row>>,
    /// While set, events cannot be marked.
    pub marking_fails: AtomicBool,
}

#[derive(Debug)]
struct Row {
    record: EventRecord,
    leased: Option<(String, Instant)>,
    published: bool,
}

impl MemoryOutbox {
    /// Puts events into the outbox.
    pub fn add(&self, records: &[EventRecord]) {
        let mut rows = self.rows();
        for record in records {
            let id = rows.len() as i64 + 1;
            rows.insert(id, Row { record: record.clone(), leased: None, published: false });
        }
    }

    /// How many events are not marked as published.
    pub fn waiting(&self) -> usize {
        self.rows().values().filter(|row| !row.published).count()
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<i64, Row>> {
        self.rows.lock().unwrap()
    }
}

const NOT_THERE: &str = "a relay uses nothing but the outbox";

#[async_trait]
impl ExperimentStore for MemoryOutbox {
    async fn claim_outbox(&self, relay: &str, limit: u32, lease: Duration) -> PortResult<Vec<OutboxEntry>> {
        let now = Instant::now();
        let mut rows = self.rows();
        let free = rows
            .iter_mut()
            .filter(|(_, row)| !row.published && row.leased.as_ref().is_none_or(|(_, until)| *until <= now));
        let claimed = free.take(limit as usize).map(|(id, row)| {
            row.leased = Some((relay.to_owned(), now + lease));
            OutboxEntry { id: *id, record: row.record.clone() }
        });
        Ok(claimed.collect())
    }

    async fn mark_published(&self, ids: &[i64]) -> PortResult<()> {
        if self.marking_fails.load(Ordering::SeqCst) {
            return Err(PortError::new(ErrorKind::Unavailable, "the store is away"));
        }
        let mut rows = self.rows();
        for id in ids {
            rows.get_mut(id).unwrap().published = true;
        }
        Ok(())
    }

    async fn outbox_lag(&self) -> PortResult<u64> {
        Ok(self.waiting() as u64)
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }

    async fn create(&self, _: &NewExperiment) -> PortResult<Created> {
        unreachable!("{NOT_THERE}")
    }

    async fn experiment(&self, _: ExperimentId) -> PortResult<ExperimentRecord> {
        unreachable!("{NOT_THERE}")
    }

    async fn experiments(&self, _: &ExperimentFilter, _: &Page) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        unreachable!("{NOT_THERE}")
    }

    async fn set_status(&self, _: ExperimentId, _: ExperimentStatus, _: &Note) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn open_jobs(&self, _: ExperimentId) -> PortResult<Vec<JobId>> {
        unreachable!("{NOT_THERE}")
    }

    async fn claim(&self, _: JobId, _: &str, _: Duration) -> PortResult<Claim> {
        unreachable!("{NOT_THERE}")
    }

    async fn renew(&self, _: JobId, _: Fence, _: &Renewal) -> PortResult<Renewed> {
        unreachable!("{NOT_THERE}")
    }

    async fn release(&self, _: JobId, _: Fence, _: &str) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn finish(&self, _: JobId, _: Fence, _: &[Score]) -> PortResult<Finished> {
        unreachable!("{NOT_THERE}")
    }

    async fn generation(&self, _: ExperimentId, _: u32) -> PortResult<GenerationRecord> {
        unreachable!("{NOT_THERE}")
    }

    async fn progress(&self, _: ExperimentId, _: u32) -> PortResult<Vec<MemberProgress>> {
        unreachable!("{NOT_THERE}")
    }

    async fn close_generation(
        &self,
        _: Epoch,
        _: ExperimentId,
        _: u32,
        _: &GenerationSummary,
        _: Option<&GenerationPlan>,
    ) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn advance_race(&self, _: Epoch, _: ExperimentId, _: u32, _: &RaceLook) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn complete(&self, _: Epoch, _: ExperimentId, _: &str) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn scores(&self, _: ExperimentId, _: &ScoreFilter, _: &Page) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        unreachable!("{NOT_THERE}")
    }

    async fn events_after(&self, _: ExperimentId, _: i64, _: u32) -> PortResult<Vec<StoredEvent>> {
        unreachable!("{NOT_THERE}")
    }

    async fn write_tick_logs(&self, _: &[TickLog]) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn write_decisions(&self, _: &[DecisionLog]) -> PortResult<()> {
        unreachable!("{NOT_THERE}")
    }

    async fn keep_checkpoint(&self, _: ExperimentId, _: u32, _: &ContentHash, _: u64) -> PortResult<KeptCheckpoint> {
        unreachable!("{NOT_THERE}")
    }

    async fn checkpoints(&self, _: ExperimentId) -> PortResult<Vec<KeptCheckpoint>> {
        unreachable!("{NOT_THERE}")
    }

    async fn keep_answer(&self, _: ExperimentId, _: u32, _: &ContentHash) -> PortResult<ContentHash> {
        unreachable!("{NOT_THERE}")
    }

    async fn answer(&self, _: ExperimentId, _: u32) -> PortResult<Option<ContentHash>> {
        unreachable!("{NOT_THERE}")
    }

    async fn decisions(&self, _: ExperimentId, _: u32, _: u32) -> PortResult<Vec<(u32, Vec<u8>)>> {
        unreachable!("{NOT_THERE}")
    }
}
