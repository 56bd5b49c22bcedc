//! How things move, from where they were the tick before.
//!
//! Doom's monsters move in jumps of several units every few tics and report no velocity, so the rate is a running
//! mean over the last ticks rather than a single difference.

use super::{MAX_THREATS, Threat, wrap};

/// Weight of the past after one tic: half of it is gone after about five tics, in which a monster jumps once or twice.
const PERSISTENCE: f64 = 0.87;
/// No body in sight goes round the player faster than this, in degrees per tic.
const MAX_RATE: f64 = 10.0;

/// Where the threats of the last tick were, seen from the player.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    tics: f64,
    weight: f64,
    tracks: [Track; MAX_THREATS],
    count: usize,
}

#[derive(Debug, Clone, Copy)]
struct Track {
    id: u32,
    /// Direction in degrees from east, independent of where the player looks.
    direction: f64,
    rate: f64,
}

impl Memory {
    pub(super) fn new(frame_skip: u32) -> Self {
        let tics = f64::from(frame_skip.max(1));
        let track = Track { id: 0, direction: 0.0, rate: 0.0 };
        Self { tics, weight: 1.0 - libm::pow(PERSISTENCE, tics), tracks: [track; MAX_THREATS], count: 0 }
    }

    /// The rate of a threat in degrees per tic while the player looks in direction `angle`.
    pub(super) fn rate(&self, threat: &Threat, angle: f64) -> f64 {
        let Some(track) = self.tracks[..self.count].iter().find(|track| track.id == threat.id) else { return 0.0 };
        let measured = wrap(angle + threat.bearing - track.direction) / self.tics;
        (track.rate + self.weight * (measured - track.rate)).clamp(-MAX_RATE, MAX_RATE)
    }

    /// Remembers these threats and forgets all others.
    pub(super) fn keep(&mut self, threats: &[Threat], angle: f64) {
        for (track, threat) in self.tracks.iter_mut().zip(threats) {
            *track = Track { id: threat.id, direction: angle + threat.bearing, rate: threat.bearing_rate };
        }
        self.count = threats.len();
    }
}

#[cfg(test)]
mod tests {
    use domain::game::{Entity, GameState};

    use crate::features::Extractor;

    fn rates(angles_and_bearings: &[(f32, f32)]) -> Vec<f64> {
        let mut extractor = Extractor::new(4);
        let state = |&(angle, bearing): &(f32, f32)| {
            let name = "DoomImp".into();
            let entity =
                Entity { id: 1, name, category: "Monster".into(), bearing, distance: 100.0, ..Entity::default() };
            GameState { angle, entities: vec![entity], ..GameState::default() }
        };
        angles_and_bearings.iter().map(|seen| extractor.extract(&state(seen)).threats()[0].bearing_rate).collect()
    }

    #[test]
    fn own_turning_is_not_their_movement() {
        assert_eq!(rates(&[(350.0, 20.0), (10.0, 0.0), (30.0, -20.0)]), [0.0; 3]);
    }

    #[test]
    fn steady_movement_is_approached() {
        let seen: Vec<_> = (0..30).map(|tick| (0.0, 4.0 * tick as f32)).collect();
        let rates = rates(&seen);
        assert_eq!(rates[0], 0.0);
        assert!((rates[20] - 1.0).abs() < 0.01, "{rates:?}");
    }
}
