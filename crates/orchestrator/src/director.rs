//! Drives experiments from generation to generation.
//!
//! The director holds no state of its own but spans: it looks at the store, does the next step, and every step may be
//! done again. So it can be killed at any point and its successor goes on, in a trace of its own. It plans in a term of
//! leadership (see [`crate::leader`]), so that its successor need not know whether it is really gone.

mod watch;

use std::collections::HashMap;
use std::time::Duration;

use domain::digest::{Digest, ExperimentDigest};
use domain::ids::{Epoch, ExperimentId};
use domain::ports::{
    ExperimentRecord, ExperimentStore, GenerationRecord, GenerationSummary, Page, PortError, ScoreFilter,
};
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use tracing::Instrument as _;

use crate::core::{Core, running};
use crate::planning::{self, Next};
use watch::{Spans, Watch};

/// How often the store is looked at when no bell rings.
const LOOK: Duration = Duration::from_millis(500);

/// What one look at an experiment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Episodes of its generation are still being played.
    Waiting,
    /// A generation was closed and this one planned.
    Advanced(u32),
    /// It was completed.
    Completed,
    /// It is not running.
    Idle,
}

/// Drives all running experiments in the term of `epoch`; ends when the store says that this term is over.
pub async fn drive(core: &Core, epoch: Epoch) {
    let mut watched = HashMap::new();
    loop {
        match look(core, epoch, &mut watched).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Fenced => return,
            Err(error) => tracing::warn!(%error, "cannot look after experiments, trying again"),
        }
        tokio::select! {
            () = core.progress.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(core: &Core, epoch: Epoch, watched: &mut HashMap<ExperimentId, Watch>) -> Result<(), PortError> {
    let running = running(core.store.as_ref()).await?;
    watched.retain(|id, _| running.iter().any(|record| record.id == *id));
    for record in running {
        let id = record.id;
        let watch = watched.entry(id).or_insert_with(|| Watch::new(&record));
        mend(core, &record, watch).await?;
        match carry_on(core, epoch, record, &mut watch.spans).await {
            Err(error) if error.kind == ErrorKind::Fenced => return Err(error),
            Err(error) => tracing::warn!(experiment = %id, %error, "cannot advance the experiment, trying again"),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Puts open jobs into the queue again when an experiment is seen for the first time or has stalled. Workers drop what is
/// not open any more, so this costs little and mends any loss of the queue.
async fn mend(core: &Core, record: &ExperimentRecord, watch: &mut Watch) -> Result<(), PortError> {
    if watch.needs_jobs(record.episodes_scored) {
        let jobs = core.enqueue(record.id).instrument(watch.spans.of(record.generation)).await?;
        tracing::debug!(experiment = %record.id, jobs, "open jobs put into the queue");
        watch.has_jobs(record.episodes_scored);
    }
    Ok(())
}

async fn carry_on(core: &Core, epoch: Epoch, mut record: ExperimentRecord, spans: &mut Spans) -> Result<(), PortError> {
    while let Step::Advanced(generation) = advance(core, epoch, &record).instrument(spans.of(record.generation)).await?
    {
        // In the span of the new generation, to which its jobs belong.
        core.enqueue(record.id).instrument(spans.of(generation)).await?;
        record = core.store.experiment(record.id).await?;
    }
    Ok(())
}

/// Does the next step of one experiment, if it is due. Fails if the store is away; the step can be tried again.
async fn advance(core: &Core, epoch: Epoch, record: &ExperimentRecord) -> Result<Step, PortError> {
    if record.status != ExperimentStatus::Running {
        return Ok(Step::Idle);
    }
    if record.episodes_scored < planning::due_through(&record.spec, record.generation) {
        return Ok(Step::Waiting);
    }
    let current = core.store.generation(record.id, record.generation).await?;
    let opening = if record.generation == 0 { current.clone() } else { core.store.generation(record.id, 0).await? };
    let index = current.index;
    let (next, summary) = plan(record, current, opening).await?;
    match next {
        Next::Generation(plan) => {
            core.store.close_generation(epoch, record.id, index, &summary, Some(&plan)).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, generation = plan.index, "generation opened");
            Ok(Step::Advanced(plan.index))
        }
        Next::Complete => {
            core.store.close_generation(epoch, record.id, index, &summary, None).await?;
            let digest = digest(core.store.as_ref(), record.id).await?;
            core.store.complete(epoch, record.id, &digest.to_string()).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, %digest, "experiment completed");
            Ok(Step::Completed)
        }
    }
}

/// Plans what follows a generation, on a thread of its own: nothing else of the process waits for a large population.
async fn plan(
    record: &ExperimentRecord,
    current: GenerationRecord,
    opening: GenerationRecord,
) -> Result<(Next, GenerationSummary), PortError> {
    let (id, spec) = (record.id, record.spec.clone());
    let planned = tokio::task::spawn_blocking(move || {
        let next = planning::next(id, &spec, &current, &opening).map_err(unplannable)?;
        let summary = planning::summary(&spec, &current)
            .ok_or_else(|| PortError::new(ErrorKind::Internal, "a generation without members cannot be closed"))?;
        Ok((next, summary))
    });
    planned.await.map_err(|error| PortError::new(ErrorKind::Internal, "planning ended with a panic").because(error))?
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

fn unplannable(found: Vec<Violation>) -> PortError {
    let why = found.into_iter().map(|v| format!("{}: {}", v.path, v.message)).collect::<Vec<_>>().join("; ");
    PortError::new(ErrorKind::Internal, format!("the next generation cannot be planned: {why}"))
}
