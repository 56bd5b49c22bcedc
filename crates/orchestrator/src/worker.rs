//! Takes jobs from the queue, has shards play them, commits what they score.
//!
//! A lane per slot: take a delivery, claim the job, order its episodes, commit every score as it comes, acknowledge
//! the delivery after the commit that completed the job.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{Assignment, Claim, Delivery, JobConsumer, PortError, PortResult};
use domain::status::ExperimentStatus;
use runtime::crash::{self, Point};
use runtime::trace_context;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, Span, info_span};

use crate::core::Core;
use crate::metrics::Metrics;
use crate::play::AttemptError;
use crate::shard::{Order, Played};

/// How long a claimed job is a worker's own without a sign of life.
const LEASE: Duration = Duration::from_secs(30);
/// How often a lease is prolonged while its job is played.
const RENEW: Duration = Duration::from_secs(10);
/// Scores that are committed together at most.
const BATCH: usize = 64;
/// Pause before a failed call to a dependency is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Plays jobs on these slots until `shutdown`, under the name `worker`. At most `prefetch` jobs are taken ahead; as
/// many as there are slots unless given.
pub async fn run(
    core: Core,
    worker: String,
    slots: Vec<mpsc::Sender<Order>>,
    prefetch: Option<u16>,
    shutdown: CancellationToken,
) {
    // Fewer than slots would leave some of them idle.
    let slot_count = u16::try_from(slots.len()).unwrap_or(u16::MAX);
    let prefetch = prefetch.unwrap_or(slot_count).max(slot_count);
    let consumer = Arc::new(Mutex::new(Source { core: core.clone(), prefetch, consumer: None }));
    let lanes = TaskTracker::new();
    for slot in slots {
        let lane = Lane {
            core: core.clone(),
            worker: worker.clone(),
            slot,
            metrics: Metrics::new(),
            shutdown: shutdown.clone(),
        };
        lanes.spawn(lane.run(consumer.clone()));
    }
    lanes.close();
    lanes.wait().await;
}

/// The consumer that the lanes share; renewed when it dies.
struct Source {
    core: Core,
    prefetch: u16,
    consumer: Option<Box<dyn JobConsumer>>,
}

impl Source {
    async fn next(&mut self) -> PortResult<Box<dyn Delivery>> {
        let consumer = match &mut self.consumer {
            Some(consumer) => consumer,
            none => none.insert(self.core.queue.consume(self.prefetch).await?),
        };
        let next = consumer.next().await;
        if next.is_err() {
            self.consumer = None;
        }
        next
    }
}

struct Lane {
    core: Core,
    worker: String,
    slot: mpsc::Sender<Order>,
    metrics: Metrics,
    shutdown: CancellationToken,
}

/// What became of an attempt.
enum Verdict {
    /// Every episode is scored.
    Done,
    /// The job belongs to somebody else now, or its experiment has ended.
    Lost,
    /// Another attempt may succeed.
    Failed(String),
    /// The worker stops; the job is as good as untouched.
    Interrupted,
}

impl Verdict {
    fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Failed(_) => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Lane {
    async fn run(self, source: Arc<Mutex<Source>>) {
        loop {
            let delivery = tokio::select! {
                delivery = async { source.lock().await.next().await } => delivery,
                () = self.shutdown.cancelled() => return,
            };
            let worked = match delivery {
                Ok(delivery) => self.work(delivery).await,
                Err(error) => Err(error),
            };
            if let Err(error) = worked {
                tracing::warn!(%error, "a job was interrupted, going on");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = self.shutdown.cancelled() => return,
                }
            }
        }
    }

    async fn work(&self, delivery: Box<dyn Delivery>) -> PortResult<()> {
        crash::reached(Point::JobTaken);
        let message = delivery.message();
        match self.core.store.claim(message.job, &self.worker, LEASE).await? {
            Claim::Granted(assignment) => {
                let span = job_span(&assignment, delivery.traceparent());
                self.attempt(delivery, assignment).instrument(span).await
            }
            // Whoever holds the job has a delivery of its own; a paused one is put into the queue when it goes on.
            Claim::Held | Claim::Settled | Claim::Paused => delivery.ack().await,
            Claim::Unknown => {
                tracing::warn!(job = %message.job, "a job that is not in the store was put aside");
                delivery.reject().await
            }
        }
    }

    async fn attempt(&self, delivery: Box<dyn Delivery>, assignment: Box<Assignment>) -> PortResult<()> {
        let (job, fence, experiment) = (assignment.job, assignment.fence, assignment.experiment);
        let attempts_left = assignment.spec.limits.attempts.saturating_sub(assignment.failed_attempts + 1);
        let verdict = self.play(assignment).await?;
        self.metrics.attempted(verdict.name());
        match verdict {
            Verdict::Done | Verdict::Lost => delivery.ack().await,
            Verdict::Interrupted => {
                ignore_fenced(self.core.store.release(job, fence, "").await)?;
                delivery.requeue().await
            }
            Verdict::Failed(why) => {
                tracing::warn!(%job, why, attempts_left, "an attempt failed");
                ignore_fenced(self.core.store.release(job, fence, &why).await)?;
                self.core.events.notify_one();
                if attempts_left > 0 {
                    return delivery.requeue().await;
                }
                let reason = format!("job {job} failed in every attempt: {why}");
                self.core.set_status(experiment, ExperimentStatus::Failed, &reason).await?;
                delivery.ack().await
            }
        }
    }

    async fn play(&self, assignment: Box<Assignment>) -> PortResult<Verdict> {
        let (job, fence) = (assignment.job, assignment.fence);
        let cancelled = self.shutdown.child_token();
        let (results, mut played) = mpsc::channel(BATCH);
        let (done, verdict) = oneshot::channel();
        let order = Order { assignment, results, cancelled: cancelled.clone(), span: Span::current(), done };
        if self.slot.send(order).await.is_err() {
            return Ok(Verdict::Failed("the slot has ended".into()));
        }
        let mut batch = Vec::with_capacity(BATCH);
        let mut renew = tokio::time::interval_at(tokio::time::Instant::now() + RENEW, RENEW);
        loop {
            let committed = tokio::select! {
                count = played.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    self.commit(job, fence, std::mem::take(&mut batch)).await
                }
                _ = renew.tick() => self.core.store.renew(job, fence, LEASE).await,
            };
            match committed {
                Ok(()) => {}
                Err(error) if matches!(error.kind, ErrorKind::Fenced | ErrorKind::Divergence) => {
                    tracing::warn!(%job, %error, "results dropped");
                    cancelled.cancel();
                    return Ok(Verdict::Lost);
                }
                Err(error) => {
                    cancelled.cancel();
                    return Err(error);
                }
            }
        }
        Ok(match verdict.await {
            Ok(Ok(())) => Verdict::Done,
            Ok(Err(AttemptError::Cancelled)) => Verdict::Interrupted,
            Ok(Err(error)) => Verdict::Failed(with_causes(&error)),
            Err(_) => Verdict::Failed("the slot ended".into()),
        })
    }

    /// Commits scores; a store that is away is tried again until the lease would be lost.
    async fn commit(&self, job: domain::ids::JobId, fence: domain::ids::Fence, batch: Vec<Played>) -> PortResult<()> {
        crash::reached(Point::EpisodePlayed);
        let (scores, logs): (Vec<_>, Vec<_>) = batch.into_iter().map(|played| (played.score, played.ticks)).unzip();
        let logs: Vec<_> = logs.into_iter().flatten().collect();
        if !logs.is_empty() {
            self.retry(|| self.core.store.write_tick_logs(&logs)).await?;
        }
        let finished = self.retry(|| self.core.store.finish(job, fence, &scores)).await?;
        self.metrics.scored(&scores);
        self.core.events.notify_one();
        if finished.generation_done {
            self.core.progress.notify_one();
        }
        Ok(())
    }

    async fn retry<T, F: Future<Output = PortResult<T>>>(&self, call: impl Fn() -> F) -> PortResult<T> {
        let deadline = tokio::time::Instant::now() + LEASE;
        loop {
            match call().await {
                Err(error) if error.kind == ErrorKind::Unavailable && tokio::time::Instant::now() < deadline => {
                    tracing::warn!(%error, "the store is away, trying again");
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result,
            }
        }
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

fn ignore_fenced(result: PortResult<()>) -> PortResult<()> {
    match result {
        Err(PortError { kind: ErrorKind::Fenced, .. }) => Ok(()),
        other => other,
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
