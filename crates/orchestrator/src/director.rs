//! Drives experiments from generation to generation.
//!
//! The director holds no state of its own but spans: it looks at the store, does the next step, and every step may be
//! done again. So it can be killed at any point and its successor goes on, in a trace of its own.

mod watch;

use std::collections::HashMap;
use std::time::Duration;

use domain::digest::{Digest, ExperimentDigest};
use domain::ids::ExperimentId;
use domain::ports::{ExperimentRecord, ExperimentStore, Page, PortError, ScoreFilter};
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use runtime::crash::{self, Point};
use tokio_util::sync::CancellationToken;
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

/// Drives all running experiments until `shutdown`.
pub async fn run(core: Core, shutdown: CancellationToken) {
    let mut watched = HashMap::new();
    loop {
        if let Err(error) = look(&core, &mut watched).await {
            tracing::warn!(%error, "cannot look after experiments, trying again");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = core.progress.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(core: &Core, watched: &mut HashMap<ExperimentId, Watch>) -> Result<(), PortError> {
    let running = running(core.store.as_ref()).await?;
    watched.retain(|id, _| running.iter().any(|record| record.id == *id));
    for record in running {
        let id = record.id;
        let watch = watched.entry(id).or_insert_with(|| Watch::new(&record));
        mend(core, &record, watch).await?;
        if let Err(error) = drive(core, record, &mut watch.spans).await {
            tracing::warn!(experiment = %id, %error, "cannot advance the experiment, trying again");
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

async fn drive(core: &Core, mut record: ExperimentRecord, spans: &mut Spans) -> Result<(), PortError> {
    while let Step::Advanced(generation) = advance(core, &record).instrument(spans.of(record.generation)).await? {
        // In the span of the new generation, to which its jobs belong.
        core.enqueue(record.id).instrument(spans.of(generation)).await?;
        record = core.store.experiment(record.id).await?;
    }
    Ok(())
}

/// Does the next step of one experiment, if it is due. Fails if the store is away; the step can be tried again.
async fn advance(core: &Core, record: &ExperimentRecord) -> Result<Step, PortError> {
    if record.status != ExperimentStatus::Running {
        return Ok(Step::Idle);
    }
    if record.episodes_scored < planning::due_through(&record.spec, record.generation) {
        return Ok(Step::Waiting);
    }
    let current = core.store.generation(record.id, record.generation).await?;
    let opening = if record.generation == 0 { current.clone() } else { core.store.generation(record.id, 0).await? };
    let next = planning::next(record.id, &record.spec, &current, &opening).map_err(unplannable)?;
    let summary = planning::summary(&record.spec, &current)
        .ok_or_else(|| PortError::new(ErrorKind::Internal, "a generation without members cannot be closed"))?;
    crash::reached(Point::GenerationDue);
    match next {
        Next::Generation(plan) => {
            core.store.close_generation(record.id, current.index, &summary, Some(&plan)).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, generation = plan.index, "generation opened");
            Ok(Step::Advanced(plan.index))
        }
        Next::Complete => {
            core.store.close_generation(record.id, current.index, &summary, None).await?;
            let digest = digest(core.store.as_ref(), record.id).await?;
            crash::reached(Point::DigestKnown);
            core.store.complete(record.id, &digest.to_string()).await?;
            core.events.notify_one();
            tracing::info!(experiment = %record.id, %digest, "experiment completed");
            Ok(Step::Completed)
        }
    }
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
