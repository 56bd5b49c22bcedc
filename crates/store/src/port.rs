//! The port, method by method: each runs its transaction, again where it failed for a reason that passes.

use std::time::Duration;

use async_trait::async_trait;
use domain::file::ContentHash;
use domain::ids::{Epoch, ExperimentId, Fence, JobId};
use domain::journal::Note;
use domain::plan::GenerationPlan;
use domain::ports::{
    Claim, Created, DecisionLog, ExperimentFilter, ExperimentRecord, ExperimentStore, Finished, GenerationRecord,
    GenerationSummary, KeptCheckpoint, MemberProgress, NewExperiment, OutboxEntry, Page, PortResult, RaceLook, Renewal,
    Renewed, ScoreFilter, ScoreRow, StoredEvent, TickLog,
};
use domain::score::Score;
use domain::status::ExperimentStatus;
use uuid::Uuid;

use crate::session::SqlStore;

#[async_trait]
impl ExperimentStore for SqlStore {
    async fn create(&self, new: &NewExperiment) -> PortResult<Created> {
        self.retrying("store an experiment", || self.create_once(new)).await
    }

    async fn experiment(&self, id: ExperimentId) -> PortResult<ExperimentRecord> {
        self.read_experiment(id).await
    }

    async fn experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        self.list_experiments(filter, page).await
    }

    async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()> {
        self.retrying("change the status of an experiment", || self.set_status_once(id, status, note)).await
    }

    async fn open_jobs(&self, id: ExperimentId) -> PortResult<Vec<JobId>> {
        self.list_open_jobs(id).await
    }

    async fn claim(&self, job: JobId, worker: &str, lease: Duration) -> PortResult<Claim> {
        let token = Uuid::new_v4();
        self.retrying("claim a job", || self.claim_once(job, worker, lease, token)).await
    }

    async fn renew(&self, job: JobId, fence: Fence, renewal: &Renewal) -> PortResult<Renewed> {
        let renewed = self.retrying("renew a lease", || self.renew_once(job, fence, renewal)).await;
        self.counting_late(job, fence, 0, renewed).await
    }

    async fn release(&self, job: JobId, fence: Fence, error: &str) -> PortResult<()> {
        let released = self.retrying("give a job back", || self.release_once(job, fence, error)).await;
        self.counting_late(job, fence, 0, released).await
    }

    async fn finish(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
        let finished = self.commit_scores(job, fence, scores).await;
        self.counting_late(job, fence, scores.len(), finished).await
    }

    async fn generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        self.read_generation(id, index).await
    }

    async fn progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>> {
        self.read_progress(id, index).await
    }

    async fn close_generation(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
    ) -> PortResult<()> {
        let closed = self.retrying("close a generation", || self.close_once(epoch, id, index, summary, next)).await;
        self.counting_fenced(epoch, closed).await
    }

    async fn advance_race(&self, epoch: Epoch, id: ExperimentId, index: u32, look: &RaceLook) -> PortResult<()> {
        let advanced = self.retrying("advance a race", || self.advance_race_once(epoch, id, index, look)).await;
        self.counting_fenced(epoch, advanced).await
    }

    async fn complete(&self, epoch: Epoch, id: ExperimentId, digest: &str) -> PortResult<()> {
        let completed = self.retrying("complete an experiment", || self.complete_once(epoch, id, digest)).await;
        self.counting_fenced(epoch, completed).await
    }

    async fn scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        self.list_scores(id, filter, page).await
    }

    async fn events_after(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<StoredEvent>> {
        self.read_events(id, after, limit).await
    }

    async fn claim_outbox(&self, relay: &str, limit: u32, lease: Duration) -> PortResult<Vec<OutboxEntry>> {
        self.retrying("take events from the outbox", || self.claim_outbox_once(relay, limit, lease)).await
    }

    async fn mark_published(&self, ids: &[i64]) -> PortResult<()> {
        self.retrying("mark events as published", || self.mark_published_once(ids)).await
    }

    async fn outbox_lag(&self) -> PortResult<u64> {
        self.count_unpublished().await
    }

    async fn write_tick_logs(&self, logs: &[TickLog]) -> PortResult<()> {
        self.retrying("write tick logs", || self.write_tick_logs_once(logs)).await
    }

    async fn write_decisions(&self, logs: &[DecisionLog]) -> PortResult<()> {
        self.retrying("write decisions", || self.write_decisions_once(logs)).await
    }

    async fn decisions(&self, id: ExperimentId, generation: u32, position: u32) -> PortResult<Vec<(u32, Vec<u8>)>> {
        self.retrying("read decisions", || self.read_decisions(id, generation, position)).await
    }

    async fn keep_checkpoint(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
        size: u64,
    ) -> PortResult<KeptCheckpoint> {
        self.retrying("keep a checkpoint", || self.keep_checkpoint_once(id, generation, hash, size)).await
    }

    async fn checkpoints(&self, id: ExperimentId) -> PortResult<Vec<KeptCheckpoint>> {
        self.retrying("list checkpoints", || self.list_checkpoints(id)).await
    }

    async fn keep_answer(&self, id: ExperimentId, generation: u32, hash: &ContentHash) -> PortResult<ContentHash> {
        self.retrying("keep an answer", || self.keep_answer_once(id, generation, hash)).await
    }

    async fn answer(&self, id: ExperimentId, generation: u32) -> PortResult<Option<ContentHash>> {
        self.retrying("find an answer", || self.find_answer(id, generation)).await
    }

    async fn ping(&self) -> PortResult<()> {
        // The keeper has looked a moment ago, and knows more than a connection that answers.
        if self.db.gate.kept {
            return self.db.gate.verdict();
        }
        self.retrying("reach the database", || self.db.ping()).await
    }
}
