//! What the ledger holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ErrorKind;
use domain::event::{EventEncoder, EventRecord};
use domain::file::ContentHash;
use domain::finding::Finding;
use domain::ids::{ExperimentId, Fence, JobId};
use domain::journal::JournalEntry;
use domain::plan::{JobPlan, Member, Purpose};
use domain::ports::{ExperimentRecord, KeptCheckpoint, PortError, PortResult, TickRow, TraceSource};
use domain::score::{EpisodeKey, Score};
use domain::status::{GenerationStatus, JobStatus};

use super::events::Outbox;
use super::leadership::Leading;
use super::scores::Scores;
use super::{JobView, Rules};

/// All tables.
pub(super) struct Book {
    pub(super) experiments: BTreeMap<ExperimentId, Experiment>,
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) outbox: Outbox,
    pub(super) leading: Leading,
    pub(super) unsent: Vec<EventRecord>,
    pub(super) divergences: Vec<Divergence>,
    pub(super) journal: Vec<(ExperimentId, JournalEntry)>,
    pub(super) findings: Vec<Finding>,
    pub(super) tick_logs: BTreeMap<(ExperimentId, EpisodeKey), Vec<TickRow>>,
    pub(super) decisions: BTreeMap<(ExperimentId, EpisodeKey), Vec<u8>>,
    pub(super) answers: BTreeMap<(ExperimentId, u32), ContentHash>,
    pub(super) checkpoints: BTreeMap<(ExperimentId, u32), KeptCheckpoint>,
    pub(super) rules: Rules,
    pub(super) encoder: Arc<dyn EventEncoder>,
    pub(super) trace: TraceSource,
}

/// Two results of one episode.
pub(super) struct Divergence {
    pub(super) experiment: ExperimentId,
    pub(super) fence: Fence,
    pub(super) kept: Score,
    pub(super) found: Score,
}

/// An experiment with its generations and scores.
pub(super) struct Experiment {
    pub(super) record: ExperimentRecord,
    pub(super) pauses: u32,
    pub(super) completions: u32,
    pub(super) generations: BTreeMap<u32, Generation>,
    /// In the order they were planned.
    pub(super) jobs: Vec<JobId>,
    pub(super) scores: Scores,
    /// Places of its events in the outbox, in order of their numbers.
    pub(super) events: Vec<i64>,
}

/// A generation with its members.
pub(super) struct Generation {
    pub(super) purpose: Purpose,
    pub(super) status: GenerationStatus,
    pub(super) episodes_per_member: u32,
    /// In its jobs.
    pub(super) planned: u64,
    pub(super) scored: u64,
    pub(super) completions: u32,
    /// In order of positions.
    pub(super) members: Vec<MemberRow>,
}

/// A member with what is counted of it.
pub(super) struct MemberRow {
    pub(super) member: Member,
    pub(super) planned: u64,
    pub(super) scored: u64,
    pub(super) errors: u32,
    pub(super) evaluations: u32,
}

/// A job with its present claim.
pub(super) struct Job {
    pub(super) experiment: ExperimentId,
    pub(super) generation: u32,
    pub(super) plan: JobPlan,
    pub(super) status: JobStatus,
    pub(super) fence: Fence,
    pub(super) token: Option<u64>,
    pub(super) owner: Option<String>,
    pub(super) lease_until_ms: Option<i64>,
    pub(super) failed_attempts: u32,
    /// How far the present attempt is, and when it last got on.
    pub(super) ticks: u64,
    pub(super) progress_at_ms: Option<i64>,
    /// When a message was last known to stand for it.
    pub(super) queued_at_ms: Option<i64>,
    /// By the fence of each, from 1.
    pub(super) attempts: Vec<Attempt>,
}

/// What came of an attempt after it was over.
#[derive(Default)]
pub(super) struct Attempt {
    pub(super) fenced_writes: u64,
    pub(super) late_results: u64,
}

impl Book {
    pub(super) fn new(encoder: Arc<dyn EventEncoder>) -> Self {
        Self {
            experiments: BTreeMap::new(),
            jobs: BTreeMap::new(),
            outbox: Outbox::default(),
            leading: Leading::default(),
            unsent: Vec::new(),
            divergences: Vec::new(),
            journal: Vec::new(),
            findings: Vec::new(),
            tick_logs: BTreeMap::new(),
            decisions: BTreeMap::new(),
            answers: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            rules: Rules::default(),
            encoder,
            trace: TraceSource::default(),
        }
    }

    pub(super) fn experiment(&self, id: ExperimentId) -> PortResult<&Experiment> {
        self.experiments.get(&id).ok_or_else(|| no_experiment(id))
    }

    pub(super) fn experiment_mut(&mut self, id: ExperimentId) -> PortResult<&mut Experiment> {
        self.experiments.get_mut(&id).ok_or_else(|| no_experiment(id))
    }

    pub(super) fn generation(&self, id: ExperimentId, index: u32) -> PortResult<&Generation> {
        let generation = self.experiments.get(&id).and_then(|experiment| experiment.generations.get(&index));
        generation.ok_or_else(|| no_generation(id, index))
    }

    pub(super) fn generation_mut(&mut self, id: ExperimentId, index: u32) -> PortResult<&mut Generation> {
        let generation = self.experiments.get_mut(&id).and_then(|experiment| experiment.generations.get_mut(&index));
        generation.ok_or_else(|| no_generation(id, index))
    }

    /// The member that plays a job.
    pub(super) fn member_mut(&mut self, job: &Place) -> PortResult<&mut MemberRow> {
        let members = &mut self.generation_mut(job.experiment, job.generation)?.members;
        let found = members.iter_mut().find(|row| row.member.position == job.position);
        found.ok_or_else(|| PortError::new(ErrorKind::Internal, "a job without its member"))
    }
}

/// What a job belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) experiment: ExperimentId,
    pub(super) generation: u32,
    pub(super) position: u32,
}

impl Job {
    pub(super) fn place(&self) -> Place {
        Place { experiment: self.experiment, generation: self.generation, position: self.plan.position }
    }

    pub(super) fn is_leased(&self, now: i64) -> bool {
        self.status == JobStatus::Running && self.lease_until_ms.is_some_and(|until| until > now)
    }

    pub(super) fn view(&self, now: i64) -> JobView {
        JobView {
            plan: self.plan.clone(),
            status: self.status,
            fence: self.fence,
            owner: self.owner.clone(),
            is_leased: self.is_leased(now),
            failed_attempts: self.failed_attempts,
        }
    }
}

pub(super) fn refused(kind: ErrorKind, message: impl Into<String>) -> PortError {
    PortError::new(kind, message)
}

fn no_experiment(id: ExperimentId) -> PortError {
    refused(ErrorKind::NotFound, format!("there is no experiment {id}"))
}

fn no_generation(id: ExperimentId, index: u32) -> PortError {
    refused(ErrorKind::NotFound, format!("there is no generation {index} of an experiment {id}"))
}
