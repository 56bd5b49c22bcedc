//! The ledger in memory: the twin of the databases, with their rules and none of their waiting.
//!
//! It passes the same contract as they do (`tests/ledger.rs`), and random histories give the same answers here and on
//! SQLite (`crates/store/tests/it/twin.rs`). Every call is one step that nothing can interrupt, nothing in it is left to
//! chance, and its clock is that of tokio, which a test can stop.

mod book;
mod dispatch;
mod events;
mod experiments;
mod extensions;
mod findings;
mod finish;
mod generations;
mod jobs;
mod journal;
mod leadership;
mod lists;
mod plan;
mod port;
mod races;
mod scores;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::event::{EventEncoder, EventRecord};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::plan::JobPlan;
use domain::ports::{Claim, PortResult, TraceSource};
use domain::score::{EpisodeKey, Score};
use domain::status::JobStatus;
use tokio::time::Instant;

use book::Book;

/// Milliseconds since 1970 when every ledger in memory begins.
const BEGINNING_MS: i64 = 1_800_000_000_000;

/// The rules of the ledger. A test switches one off to see whether anybody notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Rules {
    /// What carries an old fence is refused.
    pub fences: bool,
    /// What is planned in a term that is over is refused.
    pub epochs: bool,
    /// An episode has one score; else every commit adds another row.
    pub keys: bool,
    /// A score that comes again is compared; else it replaces the one that is there.
    pub compares: bool,
    /// Events wait in the outbox; else they count as published, and [`MemoryLedger::take_unsent`] hands them out.
    pub outbox: bool,
    /// Scores are read, and summed up, in the order of their keys; else in that of their arrival.
    pub key_order: bool,
    /// What was stopped, or is being stopped, gives out no jobs and takes no scores after its end.
    pub stops: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { fences: true, epochs: true, keys: true, compares: true, outbox: true, key_order: true, stops: true }
    }
}

/// A job as the ledger has it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// What is to be played.
    pub plan: JobPlan,
    /// Where it stands.
    pub status: JobStatus,
    /// The number of its last claim; 0 before the first.
    pub fence: Fence,
    /// Who holds it.
    pub owner: Option<String>,
    /// Whether its lease holds at this moment.
    pub is_leased: bool,
    /// How many attempts ended with an error.
    pub failed_attempts: u32,
}

/// The ledger in memory.
pub struct MemoryLedger {
    book: Mutex<Book>,
    begun: Instant,
    tokens: AtomicU64,
}

impl MemoryLedger {
    /// An empty ledger whose clock starts now.
    #[must_use]
    pub fn new(encoder: Arc<dyn EventEncoder>) -> Self {
        Self { book: Mutex::new(Book::new(encoder)), begun: Instant::now(), tokens: AtomicU64::new(1) }
    }

    /// Keeps the trace context of `trace` with events.
    #[must_use]
    pub fn with_trace(self, trace: TraceSource) -> Self {
        self.with(|book, _| book.trace = trace);
        self
    }

    /// Keeps only these rules.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        self.with(|book, _| book.rules = rules);
        self
    }

    /// A name for one call of [`claim_as`](Self::claim_as).
    pub fn token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    /// Claims a job under a name of the call: whoever repeats it because the answer was lost gets its own claim again, as
    /// the databases do it within one call.
    ///
    /// # Errors
    /// None; a job that cannot be had is an answer.
    pub fn claim_as(&self, job: JobId, worker: &str, lease: Duration, token: u64) -> PortResult<Claim> {
        self.with(|book, now| Ok(book.claim(job, worker, lease, token, now)))
    }

    /// The job, if there is one.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<JobView> {
        self.with(|book, now| book.jobs.get(&id).map(|job| job.view(now)))
    }

    /// The score of an episode of the job's experiment, if there is one.
    #[must_use]
    pub fn score(&self, job: JobId, key: EpisodeKey) -> Option<Score> {
        self.with(|book, _| {
            let experiment = book.experiments.get(&book.jobs.get(&job)?.experiment)?;
            experiment.scores.get(&key).cloned()
        })
    }

    /// How many of a job's episodes have a score.
    #[must_use]
    pub fn scored(&self, id: JobId) -> usize {
        self.with(|book, _| {
            let Some(job) = book.jobs.get(&id) else { return 0 };
            let left = book.experiments.get(&job.experiment).map(|experiment| jobs::unscored(job, experiment).len());
            job.plan.episodes.len() - left.unwrap_or_default()
        })
    }

    /// The jobs of an experiment, in the order they were planned.
    #[must_use]
    pub fn jobs(&self, id: ExperimentId) -> Vec<JobView> {
        self.with(|book, now| {
            let planned = book.experiments.get(&id).map_or(&[][..], |experiment| &experiment.jobs);
            planned.iter().filter_map(|job| book.jobs.get(job)).map(|job| job.view(now)).collect()
        })
    }

    /// Every row of an experiment in key order, also such as the rules forbid.
    #[must_use]
    pub fn rows(&self, id: ExperimentId) -> Vec<Score> {
        self.with(|book, _| {
            let experiment = book.experiments.get(&id);
            experiment.map(|experiment| experiment.scores.all().cloned().collect()).unwrap_or_default()
        })
    }

    /// Scores that came again with another value: the one that was kept, and the one that was found.
    #[must_use]
    pub fn divergences(&self) -> Vec<(Score, Score)> {
        self.with(|book, _| book.divergences.iter().map(|one| (one.kept.clone(), one.found.clone())).collect())
    }

    /// The place in the outbox and the record of every event, oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<(i64, EventRecord)> {
        self.with(|book, _| book.outbox.all().map(|(id, record)| (id, record.clone())).collect())
    }

    /// Events that no relay publishes, because the rules do without an outbox, since the last call.
    #[must_use]
    pub fn take_unsent(&self) -> Vec<EventRecord> {
        self.with(|book, _| std::mem::take(&mut book.unsent))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        BEGINNING_MS + i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX - BEGINNING_MS)
    }

    /// One step, at one moment.
    fn with<T>(&self, step: impl FnOnce(&mut Book, i64) -> T) -> T {
        let now = self.now_ms();
        // A step that panicked is a bug of the twin; the test that it fails has seen it.
        step(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner), now)
    }
}
