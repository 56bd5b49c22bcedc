//! What a run came to: what was done, what was found, and whether everything holds.

mod checks;
mod markdown;

use std::collections::BTreeMap;

use domain::ports::Audit;
use serde::Serialize;

use super::faults::Done;
use super::laps::Lap;
use super::moment::Phase;
use super::sweep::{FrozenPoint, Hit};

/// A run and its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    /// Versions of what was run.
    pub versions: BTreeMap<&'static str, String>,
    /// The experiment file.
    pub file: String,
    /// What was changed of it.
    pub overrides: Vec<String>,
    /// The seed of the faults.
    pub seed: u64,
    /// How many processes there were.
    pub processes: BTreeMap<&'static str, u16>,
    /// The rule that was broken on purpose, if one was.
    pub control: Option<&'static str>,
    /// Kills that were asked for.
    pub kills_asked: u32,
    /// Every fault that was inflicted at a drawn moment.
    pub faults: Vec<Done>,
    /// Services that were away, and for how many seconds each.
    pub outages: BTreeMap<&'static str, f64>,
    /// Crash points.
    pub points: Vec<Hit>,
    /// Points at which processes were frozen right before a write.
    pub frozen_points: Vec<FrozenPoint>,
    /// The calm run.
    pub calm: Calm,
    /// The experiment under faults, as often as it was played.
    pub laps: Vec<Lap>,
    /// Why the laps did not end, if they did not.
    pub unfinished: Option<String>,
    /// Rows of all laps together.
    pub rows: Rows,
    /// Leadership: how often another took over, and planning writes that were refused after a term.
    pub terms: Terms,
    /// Events of all laps together.
    pub events: Events,
    /// What was made of the events.
    pub summaries: Summaries,
    /// Processes that ended although nobody killed them.
    pub unexpected_ends: BTreeMap<String, u32>,
    /// What was left behind.
    pub left: Left,
    /// Seconds from the last fault to the end of the last lap.
    pub seconds_after_last_fault: f64,
    /// Seconds of the whole run.
    pub seconds: f64,
    /// Whether each claim holds.
    pub checks: Vec<Check>,
}

/// The run without faults: embedded, on SQLite.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Calm {
    /// Its digest.
    pub digest: Option<String>,
    /// Episodes that it planned.
    pub planned: u64,
    /// Digests of the embedded runs in which crash points were visited.
    pub embedded: Vec<Option<String>>,
}

/// Rows of experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rows {
    /// Planned episodes.
    pub planned: u64,
    /// Rows of scores.
    pub scored: u64,
    /// Planned episodes without a score.
    pub lost: u64,
    /// Rows of scores with a key that another row has.
    pub duplicated: u64,
    /// Jobs that are not done.
    pub unfinished_jobs: u64,
    /// Claims of jobs.
    pub claims: u64,
    /// Claims that took over from a lease that had run out.
    pub takeovers: u64,
    /// Claims with a fence that another claim of the same job has.
    pub reused_fences: u64,
    /// Scores of a claim that were written after a later claim.
    pub late_scores: u64,
    /// Writes of lapsed claims that were refused.
    pub refused: u64,
    /// Different values for the same score.
    pub divergences: u64,
}

impl Rows {
    /// Adds the rows of one experiment.
    pub fn add(&mut self, audit: &Audit) {
        self.planned += audit.planned;
        self.scored += audit.scored;
        self.lost += audit.lost;
        self.duplicated += audit.scored - audit.distinct;
        self.unfinished_jobs += audit.unfinished_jobs;
        self.claims += audit.claims;
        self.takeovers += audit.takeovers;
        self.reused_fences += audit.reused_fences;
        self.late_scores += audit.late_scores;
        self.refused += audit.refused;
        self.divergences += audit.divergences;
    }
}

/// Terms of leadership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Terms {
    /// Terms after the first.
    pub takeovers: u64,
    /// Planning writes that came after their term and were refused.
    pub refused: u64,
}

/// Events of experiments: those of the ledger and those of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Events {
    /// Events in the outbox.
    pub recorded: u64,
    /// Of these, not marked as published.
    pub unpublished: u64,
    /// Messages in the stream.
    pub published: u64,
    /// Events that the stream has not.
    pub missing: u64,
    /// Messages with an id that another message has.
    pub repeated: u64,
    /// Messages that no event of the ledger stands for.
    pub strange: u64,
}

/// Summaries of all experiments, those of embedded systems too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Summaries {
    /// Experiments that were looked at.
    pub experiments: u64,
    /// Their events in the ledger.
    pub events: u64,
    /// Of these, in the summaries.
    pub projected: u64,
    /// Experiments of which ledger, stream and summaries do not say the same, and how.
    pub disagreements: Vec<String>,
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Left {
    /// Processes that still ran.
    pub processes: Vec<u32>,
    /// Processes that did not end when they were asked to.
    pub deaf: Vec<String>,
    /// Names of engines in /dev/shm, and System V segments.
    pub shared_memory: Vec<String>,
    /// Names in the folder for temporary files.
    pub temporary: Vec<String>,
}

/// A claim and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The claim.
    pub claim: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub found: String,
}

impl Certificate {
    /// Whether every claim holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }

    /// Judges what was found.
    #[must_use]
    pub fn judged(mut self) -> Self {
        self.checks = checks::all(&self);
        self
    }

    /// Kills at drawn moments.
    #[must_use]
    pub fn kills(&self) -> u64 {
        self.faults.iter().filter(|done| done.fault == "kill").count() as u64
    }

    /// Freezes at drawn moments and at points.
    #[must_use]
    pub fn freezes(&self) -> u64 {
        let drawn = self.faults.iter().filter(|done| done.fault == "freeze").count() as u64;
        drawn + self.frozen_points.iter().map(|point| u64::from(point.freezes)).sum::<u64>()
    }

    /// Processes that died at a crash point.
    #[must_use]
    pub fn deaths_at_points(&self) -> u64 {
        self.points.iter().filter(|hit| hit.hit).count() as u64
    }

    /// Takeovers of jobs and of the leadership.
    #[must_use]
    pub fn takeovers(&self) -> u64 {
        self.rows.takeovers + self.terms.takeovers
    }

    /// Late writes that were refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.rows.refused + self.terms.refused
    }

    /// The probability of a failure per kill that is still possible at 95 %, after so many kills without one: above it,
    /// a run without a failure would have had a chance below 5 %. Nothing if there was no kill.
    #[must_use]
    pub fn bound(&self) -> Option<f64> {
        let kills = self.kills() + self.deaths_at_points();
        (kills > 0).then(|| 1.0 - libm::pow(0.05, 1.0 / kills as f64))
    }

    /// Kills and freezes by kind and phase.
    fn by_kind_and_phase(&self) -> BTreeMap<(&'static str, &'static str), BTreeMap<Phase, u64>> {
        let mut table: BTreeMap<_, BTreeMap<Phase, u64>> = BTreeMap::new();
        for done in &self.faults {
            *table.entry((done.fault, done.kind)).or_default().entry(done.phase).or_default() += 1;
        }
        table
    }
}
