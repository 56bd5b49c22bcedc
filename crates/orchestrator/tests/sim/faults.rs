//! How often things go wrong. Every seed has a mixture of its own, in which most kinds are absent: a run with all of them
//! at once hardly gets anywhere, and hides what a single one does.

use std::time::Duration;

use crate::dice::Dice;
use crate::operator::Wish;

/// Probabilities per call or per episode; all zero in a calm run and after the faults of a run have stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rates {
    pub(crate) lost_request: f64,
    pub(crate) lost_answer: f64,
    pub(crate) late_request: f64,
    pub(crate) slow_call: f64,
    pub(crate) crash: f64,
    pub(crate) stall: f64,
    pub(crate) partial: f64,
    pub(crate) reordered: f64,
    pub(crate) failed_attempt: f64,
    pub(crate) hung_attempt: f64,
    pub(crate) slow_episode: f64,
}

impl Rates {
    pub(crate) fn draw(dice: &Dice) -> Self {
        let rate = |levels: [f64; 3]| if dice.chance(0.5) { *dice.pick(&levels) } else { 0.0 };
        Self {
            lost_request: rate([0.005, 0.03, 0.15]),
            lost_answer: rate([0.005, 0.03, 0.15]),
            late_request: rate([0.002, 0.01, 0.05]),
            slow_call: rate([0.005, 0.02, 0.1]),
            crash: rate([0.0005, 0.001, 0.004]),
            stall: rate([0.001, 0.003, 0.01]),
            partial: rate([0.02, 0.1, 0.3]),
            reordered: rate([0.1, 0.3, 1.0]),
            failed_attempt: rate([0.02, 0.05, 0.1]),
            hung_attempt: rate([0.005, 0.02, 0.05]),
            slow_episode: rate([0.02, 0.1, 0.3]),
        }
    }
}

/// What is done to the system from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    Kill,
    KillAll,
    Stop,
    Freeze,
    /// Aimed at a worker that holds a job: others hardly ever write late.
    FreezeHolder,
    /// Aimed at the leader.
    FreezeLeader,
    KillLeader,
    Partition,
    Outage,
    RestartBroker,
    LoseMessage,
    DuplicateMessage,
    WipeQueue,
    LoseStreamTail,
    Pause,
}

impl Blow {
    /// Each as often as it is named.
    const ALL: [Self; 22] = [
        Self::Kill,
        Self::Kill,
        Self::Kill,
        Self::KillAll,
        Self::Stop,
        Self::Stop,
        Self::Freeze,
        Self::Freeze,
        Self::FreezeHolder,
        Self::FreezeHolder,
        Self::FreezeHolder,
        Self::FreezeLeader,
        Self::KillLeader,
        Self::Partition,
        Self::Partition,
        Self::Outage,
        Self::RestartBroker,
        Self::LoseMessage,
        Self::DuplicateMessage,
        Self::WipeQueue,
        Self::LoseStreamTail,
        Self::Pause,
    ];
}

/// The blows of a run: which ones, how often, and for how long.
#[derive(Debug, Clone)]
pub(crate) struct Storm {
    pub(crate) rates: Rates,
    pub(crate) blows: Vec<Blow>,
    /// Longest pause between two blows.
    pub(crate) pause: Duration,
    /// When it is over.
    pub(crate) ends: Duration,
    /// What somebody orders meanwhile.
    pub(crate) wish: Option<Wish>,
}

impl Storm {
    pub(crate) fn draw(dice: &Dice) -> Self {
        Self {
            rates: Rates::draw(dice),
            blows: Blow::ALL.into_iter().filter(|_| dice.chance(0.5)).collect(),
            pause: dice.millis(2_000, 40_000),
            ends: dice.millis(10_000, 240_000),
            wish: Wish::draw(dice),
        }
    }
}
