//! Crash points: named moments between two steps of the protocol at which a process can be told to die, or to freeze.
//!
//! They are how `orchestrator chaos` proves that no moment matters. A process is told once, at its start, by
//! `--crash-at POINT:K` or `--freeze-at POINT:K`: at the K-th time it comes by the point it kills or stops itself. Told
//! nothing, a point costs one relaxed load of a byte that never changes. None is on the way of a tick.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU8, AtomicU32, Ordering},
};

use rustix::process::{Signal, getpid, kill_process};

macro_rules! points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)*) => {
        /// A moment between two steps.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Point {
            $($(#[$doc])* $point,)*
        }

        impl Point {
            /// All of them, in the order in which an experiment comes by.
            pub const ALL: &'static [Self] = &[$(Self::$point,)*];

            /// Its name on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

points! {
    /// A term of leadership is written and not committed.
    ElectionReady = "election.before-commit",
    /// A term of leadership is committed, and nothing done in it.
    Elected = "election.committed",
    /// A longer lease of the leader is written and not committed.
    RenewalReady = "renewal.before-commit",
    /// A longer lease of the leader is committed.
    Renewed = "renewal.committed",
    /// An experiment is written and not committed.
    LaunchReady = "launch.before-commit",
    /// An experiment is committed and nobody was told.
    Launched = "launch.committed",
    /// The open jobs are known and not in the queue.
    JobsListed = "jobs.listed",
    /// Jobs are sent and the broker has not confirmed them.
    JobsSent = "jobs.sent",
    /// The queue has the jobs.
    JobsConfirmed = "jobs.confirmed",
    /// It is noted that the queue has the jobs, and not committed.
    QueuedReady = "jobs.noted.before-commit",
    /// It is noted that the queue has the jobs.
    Queued = "jobs.noted.committed",
    /// A delivery is in hand and its job not claimed.
    JobTaken = "job.taken",
    /// A claim is written and not committed.
    ClaimReady = "claim.before-commit",
    /// A claim is committed and nothing played.
    Claimed = "claim.committed",
    /// A file of a user's own is in hand, and nothing of it is in the cache of the machine.
    FileFetched = "file.fetched",
    /// A file is written beside its place in the cache.
    FileWritten = "file.written",
    /// A file is in the cache, and nobody uses it.
    FileKept = "file.kept",
    /// Results of episodes are in hand and nothing of them is written.
    EpisodePlayed = "episode.played",
    /// Tick logs are written and not committed.
    TicksReady = "ticks.before-commit",
    /// Tick logs are committed and their scores are not.
    TicksCommitted = "ticks.committed",
    /// Scores are inserted and nothing is counted.
    ScoreInserted = "score.inserted",
    /// The event of a member's last score is in the outbox.
    EventInserted = "event.inserted",
    /// Scores, counts and events are written and not committed.
    ScoreReady = "score.before-commit",
    /// Scores are committed and the worker does not know it.
    ScoreCommitted = "score.committed",
    /// A longer lease is written and not committed.
    LeaseReady = "lease.before-commit",
    /// A longer lease is committed.
    LeaseRenewed = "lease.committed",
    /// A failed or interrupted job is given back and not committed.
    ReleaseReady = "release.before-commit",
    /// A failed or interrupted job is given back, its delivery not acknowledged.
    Released = "release.committed",
    /// A delivery is about to be acknowledged: the ledger knows what became of its job.
    AckDue = "ack.before",
    /// A delivery is acknowledged.
    Acked = "ack.sent",
    /// Events are leased to a relay and not committed.
    OutboxReady = "outbox.claim.before-commit",
    /// Events are leased to a relay and not published.
    OutboxClaimed = "outbox.claim.committed",
    /// Events are sent and not acknowledged by the stream.
    EventsSent = "publish.sent",
    /// The stream has the events, the outbox does not know it.
    EventsAcked = "publish.acknowledged",
    /// Events are marked as published and not committed.
    MarkReady = "outbox.mark.before-commit",
    /// Events are marked as published.
    Marked = "outbox.mark.committed",
    /// Events are in the inbox and in the summaries, and not committed.
    ProjectionReady = "projection.before-commit",
    /// Events are in the summaries, and the stream waits for its answers.
    Projected = "projection.committed",
    /// The stream has its answers.
    ProjectionAcked = "projection.acknowledged",
    /// Every episode of a generation is scored, and it was read to be closed.
    GenerationDue = "generation.due",
    /// A generation is closed, in a transaction that has not planned the next.
    GenerationClosed = "generation.closed",
    /// The next generation is planned, its events are not written.
    GenerationPlanned = "generation.planned",
    /// A closed generation and the next one are written and not committed.
    CloseReady = "close.before-commit",
    /// A closed generation and the next one are committed, its jobs not in the queue.
    Closed = "close.committed",
    /// The digest is computed, the experiment not completed.
    DigestKnown = "digest.known",
    /// A completed experiment is written and not committed.
    CompleteReady = "complete.before-commit",
    /// A completed experiment is committed.
    Completed = "complete.committed",
}

/// What a process does to itself at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL: nothing is flushed, no destructor runs.
    Kill,
    /// SIGSTOP: it stands still until somebody sends SIGCONT.
    Freeze,
}

/// A point, and which of the times that a process comes by is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The moment.
    pub point: Point,
    /// 1 for the first time.
    pub time: u32,
}

/// A text that names no point, or no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a crash point: write POINT:K, K from 1, such as score.committed:1")]
pub struct NotAPoint(String);

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.point, self.time)
    }
}

impl FromStr for Visit {
    type Err = NotAPoint;

    fn from_str(text: &str) -> Result<Self, NotAPoint> {
        let bad = || NotAPoint(text.to_owned());
        let (name, time) = text.split_once(':').unwrap_or((text, "1"));
        let point = Point::ALL.iter().copied().find(|point| point.name() == name).ok_or_else(bad)?;
        let time = time.parse().ok().filter(|&time| time > 0).ok_or_else(bad)?;
        Ok(Self { point, time })
    }
}

/// The number of the point at which something happens, plus one; 0 for none.
static ARMED: AtomicU8 = AtomicU8::new(0);
/// Times to come by until then.
static LEFT: AtomicU32 = AtomicU32::new(0);
static FREEZES: AtomicU8 = AtomicU8::new(0);

/// Tells this process what to do to itself, and when. Once, at the start, before anything else runs.
pub fn arm(visit: Visit, fault: Fault) {
    FREEZES.store(u8::from(fault == Fault::Freeze), Ordering::Relaxed);
    LEFT.store(visit.time, Ordering::Relaxed);
    ARMED.store(number(visit.point), Ordering::Release);
}

/// The process is at `point`.
#[inline]
pub fn reached(point: Point) {
    if ARMED.load(Ordering::Relaxed) == number(point) {
        strike();
    }
}

/// Runs a step between two points; where it fails the second is not reached.
pub async fn around<T, E>(before: Point, after: Point, step: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    reached(before);
    let value = step.await?;
    reached(after);
    Ok(value)
}

fn number(point: Point) -> u8 {
    point as u8 + 1
}

#[cold]
fn strike() {
    if LEFT.fetch_sub(1, Ordering::AcqRel) != 1 {
        return;
    }
    ARMED.store(0, Ordering::Release);
    let signal = if FREEZES.load(Ordering::Relaxed) == 0 { Signal::KILL } else { Signal::STOP };
    // A process may always send itself a signal, so this cannot fail.
    let _ = kill_process(getpid(), signal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_by_their_names_which_are_all_different() {
        for &point in Point::ALL {
            let visit = Visit { point, time: 3 };
            assert_eq!(visit.to_string().parse(), Ok(visit));
            assert_eq!(point.name().parse(), Ok(Visit { point, time: 1 }));
        }
        for text in ["", "nowhere:1", "score.committed:0", "score.committed:x", "score.committed:-1"] {
            assert_eq!(text.parse::<Visit>(), Err(NotAPoint(text.to_owned())));
        }
    }

    #[tokio::test]
    async fn a_process_that_was_told_nothing_goes_on() {
        let step = async { Ok::<_, ()>(7) };
        assert_eq!(around(Point::ScoreReady, Point::ScoreCommitted, step).await, Ok(7));
    }
}
