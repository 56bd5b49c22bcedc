//! The ledger: what is planned, what was measured, what is to be published.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::PortResult;
use crate::course::Course;
use crate::event::EventRecord;
use crate::experiment::ExperimentSpec;
use crate::extension::Extension;
use crate::file::ContentHash;
use crate::ids::{AgentId, Epoch, ExperimentId, Fence, JobId};
use crate::journal::{Actor, Note};
use crate::plan::{GenerationPlan, JobPlan, Member, PlannedEpisode};
use crate::score::Score;
use crate::status::{ExperimentStatus, GenerationStatus};

/// What a result depends on besides the specification: going on with another is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the engine.
    pub engine: String,
    /// Version of the decision engine's behaviour.
    pub behaviour: String,
    /// BLAKE3 of every file of the scenario by its name.
    pub files: BTreeMap<String, String>,
}

/// An experiment that is about to be stored, with its first generation.
#[derive(Debug, Clone)]
pub struct NewExperiment {
    /// Its id.
    pub id: ExperimentId,
    /// What was asked for.
    pub spec: ExperimentSpec,
    /// What its results depend on besides.
    pub provenance: Provenance,
    /// The first generation.
    pub first: GenerationPlan,
    /// How many episodes are planned over all generations; at most, where members race.
    pub episodes_planned: u64,
    /// Who launched it.
    pub launched_by: Actor,
}

/// What became of a new experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was stored.
    New,
    /// It was there already, with the same specification and provenance.
    Existing(ExperimentStatus),
}

/// An experiment as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentRecord {
    /// Its id.
    pub id: ExperimentId,
    /// What was launched. How far it goes by now is said by [`ExperimentRecord::course`].
    pub spec: ExperimentSpec,
    /// What its results depend on besides.
    pub provenance: Provenance,
    /// Where it stands.
    pub status: ExperimentStatus,
    /// Why it failed, was paused or is (being) stopped.
    pub reason: Option<String>,
    /// Digest over all rows in hexadecimal, once completed.
    pub digest: Option<String>,
    /// Number of the latest planned generation.
    pub generation: u32,
    /// Episodes planned over all generations; at most, where members race, until it is known.
    pub episodes_planned: u64,
    /// Episodes that have a job so far: those of the generations that are planned, and of each race up to the next look.
    pub episodes_due: u64,
    /// Episodes scored.
    pub episodes_scored: u64,
    /// Milliseconds since 1970 when it was stored, by the store's clock.
    pub created_at_ms: i64,
    /// Milliseconds since 1970 when it ended; absent before, and again once it is extended.
    pub ended_at_ms: Option<i64>,
    /// What was added since it was launched, oldest first.
    pub extensions: Vec<Extension>,
}

impl ExperimentRecord {
    /// Its generations, played or not.
    #[must_use]
    pub fn course(&self) -> Course<'_> {
        Course::of(&self.spec, &self.extensions)
    }
}

/// Which experiments to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct ExperimentFilter {
    /// Only these statuses; empty for all.
    pub statuses: Vec<ExperimentStatus>,
    /// Only names that contain this text.
    pub name: Option<String>,
}

/// A part of a list. `after` is what the last part returned as `next`.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Where to go on; absent for the first part.
    pub after: Option<String>,
    /// Most items to return.
    pub size: u32,
}

/// What a claim on a job came to.
#[derive(Debug)]
pub enum Claim {
    /// The job is the caller's until the lease runs out.
    Granted(Box<Assignment>),
    /// Another worker holds it.
    Held,
    /// It needs no more work: done, or its experiment has ended or is being stopped.
    Settled,
    /// Its experiment is paused.
    Paused,
    /// There is no such job.
    Unknown,
}

/// A claimed job and all that is needed to play it.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The job.
    pub job: JobId,
    /// The number that fences earlier claims.
    pub fence: Fence,
    /// The experiment.
    pub experiment: ExperimentId,
    /// What was asked for.
    pub spec: ExperimentSpec,
    /// Files by content hash and versions that must match.
    pub provenance: Provenance,
    /// Number of the generation.
    pub generation: u32,
    /// Who plays.
    pub member: Member,
    /// Episodes that are not scored yet, in order of replicates.
    pub episodes: Vec<PlannedEpisode>,
    /// How many attempts before this one failed with an error; workers that died or stopped do not count.
    pub failed_attempts: u32,
}

/// A sign of life of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// How long the lease is to last from now.
    pub lease: Duration,
    /// How far the attempt is: grows with every tick, and with every step that leads to the first one.
    pub ticks: u64,
    /// How long an attempt may stand still.
    pub patience: Duration,
}

/// What became of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// The lease goes on.
    Prolonged,
    /// The attempt has stood still for too long. It is over, as one that failed, and the job is open for others.
    Stuck,
}

/// What a commit of scores came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finished {
    /// Every episode of the job is scored now.
    pub job_done: bool,
    /// Every episode of the generation that has a job is scored now.
    pub generation_done: bool,
}

/// A generation as it is stored, with its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationRecord {
    /// Its number.
    pub index: u32,
    /// What it is for.
    pub purpose: crate::plan::Purpose,
    /// Where it stands.
    pub status: GenerationStatus,
    /// Episodes planned per member; at most, where members race.
    pub episodes_per_member: u32,
    /// Who plays, in order of positions, with what was scored so far.
    pub members: Vec<MemberScores>,
}

/// A member and the fitness of its episodes.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberScores {
    /// Who.
    pub member: Member,
    /// Episodes planned; of who plays no more in a race, those that it played.
    pub episodes_planned: u32,
    /// Its scores, in order of replicates, without their action logs.
    pub scores: Vec<Score>,
}

/// What a look at a race came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RaceLook {
    /// Positions of those that play no more.
    pub out: Vec<u32>,
    /// What the others play before the next look; nothing once the race is over.
    pub jobs: Vec<JobPlan>,
    /// Once it is over, the fitness of everybody who has not played all seeds, by position: that depends on what the
    /// others played.
    pub fitness: BTreeMap<u32, f64>,
}

/// How far one member of a generation is, and how it does so far.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberProgress {
    /// Who.
    pub agent: AgentId,
    /// Its position in the generation.
    pub position: u32,
    /// Episodes planned; of who plays no more in a race, those that it played.
    pub episodes_planned: u64,
    /// Episodes scored.
    pub episodes_scored: u64,
    /// Decisions in the scored episodes.
    pub ticks: u64,
    /// Mean fitness of the scored episodes; absent while there are none.
    pub fitness: Option<f64>,
    /// Mean kills of the scored episodes; absent while there are none.
    pub kills: Option<f64>,
}

/// What is kept of a completed generation.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationSummary {
    /// The agent with the highest mean fitness.
    pub best_agent: AgentId,
    /// That agent's mean fitness.
    pub best_fitness: f64,
    /// Mean fitness over all agents.
    pub mean_fitness: f64,
}

/// Which scores to list, in key order.
#[derive(Debug, Clone, Default)]
pub struct ScoreFilter {
    /// Only this generation.
    pub generation: Option<u32>,
    /// Only this agent.
    pub agent: Option<AgentId>,
    /// Whether action logs are read too; otherwise those of the scores are empty.
    pub action_logs: bool,
}

/// A score with the name of who made it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    /// Who.
    pub agent: AgentId,
    /// What sets it apart, for people.
    pub label: String,
    /// The score.
    pub score: Score,
    /// Fitness as the experiment defines it.
    pub fitness: f64,
}

/// An event that waits to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the outbox.
    pub id: i64,
    /// The event.
    pub record: EventRecord,
}

/// An event of an experiment with its place in the experiment's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Number within the experiment, from 1, without gaps.
    pub sequence: i64,
    /// The event.
    pub record: EventRecord,
}

/// The ticks of one episode, kept where an experiment asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct TickLog {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The episode.
    pub key: crate::score::EpisodeKey,
    /// One row per tick.
    pub rows: Vec<TickRow>,
}

/// What decided in one episode, kept where an experiment asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLog {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The episode.
    pub key: crate::score::EpisodeKey,
    /// The record, as `decision::record` makes it; nothing for a policy that cannot tell.
    pub record: Vec<u8>,
}

/// A checkpoint of an evolution that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The generation that it ends with.
    pub generation: u32,
    /// Its content.
    pub blake3: ContentHash,
    /// Bytes of that.
    pub size: u64,
    /// Milliseconds since 1970 when it was kept, by the store's clock.
    pub created_at_ms: i64,
}

/// What is kept of one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TickRow {
    /// The tick.
    pub tick: u32,
    /// Tics since the map started, after the step.
    pub tic: u32,
    /// Buttons held.
    pub buttons: u64,
    /// Reward of the step.
    pub reward: f64,
    /// Health after the step.
    pub health: i32,
    /// Position x, y after the step.
    pub position: [f64; 2],
    /// Direction of view after the step.
    pub angle: f64,
}

/// The ledger of experiments. Every method is one transaction, and every one may be called again after an error
/// whose outcome is not known.
#[async_trait]
pub trait ExperimentStore: Send + Sync {
    /// Stores an experiment, its first generation with members, episodes and jobs, and the events `started` of both.
    ///
    /// # Errors
    /// `FailedPrecondition` if it is there with another provenance.
    async fn create(&self, new: &NewExperiment) -> PortResult<Created>;

    /// One experiment.
    ///
    /// # Errors
    /// `NotFound`.
    async fn experiment(&self, id: ExperimentId) -> PortResult<ExperimentRecord>;

    /// Experiments, newest first, and where to go on.
    async fn experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)>;

    /// Changes the status of an experiment, and writes the event that goes with it and a line of the journal. Asking for
    /// the present status changes nothing.
    ///
    /// `Stopping` ends an experiment as soon as no job of it is in play, which may be at once: it is `Stopped` then. No
    /// job is claimed any more once this or a pause has returned.
    ///
    /// # Errors
    /// `FailedPrecondition` if the new status may not follow the present one.
    async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()>;

    /// Jobs of running experiments that are open, or whose lease has run out, in the order they were planned.
    async fn open_jobs(&self, id: ExperimentId) -> PortResult<Vec<JobId>>;

    /// Takes a job for `lease`. Lapsed leases are taken over with a higher fence.
    async fn claim(&self, job: JobId, worker: &str, lease: Duration) -> PortResult<Claim>;

    /// Prolongs a lease, but not that of an attempt that stands still.
    ///
    /// # Errors
    /// `Fenced` if the job has been taken over or given back; `FailedPrecondition` if its experiment has ended.
    async fn renew(&self, job: JobId, fence: Fence, renewal: &Renewal) -> PortResult<Renewed>;

    /// Gives a job back, with the error that ended the attempt.
    ///
    /// # Errors
    /// `Fenced` if the job has been taken over.
    async fn release(&self, job: JobId, fence: Fence, error: &str) -> PortResult<()>;

    /// Commits scores of a claimed job with their action logs: fence check, scores, progress and, with a member's last score, its event
    /// `evaluated`, all in one transaction. A score that is there already with the same value is a no-op.
    ///
    /// # Errors
    /// `Fenced` if the job has been taken over or given back: the results are too late, are counted with their attempt
    /// and dropped. `FailedPrecondition` if the experiment has ended. `Divergence` if a score is there with another value
    /// (the experiment is then failed and both values are kept).
    async fn finish(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished>;

    /// One generation with all its members and scores.
    ///
    /// # Errors
    /// `NotFound`.
    async fn generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord>;

    /// How far the members of a generation are, in order of positions, without reading their scores one by one. The means
    /// are for people to look at: they are not rounded as those of the event `evaluated` are.
    async fn progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>>;

    /// Completes a generation and plans the next, with their events, in the term of `epoch`. Doing it again changes
    /// nothing. Of a generation that is completed already, for instance because the experiment was extended after its end,
    /// only the next is planned.
    ///
    /// # Errors
    /// `Fenced` if that term is over; `FailedPrecondition` if episodes are missing, if the experiment has ended or is being
    /// stopped, or if the next generation is not what the experiment's course has there, because it was extended in between.
    async fn close_generation(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
    ) -> PortResult<()>;

    /// Stores what a look at the race of a generation came to, in the term of `epoch`: jobs for those that go on, and that
    /// the others play no more. Once the race is over, whoever has not played all seeds is evaluated, with an event each.
    /// Doing it again changes nothing.
    ///
    /// # Errors
    /// `Fenced` if that term is over; `FailedPrecondition` if episodes that have a job are missing, or if the experiment has
    /// ended or is being stopped.
    async fn advance_race(&self, epoch: Epoch, id: ExperimentId, index: u32, look: &RaceLook) -> PortResult<()>;

    /// Completes an experiment with its digest, in the term of `epoch`. Doing it again changes nothing.
    ///
    /// # Errors
    /// `Fenced` if that term is over; `FailedPrecondition` if a generation is not completed or episodes are missing;
    /// `Divergence` if it was completed with another digest.
    async fn complete(&self, epoch: Epoch, id: ExperimentId, digest: &str) -> PortResult<()>;

    /// Scores in key order, and where to go on.
    async fn scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)>;

    /// Events of an experiment with a sequence number above `after`, in order.
    async fn events_after(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<StoredEvent>>;

    /// Takes events that wait to be published for `lease`, oldest first.
    async fn claim_outbox(&self, relay: &str, limit: u32, lease: Duration) -> PortResult<Vec<OutboxEntry>>;

    /// Marks events as published.
    async fn mark_published(&self, ids: &[i64]) -> PortResult<()>;

    /// How many events wait to be published.
    async fn outbox_lag(&self) -> PortResult<u64>;

    /// Keeps tick logs, in bulk. A log that is there already is replaced.
    async fn write_tick_logs(&self, logs: &[TickLog]) -> PortResult<()>;

    /// Keeps what decided in episodes, in bulk. A record that is there already is replaced.
    async fn write_decisions(&self, logs: &[DecisionLog]) -> PortResult<()>;

    /// What decided in the episodes of a member, as far as it was kept: replicates and records, in order of replicates.
    async fn decisions(&self, id: ExperimentId, generation: u32, position: u32) -> PortResult<Vec<(u32, Vec<u8>)>>;

    /// Notes that a content is the checkpoint of an experiment after one of its generations, and says what is kept there
    /// then. Another one that was noted there is replaced.
    async fn keep_checkpoint(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
        size: u64,
    ) -> PortResult<KeptCheckpoint>;

    /// The checkpoints of an experiment that were kept, the latest generation first.
    async fn checkpoints(&self, id: ExperimentId) -> PortResult<Vec<KeptCheckpoint>>;

    /// Notes that a content is the answer of an external retrospection about a generation of an experiment, and says which
    /// one counts: the one that was noted first stays.
    async fn keep_answer(&self, id: ExperimentId, generation: u32, hash: &ContentHash) -> PortResult<ContentHash>;

    /// The answer about a generation, if one was kept.
    async fn answer(&self, id: ExperimentId, generation: u32) -> PortResult<Option<ContentHash>>;

    /// Whether the store can be used right now.
    async fn ping(&self) -> PortResult<()>;
}
