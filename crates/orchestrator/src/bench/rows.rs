//! The table of all settings: rounds in turn, medians told.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{Measured, Setting, Transport, python, ticks};
use crate::games::doom::DoomGames;

/// How the table is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// Time of one round of one setting.
    pub duration: Duration,
    /// Rounds; an odd number has a true median.
    pub rounds: usize,
    /// Games side by side that fill all processors.
    pub engines: usize,
    /// Python with the vizdoom package; without it the rows of its API are left out.
    pub python: Option<String>,
}

/// One row of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// How the game was reached.
    pub transport: Transport,
    /// Games side by side.
    pub engines: usize,
    /// Tics per decision.
    pub frame_skip: u32,
    /// `none`, or the size of the screen that was part of every state.
    pub frames: &'static str,
    /// Whether game and driver shared a processor.
    pub pinned: bool,
    /// Decisions a second over all games; the median of the rounds.
    pub decisions_per_s: f64,
    /// The same divided by that of the bare driver in the same round; the median of the rounds.
    pub ratio_to_bare: f64,
    /// Median round trip from state to action in microseconds.
    pub rtt_p50_us: Option<f64>,
    /// 99th percentile of the round trip in microseconds.
    pub rtt_p99_us: Option<f64>,
    /// Processor time of driver, agent and engine per decision in microseconds.
    pub cpu_us_per_decision: Option<f64>,
}

/// Measures every setting; `tell` hears of every round.
///
/// # Errors
/// If a round fails.
pub fn measure(
    games: &Arc<DoomGames>,
    options: &Options,
    scratch: &Path,
    mut tell: impl FnMut(&Setting, &Measured),
) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for group in groups(options) {
        let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); group.len()];
        for _ in 0..options.rounds {
            for (setting, rounds) in group.iter().zip(&mut measured) {
                let round = match (setting.transport, &options.python) {
                    (Transport::Python, Some(python)) => python::round(games, *setting, options.duration, python)?,
                    _ => ticks::round(games, *setting, options.duration, scratch)?,
                };
                tell(setting, &round);
                rounds.push(round);
            }
        }
        // The bare driver comes first in every group.
        let bare = measured[0].clone();
        rows.extend(group.iter().zip(measured).map(|(setting, rounds)| row(setting, &rounds, &bare)));
    }
    Ok(rows)
}

/// Settings that are compared with each other: all transports at one number of games, frame skip, frames, placement.
fn groups(options: &Options) -> Vec<Vec<Setting>> {
    let mut counts = vec![1, options.engines];
    counts.dedup();
    let mut groups = Vec::new();
    for engines in counts {
        for frame_skip in [1, 4] {
            for frames in [false, true] {
                for pinned in [true, false] {
                    let transports = [Transport::Bare, Transport::Inproc, Transport::Uds, Transport::Tcp];
                    let python = options.python.as_ref().map(|_| Transport::Python);
                    let setting = |transport| Setting { transport, engines, frame_skip, frames, pinned };
                    groups.push(transports.into_iter().chain(python).map(setting).collect());
                }
            }
        }
    }
    groups
}

fn row(setting: &Setting, rounds: &[Measured], bare: &[Measured]) -> Row {
    let mut trips: Vec<u64> = rounds.iter().flat_map(|round| &round.round_trips_ns).copied().collect();
    trips.sort_unstable();
    let ratios = rounds.iter().zip(bare).map(|(round, bare)| round.decisions_per_s / bare.decisions_per_s);
    let cpu: Vec<f64> = rounds.iter().filter_map(|round| round.cpu_us_per_decision).collect();
    Row {
        transport: setting.transport,
        engines: setting.engines,
        frame_skip: setting.frame_skip,
        frames: if setting.frames { super::RESOLUTION } else { "none" },
        pinned: setting.pinned,
        decisions_per_s: median(rounds.iter().map(|round| round.decisions_per_s).collect()),
        ratio_to_bare: median(ratios.collect()),
        rtt_p50_us: quantile_us(&trips, 0.5),
        rtt_p99_us: quantile_us(&trips, 0.99),
        cpu_us_per_decision: (!cpu.is_empty()).then(|| median(cpu)),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn quantile_us(sorted_ns: &[u64], quantile: f64) -> Option<f64> {
    let last = sorted_ns.len().checked_sub(1)?;
    Some(sorted_ns[(last as f64 * quantile) as usize] as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let round = |rate| Measured { decisions_per_s: rate, round_trips_ns: vec![2000, 1000], ..Measured::default() };
        let setting = Setting { transport: Transport::Uds, engines: 1, frame_skip: 1, frames: false, pinned: true };
        let bare = [round(100.0), round(10.0), round(50.0)];
        let row = row(&setting, &[round(90.0), round(9.0), round(25.0)], &bare);
        assert_eq!((row.decisions_per_s, row.ratio_to_bare, row.rtt_p50_us), (25.0, 0.9, Some(1.0)));
    }

    #[test]
    fn every_group_begins_with_the_bare_driver() {
        let options = Options { duration: Duration::ZERO, rounds: 1, engines: 2, python: Some("python3".into()) };
        let groups = groups(&options);
        assert_eq!(groups.len(), 16);
        assert!(groups.iter().all(|group| group[0].transport == Transport::Bare && group.len() == 5));
    }
}
