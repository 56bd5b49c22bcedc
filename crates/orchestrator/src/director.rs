//! Drives experiments from generation to generation.
//!
//! The director holds no state of its own but spans, and populations that follow from the store: it looks at the store,
//! does the next step, and every step may be done again. So it can be killed at any point and its successor goes on, in a
//! trace of its own. It plans in a term of leadership (see [`crate::leader`]), so that its successor need not know whether
//! it is really gone.

mod checkpoints;
mod drain;
mod outside;
mod race;
mod rounds;
pub(crate) mod school;
mod spans;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use domain::digest::{Digest, ExperimentDigest};
use domain::ids::{Epoch, ExperimentId};
use domain::ports::{
    ExperimentRecord, ExperimentStore, GenerationRecord, GenerationSummary, NewExtension, Page, PortError, ScoreFilter,
};
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use runtime::crash::{self, Point};
use runtime::outage::Outage;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument as _, Span};

use crate::clock::now_ms;
use crate::core::{Core, running};
use crate::planner;
use crate::planning::{self, Next, Population};
use crate::standing;
use outside::Asked;
use spans::Spans;

/// How often the store is looked at when no bell rings.
const LOOK: Duration = Duration::from_millis(500);
/// How often the queue is looked at for what it may have lost.
const SWEEP: Duration = Duration::from_secs(5);
/// How long a job may wait in an empty queue: a worker may have it in hand and not have begun.
const OVERDUE: Duration = Duration::from_secs(10);
/// Longest time that queueing the jobs of one experiment may hold up the others.
const QUEUEING: Duration = Duration::from_secs(5);

/// What one look at an experiment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Episodes of its generation are still being played, or somebody outside looks back on it.
    Waiting,
    /// A generation was closed and the next one planned, or its race goes on, or its experiment has a nearer end.
    Advanced,
    /// It was completed.
    Completed,
    /// It is not running.
    Idle,
}

/// Drives all running experiments in the term of `epoch`; ends when the store says that this term is over.
pub async fn drive(core: &Core, epoch: Epoch) {
    let mut director = Director {
        core,
        epoch,
        spans: HashMap::new(),
        populations: HashMap::new(),
        asked: Asked::default(),
        swept: Instant::now(),
    };
    let mut outage = Outage::new("what experiments need to advance");
    loop {
        match director.look().await {
            Ok(None) => {
                outage.up();
            }
            Ok(Some(error)) => outage.down(&error.message),
            Err(error) if error.kind == ErrorKind::Fenced => return,
            Err(error) => outage.down(&error.message),
        }
        tokio::select! {
            biased;
            () = core.progress.notified() => {}
            () = sleep(LOOK) => {}
        }
    }
}

struct Director<'a> {
    core: &'a Core,
    epoch: Epoch,
    spans: HashMap<ExperimentId, Spans>,
    /// Populations as far as they are known here.
    populations: HashMap<ExperimentId, Population>,
    /// Who looks back on the generations of whom.
    asked: Asked,
    /// When the queue was last looked at for what it may have lost.
    swept: Instant,
}

impl Director<'_> {
    /// Looks at every running experiment: plans what is to be planned, and queues what is to be queued. Returns what kept
    /// one of them, which is tried again, and kept no other.
    async fn look(&mut self) -> Result<Option<PortError>, PortError> {
        drain::look(self.core).await?;
        let running = running(self.core.store.as_ref()).await?;
        self.spans.retain(|id, _| running.iter().any(|record| record.id == *id));
        self.populations.retain(|id, _| running.iter().any(|record| record.id == *id));
        self.asked.retain(|id| running.iter().any(|record| record.id == *id));
        let lossy = self.queue_is_empty().await;
        let (mut queue_is_there, mut failed) = (true, None);
        for record in running {
            let id = record.id;
            match self.carry_on(record).await {
                Ok(span) if queue_is_there => {
                    let queued = timeout(QUEUEING, self.queue_jobs(id, lossy).instrument(span)).await;
                    // The other experiments do not have to wait for a queue that is away.
                    failed = tell(id, queued).or(failed);
                    queue_is_there = failed.is_none();
                }
                Ok(_) => {}
                Err(error) if error.kind == ErrorKind::Fenced => return Err(error),
                Err(error) => failed = Some(error),
            }
        }
        Ok(failed)
    }

    /// Whether nothing waits in the queue, so that what should is lost; asked now and then. A queue that does not answer
    /// may have lost everything too, and whether it takes jobs shows only when it is given some.
    async fn queue_is_empty(&mut self) -> bool {
        if self.swept.elapsed() < SWEEP {
            return false;
        }
        self.swept = Instant::now();
        match timeout(QUEUEING, self.core.queue.depth()).await {
            Ok(Ok(depth)) => depth == 0,
            Ok(Err(error)) => error.kind == ErrorKind::DeadlineExceeded,
            Err(_) => true,
        }
    }

    async fn queue_jobs(&self, id: ExperimentId, lossy: bool) -> Result<(usize, usize), PortError> {
        let due = self.core.enqueue(id).await?;
        let lost = if lossy { self.core.enqueue_overdue(id, OVERDUE).await? } else { 0 };
        Ok((due, lost))
    }

    /// Does all steps of one experiment that are due; returns the span of its generation, to which its jobs belong.
    async fn carry_on(&mut self, mut record: ExperimentRecord) -> Result<Span, PortError> {
        let spans = match self.spans.entry(record.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Spans::new(self.core.store.as_ref(), &record).await),
        };
        loop {
            let span = spans.of(record.generation);
            let step = Box::pin(advance(self.core, self.epoch, &record, &mut self.populations, &mut self.asked));
            match step.instrument(span.clone()).await? {
                Step::Advanced => record = self.core.store.experiment(record.id).await?,
                Step::Waiting | Step::Completed | Step::Idle => return Ok(span),
            }
        }
    }
}

/// Tells what was queued; returns why nothing was, if the queue or the store is away.
fn tell(id: ExperimentId, queued: Result<Result<(usize, usize), PortError>, Elapsed>) -> Option<PortError> {
    match queued {
        Ok(Ok((due, lost))) => {
            if due > 0 {
                tracing::debug!(experiment = %id, jobs = due, "jobs put into the queue");
            }
            if lost > 0 {
                tracing::warn!(experiment = %id, jobs = lost, "jobs that the queue has lost were put into it again");
            }
            None
        }
        Ok(Err(error)) => Some(error),
        Err(_) => {
            let message = format!("jobs cannot be put into the queue within {QUEUEING:?}");
            Some(PortError::new(ErrorKind::DeadlineExceeded, message))
        }
    }
}

/// Does the next step of one experiment, if it is due. Fails if the store is away; the step can be tried again.
async fn advance(
    core: &Core,
    epoch: Epoch,
    record: &ExperimentRecord,
    populations: &mut HashMap<ExperimentId, Population>,
    asked: &mut Asked,
) -> Result<Step, PortError> {
    if record.status != ExperimentStatus::Running {
        return Ok(Step::Idle);
    }
    if record.episodes_scored < record.episodes_due || asked.waits(record.id) {
        return Ok(Step::Waiting);
    }
    let index = record.generation;
    let current = core.store.generation(record.id, index).await?;
    if race::goes_on(core.store.as_ref(), epoch, record, &current).await? {
        return Ok(Step::Advanced);
    }
    let opening = match record.course().opening() {
        // Before it is played, nothing that is planned depends on it.
        first if first >= index => current.clone(),
        first => core.store.generation(record.id, first).await?,
    };
    let population = rounds::told(core, record, &current, populations.remove(&record.id)).await?;
    if let Some(ending) = population.as_ref().and_then(|population| planning::ending(record, population, now_ms())) {
        populations.extend(population.map(|population| (record.id, population)));
        return end_early(core, &ending).await;
    }
    if !asked.has_answer(core, record, &current).await? {
        populations.extend(population.map(|population| (record.id, population)));
        return Ok(Step::Waiting);
    }
    let handed = school::after(core, record, &current).await?;
    checkpoints::keep(core, record, &current, &handed).await?;
    let (mut next, summary, population) = plan(record, current, opening, population).await?;
    if let Next::Generation(plan) = &mut next {
        handed.hand_to(&mut plan.members);
    }
    populations.extend(population.map(|population| (record.id, population)));
    crash::reached(Point::GenerationDue);
    match next {
        Next::Generation(plan) => {
            core.store.close_generation(epoch, record.id, index, &summary, Some(&plan)).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, generation = plan.index, "generation opened");
            Ok(Step::Advanced)
        }
        Next::Complete => {
            core.store.close_generation(epoch, record.id, index, &summary, None).await?;
            let digest = digest(core.store.as_ref(), record.id).await?;
            crash::reached(Point::DigestKnown);
            core.store.complete(epoch, record.id, &digest.to_string()).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, %digest, "experiment completed");
            Ok(Step::Completed)
        }
    }
}

/// Moves the end of an experiment to where its search stands; what follows from that is the next step.
async fn end_early(core: &Core, ending: &NewExtension) -> Result<Step, PortError> {
    // Whatever became of it, the experiment has another end now.
    core.control.extend(ending).await?;
    let (reason, rounds) = (&ending.note.reason, ending.extent);
    tracing::info!(experiment = %ending.experiment, %reason, "the search ends after {rounds}");
    Ok(Step::Advanced)
}

/// Plans what follows a generation; hands the population back.
async fn plan(
    record: &ExperimentRecord,
    current: GenerationRecord,
    opening: GenerationRecord,
    population: Option<Population>,
) -> Result<(Next, GenerationSummary, Option<Population>), PortError> {
    let record = record.clone();
    let episodes = standing::episodes_scored(&current);
    let plan = move || {
        let next = planning::next(record.id, &record.course(), current.index, population.as_ref(), &opening);
        let summary = planning::summary(&record.spec, &current)
            .ok_or_else(|| PortError::new(ErrorKind::Internal, "a generation without members cannot be closed"))?;
        Ok((next, summary, population))
    };
    planner::run(episodes, plan).await
}

/// The error that what is stored does not let somebody do something.
pub(crate) fn broken(what: &str, found: &[Violation]) -> PortError {
    PortError::new(ErrorKind::Internal, format!("{what}: {}", Violation::in_one_line(found)))
}

/// The digest over all stored rows of an experiment, in key order.
///
/// # Errors
/// If the store is away or returns rows out of order.
pub async fn digest(store: &dyn ExperimentStore, id: ExperimentId) -> Result<Digest, PortError> {
    let mut digest = ExperimentDigest::default();
    let mut page = Page { after: None, size: 1000 };
    loop {
        let (rows, next) = store.scores(id, &ScoreFilter::default(), &page).await?;
        for row in &rows {
            digest.push(&row.score).map_err(|error| PortError::new(ErrorKind::Internal, error.to_string()))?;
        }
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(digest.finish()),
        }
    }
}
