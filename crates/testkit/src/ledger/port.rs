//! The port, method by method.

use std::time::Duration;

use async_trait::async_trait;
use domain::file::ContentHash;
use domain::finding::{Finding, NewFinding};
use domain::ids::{Epoch, ExperimentId, Fence, FindingId, JobId};
use domain::journal::{Action, JournalEntry, Note};
use domain::plan::GenerationPlan;
use domain::ports::{
    Candidate, Claim, ControlStore, Created, DecisionLog, Dispatch, DueJob, Election, ExperimentFilter,
    ExperimentRecord, ExperimentStore, Extended, FenceCounts, FenceReport, FindingFilter, FindingStore, Finished,
    GenerationRecord, GenerationSummary, KeptCheckpoint, Leader, Leadership, MemberProgress, NewExperiment,
    NewExtension, OutboxEntry, Page, PortResult, RaceLook, Renewal, Renewed, ScoreFilter, ScoreRow, StoredEvent, Term,
    TickLog,
};
use domain::score::{EpisodeKey, Score};
use domain::status::ExperimentStatus;

use super::MemoryLedger;

#[async_trait]
impl ExperimentStore for MemoryLedger {
    async fn create(&self, new: &NewExperiment) -> PortResult<Created> {
        self.with(|book, now| book.create(new, now))
    }

    async fn experiment(&self, id: ExperimentId) -> PortResult<ExperimentRecord> {
        self.with(|book, _| book.experiment(id).map(|experiment| experiment.record.clone()))
    }

    async fn experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        self.with(|book, _| book.list_experiments(filter, page))
    }

    async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()> {
        self.with(|book, now| book.set_status(id, status, note, now))
    }

    async fn open_jobs(&self, id: ExperimentId) -> PortResult<Vec<JobId>> {
        self.with(|book, now| book.open_jobs(id, now))
    }

    async fn claim(&self, job: JobId, worker: &str, lease: Duration) -> PortResult<Claim> {
        self.claim_as(job, worker, lease, self.token())
    }

    async fn renew(&self, job: JobId, fence: Fence, renewal: &Renewal) -> PortResult<Renewed> {
        self.with(|book, now| {
            let renewed = book.renew(job, fence, renewal, now);
            book.counting_late(job, fence, 0, renewed)
        })
    }

    async fn release(&self, job: JobId, fence: Fence, error: &str) -> PortResult<()> {
        self.with(|book, now| {
            let released = book.release(job, fence, error, now);
            book.counting_late(job, fence, 0, released)
        })
    }

    async fn finish(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
        self.with(|book, now| {
            let finished = book.finish(job, fence, scores, now);
            book.counting_late(job, fence, scores.len(), finished)
        })
    }

    async fn generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        self.with(|book, _| book.read_generation(id, index))
    }

    async fn progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>> {
        self.with(|book, _| book.progress(id, index))
    }

    async fn close_generation(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
    ) -> PortResult<()> {
        self.with(|book, now| book.close_generation(epoch, id, index, summary, next, now))
    }

    async fn advance_race(&self, epoch: Epoch, id: ExperimentId, index: u32, look: &RaceLook) -> PortResult<()> {
        self.with(|book, now| book.advance_race(epoch, id, index, look, now))
    }

    async fn complete(&self, epoch: Epoch, id: ExperimentId, digest: &str) -> PortResult<()> {
        self.with(|book, now| book.complete(epoch, id, digest, now))
    }

    async fn scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        self.with(|book, _| book.list_scores(id, filter, page))
    }

    async fn events_after(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<StoredEvent>> {
        self.with(|book, _| Ok(book.events_after(id, after, limit)))
    }

    async fn claim_outbox(&self, relay: &str, limit: u32, lease: Duration) -> PortResult<Vec<OutboxEntry>> {
        self.with(|book, now| Ok(book.claim_outbox(relay, limit, lease, now)))
    }

    async fn mark_published(&self, ids: &[i64]) -> PortResult<()> {
        self.with(|book, _| book.mark_published(ids));
        Ok(())
    }

    async fn outbox_lag(&self) -> PortResult<u64> {
        self.with(|book, _| Ok(book.outbox_lag()))
    }

    async fn write_tick_logs(&self, logs: &[TickLog]) -> PortResult<()> {
        self.with(|book, _| {
            book.tick_logs.extend(logs.iter().map(|log| ((log.experiment, log.key), log.rows.clone())));
            Ok(())
        })
    }

    async fn write_decisions(&self, logs: &[DecisionLog]) -> PortResult<()> {
        self.with(|book, _| {
            book.decisions.extend(logs.iter().map(|log| ((log.experiment, log.key), log.record.clone())));
            Ok(())
        })
    }

    async fn decisions(&self, id: ExperimentId, generation: u32, position: u32) -> PortResult<Vec<(u32, Vec<u8>)>> {
        let first = EpisodeKey { generation, position, replicate: 0 };
        let last = EpisodeKey { replicate: u32::MAX, ..first };
        self.with(|book, _| {
            let records = book.decisions.range((id, first)..=(id, last));
            Ok(records.map(|((_, key), record)| (key.replicate, record.clone())).collect())
        })
    }

    async fn keep_checkpoint(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
        size: u64,
    ) -> PortResult<KeptCheckpoint> {
        self.with(|book, now| {
            book.read_generation(id, generation)?;
            let kept = KeptCheckpoint { generation, blake3: *hash, size, created_at_ms: now };
            let known = book.checkpoints.entry((id, generation)).or_insert(kept);
            (known.blake3, known.size) = (*hash, size);
            Ok(*known)
        })
    }

    async fn checkpoints(&self, id: ExperimentId) -> PortResult<Vec<KeptCheckpoint>> {
        self.with(|book, _| {
            let kept = book.checkpoints.range((id, 0)..=(id, u32::MAX));
            Ok(kept.rev().map(|(_, kept)| *kept).collect())
        })
    }

    async fn keep_answer(&self, id: ExperimentId, generation: u32, hash: &ContentHash) -> PortResult<ContentHash> {
        self.with(|book, _| {
            book.read_generation(id, generation)?;
            Ok(*book.answers.entry((id, generation)).or_insert(*hash))
        })
    }

    async fn answer(&self, id: ExperimentId, generation: u32) -> PortResult<Option<ContentHash>> {
        self.with(|book, _| Ok(book.answers.get(&(id, generation)).copied()))
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}

#[async_trait]
impl Leadership for MemoryLedger {
    async fn stand(&self, candidate: &Candidate, lease: Duration) -> PortResult<Election> {
        self.with(|book, now| Ok(book.stand(candidate, lease, now)))
    }

    async fn resign(&self, candidate: &Candidate) -> PortResult<()> {
        self.with(|book, now| {
            book.resign(candidate, now);
            Ok(())
        })
    }

    async fn leader(&self) -> PortResult<Option<Leader>> {
        self.with(|book, now| Ok(book.leader(now)))
    }

    async fn terms(&self, limit: u32) -> PortResult<Vec<Term>> {
        self.with(|book, _| Ok(book.terms(limit)))
    }
}

#[async_trait]
impl Dispatch for MemoryLedger {
    async fn due_jobs(&self, id: ExperimentId, limit: u32) -> PortResult<Vec<DueJob>> {
        self.with(|book, now| book.due_jobs(id, limit, now))
    }

    async fn overdue_jobs(&self, id: ExperimentId, age: Duration, limit: u32) -> PortResult<Vec<DueJob>> {
        self.with(|book, now| book.overdue_jobs(id, age, limit, now))
    }

    async fn mark_queued(&self, jobs: &[DueJob]) -> PortResult<()> {
        self.with(|book, now| {
            book.mark_queued(jobs, now);
            Ok(())
        })
    }
}

#[async_trait]
impl FenceReport for MemoryLedger {
    async fn fence_counts(&self) -> PortResult<FenceCounts> {
        self.with(|book, _| Ok(book.fence_counts()))
    }
}

#[async_trait]
impl ControlStore for MemoryLedger {
    async fn settle(&self, id: ExperimentId) -> PortResult<ExperimentStatus> {
        self.with(|book, now| book.settle(id, now))
    }

    async fn extend(&self, extension: &NewExtension) -> PortResult<Extended> {
        self.with(|book, now| book.extend(extension, now))
    }

    async fn record(&self, id: ExperimentId, action: Action, note: &Note, detail: &str) -> PortResult<()> {
        self.with(|book, now| book.record(id, action, note, detail, now))
    }

    async fn journal(&self, id: ExperimentId, page: &Page) -> PortResult<(Vec<JournalEntry>, Option<String>)> {
        self.with(|book, _| book.list_journal(id, page))
    }
}

#[async_trait]
impl FindingStore for MemoryLedger {
    async fn add_finding(&self, new: &NewFinding) -> PortResult<Finding> {
        self.with(|book, now| book.add_finding(new, now))
    }

    async fn finding(&self, id: FindingId) -> PortResult<Finding> {
        self.with(|book, _| book.finding(id))
    }

    async fn findings(&self, filter: &FindingFilter, page: &Page) -> PortResult<(Vec<Finding>, Option<String>)> {
        self.with(|book, _| book.list_findings(filter, page))
    }
}
