//! What a session counts.

use std::time::Duration;

use domain::action::Level;
use proto::agent::v1::AgentMetrics;
use proto::convert::action::level_name;

use crate::histogram::Histogram;
use crate::metrics;

const LEVELS: [Level; 3] = [Level::L0, Level::L1, Level::L2];

/// Counts of one session.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Episodes started.
    pub(super) episodes: u64,
    by_level: [u64; LEVELS.len()],
    late: u64,
    latency: Histogram,
    /// What the process's counters know: decisions by level, and late ones.
    told: ([u64; LEVELS.len()], u64),
}

impl Tally {
    /// Counts a decision of this level that took this time, and whether it took longer than `budget`.
    pub(super) fn decided(&mut self, level: Level, took: Duration, budget: Duration) {
        self.by_level[level as usize] += 1;
        self.late += u64::from(took > budget);
        self.latency.record(took);
    }

    /// Adds what is new to the counters of the process. At the end of an episode: a tick has no time for it.
    pub(super) fn tell(&mut self) {
        for (level, (&count, told)) in LEVELS.into_iter().zip(self.by_level.iter().zip(self.told.0)) {
            if count > told {
                metrics::decided(level, count - told);
            }
        }
        metrics::late(self.late - self.told.1);
        self.told = (self.by_level, self.late);
    }

    /// The counts as a message.
    pub(super) fn metrics(&self, is_final: bool) -> AgentMetrics {
        let by_level = LEVELS.into_iter().zip(self.by_level).filter(|&(_, count)| count > 0);
        AgentMetrics {
            decisions: self.latency.total(),
            decisions_by_level: by_level.map(|(level, count)| (level_name(level).to_owned(), count)).collect(),
            latency_p50_us: self.latency.quantile_us(0.5),
            latency_p99_us: self.latency.quantile_us(0.99),
            latency_max_us: self.latency.max_us(),
            timeouts: self.late,
            episodes: self.episodes,
            is_final,
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_counted_by_level_and_lateness() {
        let mut tally = Tally::default();
        for (level, micros) in [(Level::L0, 1), (Level::L2, 1), (Level::L2, 50)] {
            tally.decided(level, Duration::from_micros(micros), Duration::from_micros(10));
        }

        let metrics = tally.metrics(true);

        assert_eq!((metrics.decisions, metrics.timeouts, metrics.is_final), (3, 1, true));
        assert_eq!(metrics.decisions_by_level, [("L0".to_owned(), 1), ("L2".to_owned(), 2)].into());
    }
}
