//! What a comparison of ledger, stream and summaries found.

use std::collections::BTreeMap;

use domain::ports::Backlog;
use serde::Serialize;

/// Most events that are named one by one; the others are counted.
const NAMED: usize = 20;

/// Whether ledger, stream and summaries say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They do.
    Agree,
    /// They do as far as events have come; some are on their way.
    Waiting,
    /// They do not.
    Differ,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// All of it in one word.
    pub verdict: Verdict,
    /// What the stream keeps; absent if it was not looked at, or if there is none.
    pub stream: Option<StreamReport>,
    /// Whether the stream was looked at.
    pub stream_compared: bool,
    /// How far the consumer is that makes the summaries; absent if there is none.
    pub consumer: Option<Backlog>,
    /// What was found of each experiment.
    pub experiments: Vec<ExperimentReport>,
    /// Messages of the stream, and summaries, that belong to no experiment of the ledger, by what they are named after.
    pub strangers: BTreeMap<String, u64>,
}

/// What the stream keeps.
#[derive(Debug, Clone, Serialize)]
pub struct StreamReport {
    /// Its name.
    pub name: String,
    /// Messages in it.
    pub messages: u64,
    /// Position of its oldest message.
    pub first: u64,
    /// Position of its newest message.
    pub last: u64,
    /// For how many seconds it keeps a message.
    pub max_age_seconds: Option<u64>,
    /// Whether it refuses events because it has reached a limit.
    pub is_full: bool,
}

/// What was found of one experiment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ExperimentReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status in the ledger.
    pub status: String,
    /// Events in the ledger.
    pub events: u64,
    /// Events of the ledger that wait to be published.
    pub waiting: u64,
    /// Events that were published so long ago that the stream may have forgotten them.
    pub aged_out: u64,
    /// Events that were published anew because the stream had lost them.
    pub republished: u64,
    /// Events of the ledger that the stream has.
    pub in_stream: u64,
    /// Events that the stream must have and has not.
    pub missing_in_stream: Named,
    /// Events that the stream has more than once.
    pub duplicates: Named,
    /// Messages of the stream that are no event of the ledger.
    pub strangers: Named,
    /// Events that do not say in the stream what they say in the ledger.
    pub altered: Named,
    /// Events that are in the stream behind later ones, although they were not published anew.
    pub out_of_order: Named,
    /// Events of the ledger that the summaries contain.
    pub projected: u64,
    /// Events that are on their way to the summaries.
    pub to_be_projected: u64,
    /// Events that the summaries must contain and do not.
    pub missing_in_projection: Named,
    /// Events in the summaries that the ledger does not have, or that say something else there.
    pub projection_strangers: Named,
    /// Events that were put aside.
    pub parked: Named,
    /// Hash chain over all events of the ledger.
    pub ledger_chain: String,
    /// Hash chain over all events of the summaries.
    pub projection_chain: String,
    /// Hash chain over the events of the ledger that the stream has.
    pub window_chain: String,
    /// Hash chain over the events of the stream.
    pub stream_chain: String,
    /// What is wrong with the ledger's own events.
    pub ledger_faults: Named,
    /// What the summaries say otherwise than the ledger.
    pub summary_faults: Named,
}

/// Things that were found, the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Named {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

impl Named {
    /// One more.
    pub(super) fn add(&mut self, name: impl Into<String>) {
        if self.first.len() < NAMED {
            self.first.push(name.into());
        }
        self.count += 1;
    }
}

impl ExperimentReport {
    /// All of it in one word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let faults = self.faults().iter().any(|(_, found)| found.count > 0);
        let whole = self.to_be_projected + self.missing_in_projection.count == 0;
        let chains = self.window_chain == self.stream_chain
            && (!whole || self.waiting > 0 || self.ledger_chain == self.projection_chain);
        match (faults || !chains, self.waiting + self.to_be_projected) {
            (true, _) => Verdict::Differ,
            (false, 0) => Verdict::Agree,
            (false, _) => Verdict::Waiting,
        }
    }

    /// What must not be, with what to say about it.
    #[must_use]
    pub fn faults(&self) -> [(&'static str, &Named); 10] {
        [
            ("the ledger's events are damaged", &self.ledger_faults),
            ("missing in the stream", &self.missing_in_stream),
            ("more than once in the stream", &self.duplicates),
            ("in the stream and not in the ledger", &self.strangers),
            ("other in the stream than in the ledger", &self.altered),
            ("in the stream behind later ones", &self.out_of_order),
            ("missing in the summaries", &self.missing_in_projection),
            ("in the summaries and not in the ledger", &self.projection_strangers),
            ("put aside", &self.parked),
            ("the summaries say something else", &self.summary_faults),
        ]
    }
}

impl Report {
    /// The verdict over everything that was found.
    pub(super) fn judge(&mut self) {
        let worst = self.experiments.iter().map(ExperimentReport::verdict).max().unwrap_or(Verdict::Agree);
        self.verdict = if self.strangers.is_empty() { worst } else { Verdict::Differ };
    }
}
