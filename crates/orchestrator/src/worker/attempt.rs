//! One attempt: its scores are committed as they come, while its lease is prolonged as long as it gets on.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::{Fence, JobId};
use domain::knowledge::KnowledgeContents;
use domain::ports::{Assignment, PortError, PortResult, Renewal, Renewed};
use runtime::crash::{self, Point};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::{Instrument as _, Span, info_span};

use super::lane::{Lane, Verdict};
use super::patience::Patience;
use crate::play::AttemptError;
use crate::shard::{Order, Played, Progress};
use crate::user_files::Hold;

/// Scores that are committed together at most.
const BATCH: usize = 64;
/// Longest time between two renewals, however long the lease is: how soon an attempt hears that its experiment has ended.
const HEARING: Duration = Duration::from_secs(3);

/// A claimed job.
#[derive(Clone, Copy)]
struct Held {
    job: JobId,
    fence: Fence,
}

impl Lane {
    /// Plays a claimed job. An attempt that is lost or stuck is given up at once, whether or not its slot answers.
    pub(super) async fn play(&mut self, assignment: Box<Assignment>) -> PortResult<Verdict> {
        let held = Held { job: assignment.job, fence: assignment.fence };
        let patience = self.patience(&assignment);
        let progress = Arc::new(Progress::default());
        // Kept until the attempt is over, so that an engine that is started anew finds them.
        let (_files, knowledge) = tokio::select! {
            files = self.files(&assignment) => match files {
                Ok(files) => files,
                Err(error) if error.kind == ErrorKind::Unavailable => return Err(error),
                Err(error) => return Ok(Verdict::Failed(with_causes(&error))),
            },
            verdict = self.keep(held, &progress, patience) => return Ok(verdict),
            () = self.shutdown.cancelled() => return Ok(Verdict::Interrupted),
        };
        let (results, played) = mpsc::channel(BATCH);
        let cancelled = self.shutdown.child_token();
        let _given_up = cancelled.clone().drop_guard();
        let (counted, span) = (progress.clone(), Span::current());
        let order = |done| Order { assignment, knowledge, results, progress: counted, cancelled, span, done };
        if !self.slot.order(order).await {
            return Ok(Verdict::Failed("the slot has ended".into()));
        }
        let committed = tokio::select! {
            // What is committed counts, also when the lease is lost in the same moment.
            biased;
            committed = self.commit_all(held, played) => committed,
            verdict = self.keep(held, &progress, patience) => return Ok(verdict),
        };
        match committed {
            Ok(()) => Ok(verdict(self.slot.answer().await)),
            Err(error) if matches!(error.kind, ErrorKind::Fenced | ErrorKind::Divergence) => {
                tracing::warn!(job = %held.job, %error, "results dropped");
                Ok(Verdict::Lost)
            }
            Err(error) if error.kind == ErrorKind::FailedPrecondition => Ok(unwanted(held, &error)),
            Err(error) => Err(error),
        }
    }

    /// Brings the files of a user's own to this machine that the job is played with, and what its agent knows.
    async fn files(&self, assignment: &Assignment) -> PortResult<(Hold, KnowledgeContents)> {
        let (files, known) = (assignment.member.scenario.own_files(), &assignment.member.spec.knowledge);
        let held = self.wait(|| self.core.files.hold(&files)).await?;
        Ok((held, self.wait(|| self.core.files.knowledge(known)).await?))
    }

    /// How long the attempt may stand still: an agent may be given more time for one decision than is usual.
    fn patience(&self, assignment: &Assignment) -> Duration {
        self.settings.patience.max(Duration::from_secs_f64(assignment.spec.limits.tick_seconds).saturating_mul(2))
    }

    /// Prolongs the lease until it is lost. A store that is away is tried again: if nobody has taken the job meanwhile,
    /// the attempt goes on.
    async fn keep(&self, held: Held, progress: &Progress, patience: Duration) -> Verdict {
        let lease = self.settings.lease;
        loop {
            sleep(HEARING.min(lease / 3)).await;
            let renewal = Renewal { lease, ticks: progress.ticks(), patience };
            let late = |_| PortError::new(ErrorKind::DeadlineExceeded, "the store does not answer");
            let renewing = timeout(lease, self.core.store.renew(held.job, held.fence, &renewal));
            match renewing.await.map_err(late).flatten() {
                Ok(Renewed::Prolonged) => {}
                Ok(Renewed::Stuck) => return Verdict::Stuck,
                Err(error) if error.kind == ErrorKind::Fenced => {
                    tracing::warn!(job = %held.job, %error, "attempt given up");
                    return Verdict::Lost;
                }
                Err(error) if error.kind == ErrorKind::FailedPrecondition => return unwanted(held, &error),
                Err(error) => tracing::debug!(job = %held.job, %error, "cannot renew a lease, trying again"),
            }
        }
    }

    async fn commit_all(&self, held: Held, mut played: mpsc::Receiver<Played>) -> PortResult<()> {
        let mut batch = Vec::with_capacity(BATCH);
        while played.recv_many(&mut batch, BATCH).await > 0 {
            let span = info_span!("commit", job = %held.job, episodes = batch.len());
            self.commit(held, std::mem::take(&mut batch)).instrument(span).await?;
        }
        Ok(())
    }

    async fn wait<T, F: Future<Output = PortResult<T>>>(&self, call: impl Fn() -> F) -> PortResult<T> {
        Patience::new(&self.shutdown).wait(call).await
    }

    /// Commits scores; a store that is away is waited for. Should the lease run out meanwhile, the fence decides.
    async fn commit(&self, held: Held, batch: Vec<Played>) -> PortResult<()> {
        crash::reached(Point::EpisodePlayed);
        let (mut scores, mut ticks, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
        for played in batch {
            scores.push(played.score);
            ticks.extend(played.ticks);
            decisions.extend(played.decisions);
        }
        if !ticks.is_empty() {
            self.wait(|| self.core.store.write_tick_logs(&ticks)).await?;
        }
        if !decisions.is_empty() {
            self.wait(|| self.core.store.write_decisions(&decisions)).await?;
        }
        let finished = self.wait(|| self.core.store.finish(held.job, held.fence, &scores)).await;
        if finished.as_ref().is_err_and(|error| error.kind == ErrorKind::Fenced) {
            self.metrics.late(scores.len());
        }
        let finished = finished?;
        self.metrics.scored(&scores);
        self.core.events.notify_one();
        if finished.generation_done {
            self.core.progress.notify_one();
        }
        Ok(())
    }
}

fn unwanted(held: Held, error: &PortError) -> Verdict {
    tracing::info!(job = %held.job, %error, "the job is left");
    Verdict::Unwanted
}

fn verdict(answer: Option<Result<(), AttemptError>>) -> Verdict {
    match answer {
        Some(Ok(())) => Verdict::Done,
        Some(Err(AttemptError::Cancelled)) => Verdict::Interrupted,
        Some(Err(error)) if error.is_absence() => Verdict::Away(with_causes(&error)),
        Some(Err(error)) => Verdict::Failed(with_causes(&error)),
        None => Verdict::Failed("the slot has ended".into()),
    }
}

/// An error with the errors below it, for a reason that is kept.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        below = cause.source();
    }
    text
}
