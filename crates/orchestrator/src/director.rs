//! Drives experiments from generation to generation.
//!
//! The director holds no state of its own: it looks at the store, does the next step, and every step may be done
//! again. So it can be killed at any point and its successor goes on.

use std::collections::HashMap;
use std::time::Duration;

use domain::digest::{Digest, ExperimentDigest};
use domain::ids::ExperimentId;
use domain::ports::{ExperimentFilter, ExperimentRecord, ExperimentStore, Page, PortError, ScoreFilter};
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::planning::{self, Next};

/// How often the store is looked at when no bell rings.
const LOOK: Duration = Duration::from_millis(500);

/// After how long without a new score open jobs are put into the queue once more. Workers drop what is not open any
/// more, so this costs little and mends any loss of the queue.
const STALLED: Duration = Duration::from_secs(20);

/// What one look at an experiment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Episodes of its generation are still being played.
    Waiting,
    /// A generation was closed and the next one opened.
    Advanced,
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

/// The score count of an experiment and since when it has not changed.
type Watched = HashMap<ExperimentId, (u64, Instant)>;

async fn look(core: &Core, watched: &mut Watched) -> Result<(), PortError> {
    let filter = ExperimentFilter { statuses: vec![ExperimentStatus::Running], name: None };
    let mut page = Page { after: None, size: 100 };
    let mut seen = Watched::new();
    loop {
        let (records, next) = core.store.experiments(&filter, &page).await?;
        for record in records {
            let id = record.id;
            let known = watched.get(&id).copied();
            seen.insert(id, mend(core, &record, known).await?);
            if let Err(error) = drive(core, record).await {
                tracing::warn!(experiment = %id, %error, "cannot advance the experiment, trying again");
            }
        }
        match next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    *watched = seen;
    Ok(())
}

async fn drive(core: &Core, mut record: ExperimentRecord) -> Result<(), PortError> {
    while advance(core, &record).await? == Step::Advanced {
        record = core.store.experiment(record.id).await?;
    }
    Ok(())
}

/// Puts open jobs into the queue again when an experiment is seen for the first time or has stalled.
async fn mend(
    core: &Core,
    record: &ExperimentRecord,
    known: Option<(u64, Instant)>,
) -> Result<(u64, Instant), PortError> {
    let now = Instant::now();
    match known {
        Some((scored, since)) if scored == record.episodes_scored && now.duration_since(since) < STALLED => {
            Ok((scored, since))
        }
        Some((scored, _)) if scored != record.episodes_scored => Ok((record.episodes_scored, now)),
        _ => {
            let jobs = core.enqueue(record.id).await?;
            tracing::debug!(experiment = %record.id, jobs, "open jobs put into the queue");
            Ok((record.episodes_scored, now))
        }
    }
}

/// Does the next step of one experiment, if it is due.
///
/// # Errors
/// If the store or the queue is away; the step can be tried again.
pub async fn advance(core: &Core, record: &ExperimentRecord) -> Result<Step, PortError> {
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
    match next {
        Next::Generation(plan) => {
            core.store.close_generation(record.id, current.index, &summary, Some(&plan)).await?;
            core.events.notify_one();
            core.enqueue(record.id).await?;
            tracing::info!(experiment = %record.id, generation = plan.index, "generation opened");
            Ok(Step::Advanced)
        }
        Next::Complete => {
            core.store.close_generation(record.id, current.index, &summary, None).await?;
            let digest = digest(core.store.as_ref(), record.id).await?;
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
