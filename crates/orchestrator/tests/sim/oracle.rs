//! Watches every step as it is done, and knows the rules by itself: it does not ask those who are to keep them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{Epoch, EventId, Fence, JobId};
use domain::ports::Claim;
use domain::score::{EpisodeKey, Score};
use domain::status::{ExperimentStatus, JobStatus};
use testkit::ledger::JobView;
use uuid::Uuid;

/// What has been seen of a run, and what was wrong with it.
#[derive(Default)]
pub(crate) struct Oracle(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    wrong: Vec<String>,
    /// The latest term, and who leads in it; nobody after a resignation.
    term: Option<(Epoch, Option<Uuid>)>,
    /// The last claim on each job and the token that it was made with.
    claims: BTreeMap<JobId, (Fence, u64)>,
    /// What each process was told when it claimed a job.
    answers: BTreeMap<(String, JobId), Answers>,
    /// The first trajectory that was committed for each episode.
    scores: BTreeMap<EpisodeKey, [u8; 32]>,
    /// Where the experiment stands since it was ordered to stop.
    stop: Option<ExperimentStatus>,
    is_extended: bool,
    /// The event at each place of the outbox that a relay has seen, and the other way round.
    events: BTreeMap<i64, EventId>,
    places: BTreeMap<EventId, i64>,
    /// Per relay: until when what it took is its own, in milliseconds of the run, and what of it was not accepted.
    relays: BTreeMap<String, Relay>,
}

#[derive(Default)]
struct Answers {
    /// Claims whose messages it has not let go of yet.
    granted: Vec<Fence>,
    /// How often it was told to let go of a message that it has not let go of yet.
    refused: u32,
}

#[derive(Default)]
struct Relay {
    own_until_ms: u64,
    refused: Vec<i64>,
}

impl Oracle {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was wrong, in order.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.seen().wrong.clone()
    }

    pub(crate) fn is_content(&self) -> bool {
        self.seen().wrong.is_empty()
    }

    pub(crate) fn complain(&self, what: impl Into<String>) {
        self.seen().wrong.push(what.into());
    }

    fn require(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.complain(what());
        }
    }

    /// A claim was answered. True if it is one that recognised itself.
    pub(crate) fn claimed(&self, process: &str, job: JobId, token: u64, claim: &Claim) -> bool {
        let key = (process.to_owned(), job);
        let Claim::Granted(assignment) = claim else {
            self.seen().answers.entry(key).or_default().refused += 1;
            return false;
        };
        let fence = assignment.fence;
        self.seen().answers.entry(key).or_default().granted.push(fence);
        let before = self.seen().claims.insert(job, (fence, token));
        let is_own = before == Some((fence, token));
        if !is_own {
            self.goes_on(&format!("job {job} was granted"));
        }
        self.require(is_own || before.is_none_or(|(last, _)| fence > last), || {
            format!("job {job} was granted with fence {} after {before:?}", fence.0)
        });
        is_own
    }

    /// Something was written for a claim.
    pub(crate) fn written(&self, what: &str, job: JobId, fence: Fence) {
        let last = self.seen().claims.get(&job).map(|(last, _)| *last);
        self.require(last == Some(fence), || {
            format!("{what} of job {job} with fence {} was accepted after {last:?} was granted", fence.0)
        });
    }

    /// A score was committed, and the ledger has this one now.
    pub(crate) fn scored(&self, score: &Score, stored: Option<&Score>) {
        let first = *self.seen().scores.entry(score.key).or_insert(score.trajectory);
        self.require(stored.is_some_and(|stored| stored.trajectory == first), || {
            format!("the score of {:?} is not the one that was committed first", score.key)
        });
    }

    /// The experiment was ordered to stop, or has come to its stop; what is in play may still finish in between.
    pub(crate) fn stopped(&self, status: ExperimentStatus) {
        self.seen().stop = Some(status);
    }

    /// Where the experiment stands since it was ordered to stop.
    pub(crate) fn stop(&self) -> Option<ExperimentStatus> {
        self.seen().stop
    }

    /// The experiment was extended.
    pub(crate) fn extended(&self) {
        self.goes_on("the experiment was extended");
        self.seen().is_extended = true;
    }

    pub(crate) fn is_extended(&self) -> bool {
        self.seen().is_extended
    }

    /// Something new was begun or ended.
    pub(crate) fn goes_on(&self, what: &str) {
        let stop = self.stop();
        self.require(stop.is_none(), || format!("{what} after the order to stop"));
    }

    /// Scores were added.
    pub(crate) fn added(&self, job: JobId) {
        let stop = self.stop();
        self.require(stop != Some(ExperimentStatus::Stopped), || {
            format!("scores of job {job} were added after the stop")
        });
    }

    /// The experiment came to its stop while these jobs were leased.
    pub(crate) fn drained(&self, leased: usize) {
        self.stopped(ExperimentStatus::Stopped);
        self.require(leased == 0, || format!("the stop did not wait for {leased} jobs in play"));
    }

    /// Somebody was elected. True if a term begins.
    pub(crate) fn elected(&self, candidate: Uuid, epoch: Epoch) -> bool {
        let before = self.seen().term.replace((epoch, Some(candidate)));
        let goes_on = before == Some((epoch, Some(candidate)));
        self.require(goes_on || before.is_none_or(|(last, _)| epoch > last), || {
            format!("the term {epoch} of {candidate} comes after {before:?}")
        });
        !goes_on
    }

    /// Somebody resigned.
    pub(crate) fn resigned(&self, candidate: Uuid) {
        let mut seen = self.seen();
        if let Some((_, leader)) = &mut seen.term
            && *leader == Some(candidate)
        {
            *leader = None;
        }
    }

    /// Something was planned in a term.
    pub(crate) fn planned(&self, epoch: Epoch) {
        let term = self.seen().term;
        self.require(matches!(term, Some((last, Some(_))) if last == epoch), || {
            format!("something was planned in term {epoch}, but the latest is {term:?}")
        });
    }

    /// A message leaves the queue for good.
    pub(crate) fn acknowledged(&self, process: &str, job: JobId, view: Option<&JobView>, is_over: bool) {
        let holds = {
            let mut seen = self.seen();
            let answers = seen.answers.entry((process.to_owned(), job)).or_default();
            // Done, or somebody else's by now, or known to be open: the leader queues it again.
            let is_over = |fence: &Fence| {
                is_over || view.is_some_and(|job| job.status != JobStatus::Running || job.fence > *fence)
            };
            let over = answers.granted.iter().position(is_over);
            let let_go = answers.refused > 0;
            match over {
                Some(over) => drop(answers.granted.remove(over)),
                None => answers.refused = answers.refused.saturating_sub(1),
            }
            over.is_some() || let_go
        };
        self.require(holds, || format!("{process} acknowledged job {job}, which is not done: {view:?}"));
    }

    /// A relay took events.
    pub(crate) fn taken(&self, relay: &str, events: &[(i64, EventId)], own_until_ms: u64) {
        let mut seen = self.seen();
        for &(place, event) in events {
            seen.events.insert(place, event);
            seen.places.insert(event, place);
        }
        seen.relays.insert(relay.to_owned(), Relay { own_until_ms, refused: Vec::new() });
    }

    /// A relay publishes events: in order, and what was not accepted before what comes later.
    pub(crate) fn publishes(&self, relay: &str, events: &[EventId], now_ms: u64) {
        let seen = self.seen();
        let places: Vec<_> = events.iter().map(|event| seen.places.get(event).copied()).collect();
        let mut wrong = Vec::new();
        if places.iter().any(Option::is_none) {
            wrong.push(format!("{relay} publishes what it did not take from the outbox"));
        }
        if !places.is_sorted() {
            wrong.push(format!("{relay} publishes out of order: {places:?}"));
        }
        if let Some(held) = seen.relays.get(relay)
            && now_ms < held.own_until_ms
            && let Some(&first) = held.refused.first()
            && places.first().copied().flatten() != Some(first)
        {
            wrong.push(format!("{relay} publishes {places:?} before {first}, which was not accepted yet"));
        }
        drop(seen);
        wrong.into_iter().for_each(|what| self.complain(what));
    }

    /// What of it was not accepted.
    pub(crate) fn refused(&self, relay: &str, events: &[EventId]) {
        let mut seen = self.seen();
        let refused = events.iter().filter_map(|event| seen.places.get(event).copied()).collect();
        if let Some(held) = seen.relays.get_mut(relay) {
            held.refused = refused;
        }
    }

    /// Events are marked as published; `is_kept` says whether the stream has, or has had, one.
    pub(crate) fn marked(&self, places: &[i64], is_kept: impl Fn(EventId) -> bool) {
        for place in places {
            let event = self.seen().events.get(place).copied();
            self.require(event.is_some_and(&is_kept), || format!("event {place} was marked before the stream had it"));
        }
    }
}
