//! How far the player's way is free, from the map's lines and the heights of its sectors.
//!
//! A line stops the player if the engine says so: every line with one side is flagged in maps that editors write. Between
//! two sectors a line also stops the player where the opening is too low, as at a closed door, and where the higher floor
//! is too high a step up. Things stop nobody here. A sector has one height for the engine, so slopes count as level.

mod ray;

use crate::game_variable::GameVariable;
use crate::state::State;
use crate::views::Line;
use ray::Ray;

/// Height of Doom's player in map units (`actors/doom/doomplayer.txt` of the engine).
const HEIGHT: f64 = 56.0;
/// The highest step that actors take, in map units (`actors/actor.txt` of the engine).
const STEP: f64 = 24.0;

/// Looks for walls around the player, tick after tick; its memory is used again.
#[derive(Debug, Clone, Default)]
pub struct Walls {
    /// By the number of the line.
    edges: Vec<Option<Edge>>,
}

/// A line with the sectors beside it.
#[derive(Debug, Clone, Copy)]
struct Edge {
    line: Line,
    /// The lower and the higher floor.
    floors: [f64; 2],
    /// The lower ceiling.
    ceiling: f64,
}

impl Walls {
    /// Returns how far it is from the middle of the player to what stops them, in directions that are `bearings` degrees to
    /// the left of the line of sight: map units, from 0 to `reach`, which stands for all that is farther. Without sectors in
    /// the state nothing stops anybody.
    pub fn distances<const N: usize>(&mut self, state: &State, bearings: [f64; N], reach: f64) -> [f64; N] {
        self.read(state);
        let [x, y, feet] =
            [GameVariable::PositionX, GameVariable::PositionY, GameVariable::PositionZ].map(|v| state.variable(v));
        let angle = state.variable(GameVariable::Angle);
        let rays = bearings.map(|bearing| Ray::new([x, y], angle + bearing));
        let mut free = [reach; N];
        for Edge { line, .. } in self.edges.iter().flatten().filter(|edge| edge.stops(feet)) {
            for (free, ray) in free.iter_mut().zip(&rays) {
                *free = ray.meets(line.from, line.to).map_or(*free, |distance| free.min(distance));
            }
        }
        free
    }

    fn read(&mut self, state: &State) {
        self.edges.clear();
        for sector in state.sectors() {
            let (floor, ceiling) = (sector.floor_height(), sector.ceiling_height());
            for line in sector.lines() {
                self.add(line, floor, ceiling);
            }
        }
    }

    /// Takes a line of a sector with these heights. A line between two sectors is one of both.
    fn add(&mut self, line: Line, floor: f64, ceiling: f64) {
        let place = line.id as usize;
        if self.edges.len() <= place {
            self.edges.resize(place + 1, None);
        }
        let own = Edge { line, floors: [floor; 2], ceiling };
        let edge = self.edges[place].get_or_insert(own);
        edge.floors = [edge.floors[0].min(floor), edge.floors[1].max(floor)];
        edge.ceiling = edge.ceiling.min(ceiling);
    }
}

impl Edge {
    /// Says whether the line stops a player whose feet are at this height. A step that is too high stops only who is not on
    /// top of it, and stairs are climbed step by step.
    fn stops(&self, feet: f64) -> bool {
        let [low, high] = self.floors;
        self.line.blocking || self.ceiling - high < HEIGHT || (high - low > STEP && high - feet > STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(blocking: bool) -> Line {
        Line { id: 2, from: [0.0, 0.0], to: [64.0, 0.0], blocking }
    }

    /// Whether a line between sectors of these floors and ceilings stops a player who stands at `feet`.
    fn stops(sectors: &[(f64, f64)], feet: f64) -> bool {
        let mut walls = Walls::default();
        for &(floor, ceiling) in sectors {
            walls.add(line(false), floor, ceiling);
        }
        assert_eq!(walls.edges.len(), 3);
        walls.edges[2].unwrap().stops(feet)
    }

    #[test]
    fn a_flagged_line_stops_everybody() {
        let mut walls = Walls::default();
        walls.add(line(true), 0.0, 128.0);
        assert!(walls.edges[2].unwrap().stops(0.0));
    }

    #[test]
    fn a_closed_door_stops_the_player_until_it_is_open() {
        let room = (0.0, 128.0);
        assert!(stops(&[room, (0.0, 0.0)], 0.0));
        assert!(stops(&[(0.0, 55.5), room], 0.0));
        assert!(!stops(&[room, (0.0, 56.0)], 0.0));
        assert!(!stops(&[room, room], 0.0));
    }

    #[test]
    fn a_high_step_stops_only_who_is_below() {
        let (low, high) = ((0.0, 200.0), (40.0, 200.0));
        assert!(stops(&[low, high], 0.0) && stops(&[high, low], 0.0));
        assert!(stops(&[low, high], 15.5));
        assert!(!stops(&[low, high], 16.0) && !stops(&[high, low], 40.0));
    }

    #[test]
    fn stairs_are_no_wall_however_high_they_lead() {
        assert!(!stops(&[(64.0, 256.0), (88.0, 256.0)], 0.0));
        assert!(stops(&[(64.0, 256.0), (88.5, 256.0)], 0.0));
    }
}
