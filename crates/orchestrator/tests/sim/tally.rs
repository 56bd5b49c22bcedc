//! What was done to the system, and what was seen of it, counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// Something that is counted. Over many seeds each must have happened, or the simulation proves less than it says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

counted! {
    /// A request that never arrived.
    LostRequest,
    /// A request that was done and whose answer was lost.
    LostAnswer,
    /// A request that was done long after its sender had given up.
    LateRequest,
    /// A call that took seconds.
    SlowCall,
    /// A call that waited in vain for a service behind a partition or away.
    Unreachable,
    /// A process that died as its request left.
    CrashBefore,
    /// A process that died after its request was done and before it knew.
    CrashAfter,
    /// A process that stood still, past its leases, with a request on its lips.
    StallBefore,
    /// A process killed at some moment.
    Kill,
    /// All processes killed at once.
    KillAll,
    /// A process that was asked to stop and did.
    GracefulStop,
    /// A process that stood still for a while.
    Freeze,
    /// A worker that stood still with a job in hand.
    FrozenHolder,
    /// A leader that stood still.
    FrozenLeader,
    /// A leader that was killed.
    KilledLeader,
    /// A network partition between a process and a service.
    Partition,
    /// A service that was away for all.
    Outage,
    /// The broker closed every connection.
    BrokerRestart,
    /// A connection to the broker that broke, with what it had in hand.
    BrokenConnection,
    /// A message that the queue lost.
    LostMessage,
    /// A message that the queue had twice.
    DuplicateMessage,
    /// A message that overtook others.
    ReorderedMessage,
    /// The queue lost everything.
    QueueWiped,
    /// A message that was delivered again.
    Redelivery,
    /// A message that came back too often and was put aside.
    DeadLetter,
    /// A batch of jobs of which only a part was accepted.
    PartialJobs,
    /// A batch of events of which only a part arrived.
    PartialEvents,
    /// Events stored in the stream whose acknowledgement was lost.
    LostAck,
    /// Events that the stream lost after it had acknowledged them.
    StreamTailLost,
    /// An event that the stream recognised as one that it has.
    RecognisedEvent,
    /// An attempt that failed.
    FailedAttempt,
    /// An attempt that hung.
    HungAttempt,
    /// An episode that took long.
    SlowEpisode,
    /// A pause of the experiment, and its end.
    PausedExperiment,
    /// A stop that waited for jobs in play, and its end.
    DrainedExperiment,
    /// A stop at once.
    StoppedExperiment,
    /// Scores of an experiment that was stopped, refused.
    StoppedWrite,
    /// An extension of an experiment that was still played.
    ExtendedExperiment,
    /// An extension of a completed experiment.
    ReopenedExperiment,
    /// A write of a claim that was over, refused.
    FencedWrite,
    /// A term of leadership that began.
    Term,
    /// A planning write of a term that was over, refused.
    FencedPlan,
    /// An attempt that stood still and was ended by the ledger.
    StuckAttempt,
    /// Jobs that the queue had lost, found by their age.
    OverdueJobs,
    /// A race in which some agents played on after a look.
    RaceWentOn,
    /// A look at a race that was stored again.
    RepeatedLook,
    /// A race that was over before everybody had played all seeds.
    SavedEpisodes,
    /// A lapsed lease that was taken over.
    Takeover,
    /// A claim that recognised itself after its answer was lost.
    RecognisedClaim,
    /// Scores that were committed again.
    RepeatedScores,
}

/// The counts of one run, or of many.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Kind, u64>>);

impl Tally {
    pub(crate) fn add(&self, kind: Kind) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<Kind, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
