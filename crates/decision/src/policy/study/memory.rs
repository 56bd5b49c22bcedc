//! What scripts remember of an episode.

use domain::game::GameState;

/// How many ticks of health are remembered.
const TICKS: usize = 10;

/// The last ten ticks' health, and kills.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    /// Health, the latest first.
    health: [f32; TICKS],
    ticks: usize,
    kills: i32,
    /// Whether kills went up with the latest state.
    pub(super) has_killed: bool,
}

impl Memory {
    pub(super) fn see(&mut self, state: &GameState) {
        let health = if state.health.is_finite() { state.health } else { 0.0 };
        self.health.rotate_right(1);
        self.health[0] = health;
        self.has_killed = self.ticks > 0 && state.kills > self.kills;
        self.kills = state.kills;
        self.ticks = (self.ticks + 1).min(TICKS);
    }

    /// Health now.
    pub(super) fn health(&self) -> f32 {
        self.health[0]
    }

    /// Kills so far.
    pub(super) fn kills(&self) -> i32 {
        self.kills
    }

    /// Health lost within the last `states` states, 2 to 10; 0 before there are so many.
    pub(super) fn lost(&self, states: usize) -> f32 {
        if self.ticks < states { 0.0 } else { self.health[states - 1] - self.health[0] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_told_once_there_are_enough_states() {
        let mut memory = Memory::default();
        let mut lost = |health, kills| {
            memory.see(&GameState { health, kills, ..GameState::default() });
            (memory.lost(3), memory.has_killed)
        };
        assert_eq!(lost(100.0, 5), (0.0, false));
        assert_eq!(lost(90.0, 6), (0.0, true));
        assert_eq!(lost(70.0, 6), (30.0, false));
        assert_eq!(lost(95.0, 6), (-5.0, false));
        assert_eq!(lost(f32::NAN, 6), (70.0, false));
    }
}
