//! Which tries went well: told from what happened after them.

use super::Trial;
use crate::tactic::Tactic;

/// One tick of an episode, as far as experience is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The cell of the situation.
    pub cell: u32,
    /// What was done, if it was a tactic.
    pub tactic: Option<Tactic>,
    /// Health in whole points.
    pub health: i32,
    /// Hits since the episode began.
    pub hits: i32,
    /// Kills since the episode began.
    pub kills: i32,
}

/// The trials of an episode whose ticks are `moments`, judged by what they look like `horizon` ticks later.
///
/// A try went well if something was gained by then, that is a hit, a kill or health, and no health was lost. The last
/// moment stands for all that come after it. Only the first tick of a row of the same tactic in the same cell is a
/// trial: the ticks after it are the same try going on.
#[must_use]
pub fn trials(moments: &[Moment], horizon: usize) -> Vec<Trial> {
    let tried = |now: &Moment| now.tactic.map(|tactic| (now.cell, tactic));
    let tries = tries(moments, horizon, tried, |now| *now);
    tries.into_iter().map(|((cell, tactic), success)| Trial { cell, tactic, success }).collect()
}

/// What was tried in an episode, and whether it went well, as [`trials`] says: `tried` tells it of a tick, if anything,
/// and `moment` what the tick was like.
pub(crate) fn tries<T, K: Copy + PartialEq>(
    ticks: &[T],
    horizon: usize,
    tried: impl Fn(&T) -> Option<K>,
    moment: impl Fn(&T) -> Moment,
) -> Vec<(K, bool)> {
    let mut before = None;
    let mut found = Vec::new();
    for (tick, now) in ticks.iter().enumerate() {
        let key = tried(now);
        if let (Some(begun), true) = (key, key != before) {
            let later = &ticks[tick.saturating_add(horizon).min(ticks.len() - 1)];
            found.push((begun, went_well(&moment(now), &moment(later))));
        }
        before = key;
    }
    found
}

/// Whether something was gained between two moments and no health was lost.
fn went_well(now: &Moment, later: &Moment) -> bool {
    let gained = later.hits > now.hits || later.kills > now.kills || later.health > now.health;
    gained && later.health >= now.health
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(tactic: Tactic, health: i32, hits: i32) -> Moment {
        Moment { cell: 7, tactic: Some(tactic), health, hits, kills: 0 }
    }

    #[test]
    fn a_try_goes_well_if_something_is_gained_and_no_health_lost() {
        let moments = [
            moment(Tactic::Aim, 100, 0),
            moment(Tactic::Aim, 100, 0),
            moment(Tactic::Search, 100, 1),
            moment(Tactic::Aim, 90, 1),
            moment(Tactic::CollectHealth, 90, 1),
            Moment { tactic: None, ..moment(Tactic::Wait, 100, 1) },
        ];
        let found = trials(&moments, 2);
        let told: Vec<_> = found.iter().map(|trial| (trial.tactic, trial.success)).collect();
        let expected =
            [(Tactic::Aim, true), (Tactic::Search, false), (Tactic::Aim, true), (Tactic::CollectHealth, true)];
        assert_eq!(told, expected);
        assert_eq!(trials(&[], 2), []);
    }
}
