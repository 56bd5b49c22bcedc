//! What happened in the last seconds, from the numbers of the states shown.
//!
//! All sums are of whole numbers, so they are exact however long an episode lasts.

use domain::game::GameState;

/// Tics of a second.
pub(super) const SECOND: u32 = 35;
/// The longest window, in tics.
const LONGEST: u32 = 3 * SECOND;
/// The most ticks that a window can have.
const CAPACITY: usize = LONGEST as usize;

/// What changed in one tick.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    health_lost: i32,
    hits: i32,
    kills: i32,
    fired: i32,
}

/// The last three seconds.
#[derive(Debug, Clone)]
pub(super) struct History {
    tics: u32,
    ring: [Change; CAPACITY],
    /// Where the next change goes.
    next: usize,
    last: Option<Counters>,
    /// Whether the attack button is held from the last state on.
    fires: bool,
}

#[derive(Debug, Clone, Copy)]
struct Counters {
    health: i32,
    hits: i32,
    kills: i32,
}

/// What the windows hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recent {
    /// Points lost in the last second.
    pub(super) health_lost: i32,
    /// Hits in the last second.
    pub(super) hits: i32,
    /// Kills in the last three seconds.
    pub(super) kills: i32,
    /// Tics of the last second in which the attack button was held.
    pub(super) fired: i32,
}

impl History {
    pub(super) fn new(frame_skip: u32) -> Self {
        Self { tics: frame_skip.max(1), ring: [Change::default(); CAPACITY], next: 0, last: None, fires: false }
    }

    /// Takes in a state and tells what the windows that end with it hold.
    pub(super) fn see(&mut self, state: &GameState) -> Recent {
        let now = Counters { health: points(state.health), hits: state.hits, kills: state.kills };
        let change = self.last.map_or_else(Change::default, |last| self.change(last, now));
        self.ring[self.next] = change;
        self.next = (self.next + 1) % CAPACITY;
        self.last = Some(now);
        let second = self.window(SECOND);
        Recent {
            health_lost: second.health_lost,
            hits: second.hits,
            kills: self.window(LONGEST).kills,
            fired: second.fired,
        }
    }

    /// Takes note of whether the attack button is held in the coming tick.
    pub(super) fn commit(&mut self, fires: bool) {
        self.fires = fires;
    }

    fn change(&self, last: Counters, now: Counters) -> Change {
        let gain = |before: i32, after: i32| after.saturating_sub(before).clamp(0, 1000);
        Change {
            health_lost: gain(now.health, last.health),
            hits: gain(last.hits, now.hits),
            kills: gain(last.kills, now.kills),
            fired: if self.fires { i32::try_from(self.tics).unwrap_or(i32::MAX).min(SECOND as i32) } else { 0 },
        }
    }

    /// Sums over the ticks that lie whole in the last `tics` tics, and over the last tick in any case.
    fn window(&self, tics: u32) -> Change {
        let ticks = (tics / self.tics).max(1) as usize;
        let newest_first = (1..=ticks).map(|age| self.ring[(self.next + CAPACITY - age) % CAPACITY]);
        newest_first.fold(Change::default(), |sum, change| Change {
            health_lost: sum.health_lost + change.health_lost,
            hits: sum.hits + change.hits,
            kills: sum.kills + change.kills,
            fired: sum.fired + change.fired,
        })
    }
}

/// Health in whole points; 0 if it is not finite.
fn points(health: f32) -> i32 {
    if health.is_finite() { libm::roundf(health.clamp(-1000.0, 1000.0)) as i32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(frame_skip: u32, states: impl Iterator<Item = GameState>) -> Vec<Recent> {
        let mut history = History::new(frame_skip);
        states
            .map(|state| {
                let recent = history.see(&state);
                history.commit(true);
                recent
            })
            .collect()
    }

    #[test]
    fn windows_forget_after_their_time() {
        let state = |tick| GameState {
            health: if tick < 2 { 100.0 } else { 70.0 },
            kills: i32::from(tick >= 2),
            ..GameState::default()
        };
        let seen = seen(5, (0..30).map(state));
        assert_eq!((seen[1].health_lost, seen[1].kills), (0, 0));
        assert_eq!((seen[2].health_lost, seen[8].health_lost, seen[9].health_lost), (30, 30, 0));
        assert_eq!((seen[22].kills, seen[23].kills), (1, 0));
    }

    #[test]
    fn fire_is_counted_in_tics_of_the_last_second() {
        let fired: Vec<_> = seen(4, (0..20).map(|_| GameState::default())).iter().map(|recent| recent.fired).collect();
        assert_eq!((fired[0], fired[1], fired[2], fired[19]), (0, 4, 8, 32));
    }

    #[test]
    fn healing_and_odd_numbers_are_no_loss() {
        let healths = [50.0, 80.0, f32::NAN, f32::NEG_INFINITY, 80.0];
        let seen = seen(4, healths.into_iter().map(|health| GameState { health, ..GameState::default() }));
        assert_eq!(seen.iter().map(|recent| recent.health_lost).collect::<Vec<_>>(), [0, 0, 80, 80, 80]);
    }
}
