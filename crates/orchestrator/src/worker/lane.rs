//! One lane: a delivery, a claim, an attempt, and again.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::journal::{Actor, Note};
use domain::ports::{Assignment, Claim, Delivery, PortError, PortResult};
use domain::status::ExperimentStatus;
use runtime::crash::{self, Point};
use runtime::trace_context;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span, info_span};

use super::Settings;
use super::patience::{self, Patience};
use super::slot::LaneSlot;
use super::source::Source;
use crate::core::Core;
use crate::metrics::Metrics;

/// Pause before a failed call to a dependency is tried again.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) struct Lane {
    pub(super) core: Core,
    pub(super) settings: Settings,
    pub(super) slot: LaneSlot,
    pub(super) metrics: Metrics,
    pub(super) shutdown: CancellationToken,
}

/// What became of an attempt.
pub(super) enum Verdict {
    /// Every episode is scored.
    Done,
    /// The job belongs to somebody else now.
    Lost,
    /// Its experiment has ended: nobody wants the scores.
    Unwanted,
    /// Another attempt may succeed.
    Failed(String),
    /// The agent was not there or was lost, which says nothing about the job.
    Away(String),
    /// The attempt stood still. The store has ended it and given the job back.
    Stuck,
    /// The worker stops; the job is as good as untouched.
    Interrupted,
}

impl Verdict {
    fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Unwanted => "unwanted",
            Self::Failed(_) => "failed",
            Self::Away(_) => "away",
            Self::Stuck => "stuck",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Lane {
    pub(super) async fn run(mut self, source: Arc<Source>) {
        let shutdown = self.shutdown.clone();
        loop {
            let next = async {
                if !self.slot.is_free() {
                    let _unable = source.unable().await;
                    self.slot.free().await;
                }
                source.next().await
            };
            let Some(delivery) = shutdown.run_until_cancelled(next).await else { return };
            let worked = match delivery {
                Ok(delivery) => self.work(delivery).await,
                Err(error) => Err(error),
            };
            if let Err(error) = worked {
                tell(&error);
                if shutdown.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    return;
                }
            }
        }
    }

    async fn work(&mut self, delivery: Box<dyn Delivery>) -> PortResult<()> {
        crash::reached(Point::JobTaken);
        let message = delivery.message();
        let claim = || self.core.store.claim(message.job, &self.settings.name, self.settings.lease);
        match Patience::new(&self.shutdown).wait(claim).await? {
            Claim::Granted(assignment) => {
                let span = job_span(&assignment, delivery.traceparent());
                self.attempt(delivery, assignment).instrument(span).await
            }
            // The leader queues it again when its lease runs out, or when the experiment goes on.
            Claim::Held | Claim::Settled | Claim::Paused => delivery.ack().await,
            Claim::Unknown => {
                tracing::warn!(job = %message.job, "a job that is not in the store was put aside");
                delivery.reject().await
            }
        }
    }

    async fn attempt(&mut self, delivery: Box<dyn Delivery>, assignment: Box<Assignment>) -> PortResult<()> {
        let (job, fence, experiment) = (assignment.job, assignment.fence, assignment.experiment);
        let attempts_left = assignment.spec.limits.attempts.saturating_sub(assignment.failed_attempts + 1);
        let verdict = self.play(assignment).await?;
        self.metrics.attempted(verdict.name());
        let failure = match verdict {
            Verdict::Done | Verdict::Lost => None,
            Verdict::Interrupted | Verdict::Unwanted => {
                ignore_fenced(self.core.store.release(job, fence, "").await)?;
                None
            }
            Verdict::Away(why) => {
                tracing::warn!(%job, why, "an attempt was lost with its agent, and does not count");
                let release = || self.core.store.release(job, fence, "");
                ignore_fenced(Patience::new(&self.shutdown).wait(release).await)?;
                None
            }
            Verdict::Failed(why) => {
                let release = || self.core.store.release(job, fence, &why);
                ignore_fenced(Patience::new(&self.shutdown).wait(release).await)?;
                Some(why)
            }
            Verdict::Stuck => Some("it stood still".to_owned()),
        };
        if let Some(why) = failure {
            tracing::warn!(%job, why, attempts_left, "an attempt failed");
            self.core.events.notify_one();
            if attempts_left == 0 {
                let reason = format!("job {job} failed in every attempt: {why}");
                let note = Note::new(Actor::worker(&self.settings.name), &reason);
                let fail = || self.core.set_status(experiment, ExperimentStatus::Failed, &note);
                ignore_ended(Patience::new(&self.shutdown).wait(fail).await)?;
            }
        }
        // Whatever is open now, the leader queues again.
        self.core.progress.notify_one();
        delivery.ack().await
    }
}

/// The span of an attempt, below that of whoever published its job.
fn job_span(assignment: &Assignment, traceparent: Option<&str>) -> Span {
    let Assignment { job, experiment, generation, fence, .. } = assignment;
    let agent = &assignment.member.agent;
    let span = info_span!("job", %job, %experiment, generation, %agent, fence = fence.0);
    if let Some(traceparent) = traceparent {
        trace_context::follow(&span, traceparent);
    }
    span
}

/// What is away is told of by whoever reaches for it, once.
fn tell(error: &PortError) {
    if patience::is_away(error) {
        tracing::debug!(%error, "a job was interrupted, going on");
    } else {
        tracing::warn!(%error, "a job was interrupted, going on");
    }
}

/// An experiment that has ended in another way meanwhile needs no other end.
fn ignore_ended(result: PortResult<()>) -> PortResult<()> {
    match result {
        Err(PortError { kind: ErrorKind::FailedPrecondition, .. }) => Ok(()),
        other => other,
    }
}

fn ignore_fenced(result: PortResult<()>) -> PortResult<()> {
    match result {
        Err(PortError { kind: ErrorKind::Fenced, .. }) => Ok(()),
        other => other,
    }
}
