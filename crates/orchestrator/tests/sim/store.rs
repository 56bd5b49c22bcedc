//! One process's way to the ledger. The ledger itself is the twin; on the way to it calls are lost, late and done without
//! an answer. As the adapter of the databases does, this repeats a call whose connection broke, some times.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::event::EventRecord;
use domain::file::ContentHash;
use domain::ids::{Epoch, ExperimentId, Fence, JobId};
use domain::journal::{Action, JournalEntry, Note};
use domain::plan::GenerationPlan;
use domain::ports::{
    Candidate, Claim, ControlStore, Created, DecisionLog, Dispatch, DueJob, Election, EventPublisher as _,
    ExperimentFilter, ExperimentRecord, ExperimentStore, Extended, Finished, GenerationRecord, GenerationSummary,
    KeptCheckpoint, Leader, Leadership, MemberProgress, NewExperiment, NewExtension, OutboxEntry, Page, PortError,
    PortResult, RaceLook, Renewal, Renewed, ScoreFilter, ScoreRow, StoredEvent, Term, TickLog,
};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};
use futures::FutureExt as _;
use tokio::time::sleep;

use crate::link::{Effect, Link, Op, Trip};
use crate::stream::SimPublisher;
use crate::tally::Kind;
use crate::world::World;

/// How often a call is made whose connection breaks.
const TRIES: u32 = 5;

/// How much more often a process dies or stands still at a call. Planning is rare, and nothing else shows that a leader of
/// the past cannot plan.
fn aim(what: &str) -> f64 {
    match what {
        "finish" | "mark published" => 20.0,
        "close generation" | "advance race" | "complete" => 200.0,
        _ => 1.0,
    }
}

/// How long a relay takes what it claimed for its own, as a share of the lease.
const OWN_SHARE: f64 = 0.8;

/// One process's way to the ledger.
pub(crate) struct SimStore {
    link: Link,
    /// Publishes events right after their commit, where the ledger does not keep them to be relayed.
    direct: Option<SimPublisher>,
    unsent: Arc<Mutex<Vec<EventRecord>>>,
}

impl SimStore {
    pub(crate) fn new(link: Link, direct: Option<SimPublisher>) -> Self {
        Self { link, direct, unsent: Arc::default() }
    }

    async fn read<T, F>(&self, what: &'static str, about: u128, step: F) -> PortResult<T>
    where
        T: Send + 'static,
        F: Fn(&World) -> PortResult<T> + Send + Sync + 'static,
    {
        self.call(Op::read(what, about), Arc::new(step)).await
    }

    async fn write<T, F>(&self, what: &'static str, about: u128, step: F) -> PortResult<T>
    where
        T: Send + 'static,
        F: Fn(&World) -> PortResult<T> + Send + Sync + 'static,
    {
        let op = Op::write(what, about).aimed(aim(what));
        let Some(publisher) = &self.direct else { return self.call(op, Arc::new(step)).await };
        let unsent = Arc::clone(&self.unsent);
        let effect: Effect<PortResult<T>> = Arc::new(move |world| {
            let result = step(world);
            *unsent.lock().unwrap_or_else(PoisonError::into_inner) = world.ledger.take_unsent();
            result
        });
        let result = self.call(op, effect).await;
        let unsent = std::mem::take(&mut *self.unsent.lock().unwrap_or_else(PoisonError::into_inner));
        publisher.publish(&unsent).await;
        result
    }

    async fn call<T: Send + 'static>(&self, op: Op, effect: Effect<PortResult<T>>) -> PortResult<T> {
        for attempt in 1..=TRIES {
            match self.link.once(op, &effect).await {
                Trip::Answer(result) => return result,
                Trip::Away => break,
                Trip::Broken if self.link.world.dice.chance(0.3) => break,
                Trip::Broken => sleep(Duration::from_millis(20 << attempt)).await,
            }
        }
        Err(PortError::new(ErrorKind::Unavailable, format!("cannot {}: the database is not available", op.what)))
    }

    fn name(&self) -> String {
        self.link.process.name.clone()
    }
}

/// The ledger in memory answers at once.
fn at_once<T>(call: impl Future<Output = PortResult<T>>) -> PortResult<T> {
    call.now_or_never().expect("the ledger in memory does not wait")
}

/// What is known of a write for a claim, after it was tried.
fn watch<T>(world: &World, what: &str, job: JobId, fence: Fence, result: &PortResult<T>) {
    match result {
        Ok(_) if world.sabotage.is_blind_to_fences => {}
        Ok(_) => world.oracle.written(what, job, fence),
        Err(error) if error.kind == ErrorKind::Fenced => world.tally.add(Kind::FencedWrite),
        Err(_) => {}
    }
}

/// What is known of a planning write, after it was tried.
fn watch_plan<T>(world: &World, epoch: Epoch, result: &PortResult<T>) {
    match result {
        Ok(_) => world.oracle.planned(epoch),
        Err(error) if error.kind == ErrorKind::Fenced => world.tally.add(Kind::FencedPlan),
        Err(_) => {}
    }
}

fn stand(world: &World, name: &str, candidate: &Candidate, lease: Duration) -> PortResult<Election> {
    let election = at_once(world.ledger.stand(candidate, lease))?;
    if let Election::Elected(epoch) = election {
        let begins = world.oracle.elected(candidate.owner, epoch);
        world.journal.note(name, "term", (epoch.0 as u128) << 96, if begins { "begins" } else { "goes on" });
        if begins {
            world.tally.add(Kind::Term);
        }
    }
    Ok(election)
}

fn claim(world: &World, name: &str, job: JobId, worker: &str, lease: Duration, token: u64) -> PortResult<Claim> {
    let before = world.ledger.job(job);
    let claim = world.ledger.claim_as(job, worker, lease, token)?;
    let is_own = world.oracle.claimed(name, job, token, &claim);
    let told = match &claim {
        Claim::Granted(_) if is_own => "granted again",
        Claim::Granted(_) => "granted",
        Claim::Held => "held",
        Claim::Settled => "settled",
        Claim::Paused => "paused",
        Claim::Unknown => "unknown",
    };
    world.journal.note(name, "claim:", job.0.as_u128(), told);
    if is_own {
        world.tally.add(Kind::RecognisedClaim);
    } else if matches!(claim, Claim::Granted(_)) && before.is_some_and(|job| job.status == JobStatus::Running) {
        world.tally.add(Kind::Takeover);
    }
    Ok(claim)
}

fn finish(world: &World, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
    let before = world.ledger.scored(job);
    let result = at_once(world.ledger.finish(job, fence, scores));
    watch(world, "scores", job, fence, &result);
    if result.is_ok() {
        for score in scores {
            world.oracle.scored(score, world.ledger.score(job, score.key).as_ref());
        }
    }
    match &result {
        Ok(_) if world.ledger.scored(job) > before => world.oracle.added(job),
        Ok(_) if !scores.is_empty() => world.tally.add(Kind::RepeatedScores),
        Err(error) if error.kind == ErrorKind::FailedPrecondition && world.oracle.stop().is_some() => {
            world.tally.add(Kind::StoppedWrite);
        }
        _ => {}
    }
    result
}

/// An order to stop counts from the moment in which the ledger accepts it.
fn set_status(world: &World, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()> {
    let before = world.status(id);
    at_once(world.ledger.set_status(id, status, note))?;
    let after = world.status(id);
    let is_stop = matches!(status, ExperimentStatus::Stopping | ExperimentStatus::Stopped);
    if !is_stop || after == before {
        return Ok(());
    }
    match (status, after) {
        (ExperimentStatus::Stopping, Some(ExperimentStatus::Stopped)) => world.oracle.drained(leased(world, id)),
        (_, Some(stop)) => world.oracle.stopped(stop),
        (_, None) => {}
    }
    if status == ExperimentStatus::Stopped {
        world.tally.add(Kind::StoppedExperiment);
    }
    Ok(())
}

fn settle(world: &World, id: ExperimentId) -> PortResult<ExperimentStatus> {
    let before = world.status(id);
    let status = at_once(world.ledger.settle(id))?;
    if status == ExperimentStatus::Stopped && before == Some(ExperimentStatus::Stopping) {
        world.oracle.drained(leased(world, id));
        world.tally.add(Kind::DrainedExperiment);
    }
    Ok(status)
}

fn leased(world: &World, id: ExperimentId) -> usize {
    world.ledger.jobs(id).iter().filter(|job| job.is_leased).count()
}

fn extend(world: &World, extension: &NewExtension) -> PortResult<Extended> {
    let before = world.status(extension.experiment);
    let extended = at_once(world.ledger.extend(extension))?;
    if extended == Extended::Done {
        world.oracle.extended();
        let is_reopened = before == Some(ExperimentStatus::Completed);
        world.tally.add(if is_reopened { Kind::ReopenedExperiment } else { Kind::ExtendedExperiment });
    }
    Ok(extended)
}

#[async_trait]
impl ExperimentStore for SimStore {
    async fn create(&self, new: &NewExperiment) -> PortResult<Created> {
        let new = new.clone();
        self.write("create", new.id.0.as_u128(), move |world| at_once(world.ledger.create(&new))).await
    }

    async fn experiment(&self, id: ExperimentId) -> PortResult<ExperimentRecord> {
        self.read("experiment", id.0.as_u128(), move |world| at_once(world.ledger.experiment(id))).await
    }

    async fn experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        let (filter, page) = (filter.clone(), page.clone());
        self.read("experiments", 0, move |world| at_once(world.ledger.experiments(&filter, &page))).await
    }

    async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()> {
        let note = note.clone();
        let step = move |world: &World| set_status(world, id, status, &note);
        self.write(status.name(), id.0.as_u128(), step).await
    }

    async fn open_jobs(&self, id: ExperimentId) -> PortResult<Vec<JobId>> {
        self.read("open jobs", id.0.as_u128(), move |world| at_once(world.ledger.open_jobs(id))).await
    }

    async fn claim(&self, job: JobId, worker: &str, lease: Duration) -> PortResult<Claim> {
        let (name, worker, token) = (self.name(), worker.to_owned(), self.link.world.ledger.token());
        let step = move |world: &World| claim(world, &name, job, &worker, lease, token);
        self.write("claim", job.0.as_u128(), step).await
    }

    async fn renew(&self, job: JobId, fence: Fence, renewal: &Renewal) -> PortResult<Renewed> {
        let renewal = *renewal;
        let step = move |world: &World| {
            let result = at_once(world.ledger.renew(job, fence, &renewal));
            watch(world, "renewal", job, fence, &result);
            if matches!(result, Ok(Renewed::Stuck)) {
                world.tally.add(Kind::StuckAttempt);
            }
            result
        };
        self.write("renew", job.0.as_u128(), step).await
    }

    async fn release(&self, job: JobId, fence: Fence, error: &str) -> PortResult<()> {
        let error = error.to_owned();
        let step = move |world: &World| {
            let result = at_once(world.ledger.release(job, fence, &error));
            watch(world, "release", job, fence, &result);
            result
        };
        self.write("release", job.0.as_u128(), step).await
    }

    async fn finish(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
        let scores = scores.to_vec();
        self.write("finish", job.0.as_u128(), move |world| finish(world, job, fence, &scores)).await
    }

    async fn generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        self.read("generation", id.0.as_u128(), move |world| at_once(world.ledger.generation(id, index))).await
    }

    async fn progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>> {
        self.read("progress", id.0.as_u128(), move |world| at_once(world.ledger.progress(id, index))).await
    }

    async fn close_generation(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
    ) -> PortResult<()> {
        let (summary, next) = (summary.clone(), next.cloned());
        let step = move |world: &World| {
            let before = world.generation(id);
            let closed = at_once(world.ledger.close_generation(epoch, id, index, &summary, next.as_ref()));
            watch_plan(world, epoch, &closed);
            if world.generation(id) > before {
                world.oracle.goes_on("a generation was planned");
            }
            closed
        };
        self.write("close generation", id.0.as_u128(), step).await
    }

    async fn advance_race(&self, epoch: Epoch, id: ExperimentId, index: u32, look: &RaceLook) -> PortResult<()> {
        let look = look.clone();
        let step = move |world: &World| {
            let before = world.ledger.jobs(id).len();
            let advanced = at_once(world.ledger.advance_race(epoch, id, index, &look));
            watch_plan(world, epoch, &advanced);
            if world.ledger.jobs(id).len() > before {
                world.oracle.goes_on("a race went on");
                world.tally.add(Kind::RaceWentOn);
            } else if advanced.is_ok() && !look.jobs.is_empty() {
                world.tally.add(Kind::RepeatedLook);
            }
            if advanced.is_ok() && !look.fitness.is_empty() {
                world.tally.add(Kind::SavedEpisodes);
            }
            advanced
        };
        self.write("advance race", id.0.as_u128(), step).await
    }

    async fn complete(&self, epoch: Epoch, id: ExperimentId, digest: &str) -> PortResult<()> {
        let digest = digest.to_owned();
        let step = move |world: &World| {
            let completed = at_once(world.ledger.complete(epoch, id, &digest));
            watch_plan(world, epoch, &completed);
            if completed.is_ok() {
                world.oracle.goes_on("the experiment was completed");
            }
            completed
        };
        self.write("complete", id.0.as_u128(), step).await
    }

    async fn scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        let (filter, page) = (filter.clone(), page.clone());
        self.read("scores", id.0.as_u128(), move |world| at_once(world.ledger.scores(id, &filter, &page))).await
    }

    async fn events_after(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<StoredEvent>> {
        let step = move |world: &World| at_once(world.ledger.events_after(id, after, limit));
        self.read("events", id.0.as_u128(), step).await
    }

    async fn claim_outbox(&self, relay: &str, limit: u32, lease: Duration) -> PortResult<Vec<OutboxEntry>> {
        let (name, relay) = (self.name(), relay.to_owned());
        // From before the call, as the relay itself counts.
        let own_until_ms = self.link.world.journal.now_ms() + lease.mul_f64(OWN_SHARE).as_millis() as u64;
        let step = move |world: &World| {
            let entries = at_once(world.ledger.claim_outbox(&relay, limit, lease))?;
            let taken: Vec<_> = entries.iter().map(|entry| (entry.id, entry.record.id)).collect();
            world.oracle.taken(&name, &taken, own_until_ms);
            Ok(entries)
        };
        self.write("claim outbox", 0, step).await
    }

    async fn mark_published(&self, ids: &[i64]) -> PortResult<()> {
        let ids = ids.to_vec();
        let step = move |world: &World| {
            world.oracle.marked(&ids, |event| world.stream.knows(event));
            at_once(world.ledger.mark_published(&ids))
        };
        self.write("mark published", 0, step).await
    }

    async fn outbox_lag(&self) -> PortResult<u64> {
        self.read("outbox lag", 0, |world| at_once(world.ledger.outbox_lag())).await
    }

    async fn write_tick_logs(&self, logs: &[TickLog]) -> PortResult<()> {
        let logs = logs.to_vec();
        self.write("tick logs", 0, move |world| at_once(world.ledger.write_tick_logs(&logs))).await
    }

    async fn write_decisions(&self, logs: &[DecisionLog]) -> PortResult<()> {
        let logs = logs.to_vec();
        self.write("decisions", 0, move |world| at_once(world.ledger.write_decisions(&logs))).await
    }

    async fn decisions(&self, id: ExperimentId, generation: u32, position: u32) -> PortResult<Vec<(u32, Vec<u8>)>> {
        self.read("decisions", 0, move |world| at_once(world.ledger.decisions(id, generation, position))).await
    }

    async fn keep_checkpoint(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
        size: u64,
    ) -> PortResult<KeptCheckpoint> {
        let hash = *hash;
        let keep = move |world: &World| at_once(world.ledger.keep_checkpoint(id, generation, &hash, size));
        self.write("keep checkpoint", 0, keep).await
    }

    async fn checkpoints(&self, id: ExperimentId) -> PortResult<Vec<KeptCheckpoint>> {
        self.read("checkpoints", 0, move |world| at_once(world.ledger.checkpoints(id))).await
    }

    async fn keep_answer(&self, id: ExperimentId, generation: u32, hash: &ContentHash) -> PortResult<ContentHash> {
        let hash = *hash;
        let keep = move |world: &World| at_once(world.ledger.keep_answer(id, generation, &hash));
        self.write("keep answer", 0, keep).await
    }

    async fn answer(&self, id: ExperimentId, generation: u32) -> PortResult<Option<ContentHash>> {
        self.read("answer", 0, move |world| at_once(world.ledger.answer(id, generation))).await
    }

    async fn ping(&self) -> PortResult<()> {
        self.read("ping", 0, |world| at_once(world.ledger.ping())).await
    }
}

#[async_trait]
impl Leadership for SimStore {
    async fn stand(&self, candidate: &Candidate, lease: Duration) -> PortResult<Election> {
        let (name, candidate) = (self.name(), candidate.clone());
        self.write("stand", 0, move |world| stand(world, &name, &candidate, lease)).await
    }

    async fn resign(&self, candidate: &Candidate) -> PortResult<()> {
        let candidate = candidate.clone();
        let step = move |world: &World| {
            world.oracle.resigned(candidate.owner);
            at_once(world.ledger.resign(&candidate))
        };
        self.write("resign", 0, step).await
    }

    async fn leader(&self) -> PortResult<Option<Leader>> {
        self.read("leader", 0, |world| at_once(world.ledger.leader())).await
    }

    async fn terms(&self, limit: u32) -> PortResult<Vec<Term>> {
        self.read("terms", 0, move |world| at_once(world.ledger.terms(limit))).await
    }
}

#[async_trait]
impl Dispatch for SimStore {
    async fn due_jobs(&self, id: ExperimentId, limit: u32) -> PortResult<Vec<DueJob>> {
        self.read("due jobs", id.0.as_u128(), move |world| at_once(world.ledger.due_jobs(id, limit))).await
    }

    async fn overdue_jobs(&self, id: ExperimentId, age: Duration, limit: u32) -> PortResult<Vec<DueJob>> {
        let step = move |world: &World| {
            let overdue = at_once(world.ledger.overdue_jobs(id, age, limit))?;
            if !overdue.is_empty() {
                world.tally.add(Kind::OverdueJobs);
            }
            Ok(overdue)
        };
        self.read("overdue jobs", id.0.as_u128(), step).await
    }

    async fn mark_queued(&self, jobs: &[DueJob]) -> PortResult<()> {
        let jobs = jobs.to_vec();
        self.write("mark queued", 0, move |world| at_once(world.ledger.mark_queued(&jobs))).await
    }
}

#[async_trait]
impl ControlStore for SimStore {
    async fn settle(&self, id: ExperimentId) -> PortResult<ExperimentStatus> {
        self.write("settle", id.0.as_u128(), move |world| settle(world, id)).await
    }

    async fn extend(&self, extension: &NewExtension) -> PortResult<Extended> {
        let extension = extension.clone();
        let about = extension.experiment.0.as_u128();
        self.write("extend", about, move |world| extend(world, &extension)).await
    }

    async fn record(&self, id: ExperimentId, action: Action, note: &Note, detail: &str) -> PortResult<()> {
        let (note, detail) = (note.clone(), detail.to_owned());
        let step = move |world: &World| at_once(world.ledger.record(id, action, &note, &detail));
        self.write("record", id.0.as_u128(), step).await
    }

    async fn journal(&self, id: ExperimentId, page: &Page) -> PortResult<(Vec<JournalEntry>, Option<String>)> {
        let page = page.clone();
        self.read("journal", id.0.as_u128(), move |world| at_once(world.ledger.journal(id, &page))).await
    }
}
