//! What a policy knows in one tick: a fixed-size summary of the state and a short memory of the things in it.
//!
//! Features are extracted once per tick, without allocation. Whatever is not a finite number in a state counts as
//! zero, and a thing whose place is not finite is not seen, so everything here is finite.

mod kind;
mod motion;

use domain::game::{Entity, GameState};

pub use kind::{Kind, radius};
use motion::Memory;

/// The most threats that are looked at; farther ones are left out.
pub const MAX_THREATS: usize = 16;

/// The state as policies see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features {
    /// Health in points, 0 to 200 in play.
    pub health: f64,
    /// Rounds of the selected weapon, 0 or more.
    pub ammo: i32,
    /// Whether the weapon can fire at once.
    pub ready: bool,
    /// Own speed to the left of the line of sight in map units per tic, about -12 to 12.
    pub drift: f64,
    threats: [Threat; MAX_THREATS],
    count: usize,
}

/// One living enemy or flying projectile on screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threat {
    /// The entity's number.
    pub id: u32,
    /// What it is.
    pub kind: Kind,
    /// Angle from the line of sight in degrees, positive to the left, -180 to 180.
    pub bearing: f64,
    /// Horizontal distance in map units, above 0.
    pub distance: f64,
    /// Half of the angle under which its body is seen, in degrees, above 0 and at most 90.
    pub half_width: f64,
    /// How fast its bearing changes by its own movement, in degrees per tic; 0 when first seen.
    pub bearing_rate: f64,
}

impl Threat {
    const NONE: Self =
        Self { id: 0, kind: Kind::Melee, bearing: 0.0, distance: 0.0, half_width: 0.0, bearing_rate: 0.0 };
}

impl Features {
    /// The nearest threats, nearest first; equally near ones in order of their ids.
    #[must_use]
    pub fn threats(&self) -> &[Threat] {
        &self.threats[..self.count]
    }

    fn insert(&mut self, threat: Threat) {
        let place = self.threats().partition_point(|other| comes_before(other, &threat));
        if place == MAX_THREATS {
            return;
        }
        self.count = (self.count + 1).min(MAX_THREATS);
        self.threats[place..self.count].rotate_right(1);
        self.threats[place] = threat;
    }
}

fn comes_before(a: &Threat, b: &Threat) -> bool {
    a.distance.total_cmp(&b.distance).then(a.id.cmp(&b.id)).is_lt()
}

/// Extracts features tick by tick; remembers where things were to tell how they move.
#[derive(Debug, Clone)]
pub struct Extractor {
    memory: Memory,
}

impl Extractor {
    /// An extractor for one episode, whose states are `frame_skip` tics apart.
    #[must_use]
    pub fn new(frame_skip: u32) -> Self {
        Self { memory: Memory::new(frame_skip) }
    }

    /// The features of `state`, which follows the state of the last call.
    pub fn extract(&mut self, state: &GameState) -> Features {
        let mut features = Features {
            health: finite(state.health),
            ammo: state.ammo.max(0),
            ready: state.attack_ready,
            drift: drift(state),
            threats: [Threat::NONE; MAX_THREATS],
            count: 0,
        };
        for threat in state.entities.iter().filter_map(threat) {
            features.insert(threat);
        }
        let angle = finite(state.angle);
        for threat in &mut features.threats[..features.count] {
            threat.bearing_rate = self.memory.rate(threat, angle);
        }
        self.memory.keep(features.threats(), angle);
        features
    }
}

fn threat(entity: &Entity) -> Option<Threat> {
    let kind = Kind::of(&entity.name, &entity.category)?;
    if !entity.bearing.is_finite() || !entity.distance.is_finite() {
        return None;
    }
    let distance = f64::from(entity.distance).max(1.0);
    Some(Threat {
        id: entity.id,
        kind,
        bearing: wrap(f64::from(entity.bearing)),
        distance,
        half_width: libm::atan2(radius(&entity.name, kind), distance).to_degrees(),
        bearing_rate: 0.0,
    })
}

fn drift(state: &GameState) -> f64 {
    let angle = finite(state.angle).to_radians();
    finite(state.velocity[1]) * libm::cos(angle) - finite(state.velocity[0]) * libm::sin(angle)
}

fn finite(value: f32) -> f64 {
    if value.is_finite() { f64::from(value) } else { 0.0 }
}

/// The same angle from -180 to 180 degrees.
pub(crate) fn wrap(degrees: f64) -> f64 {
    libm::remainder(degrees, 360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zombie(id: u32, bearing: f32, distance: f32) -> Entity {
        Entity { id, name: "Zombieman".into(), category: "Monster".into(), bearing, distance, ..Entity::default() }
    }

    fn seen(entities: Vec<Entity>) -> Features {
        Extractor::new(4).extract(&GameState { entities, ..GameState::default() })
    }

    #[test]
    fn threats_come_nearest_first_and_ties_by_id() {
        let features = seen(vec![zombie(9, 0.0, 300.0), zombie(5, 0.0, 100.0), zombie(2, 0.0, 300.0)]);
        let ids: Vec<_> = features.threats().iter().map(|threat| threat.id).collect();
        assert_eq!(ids, [5, 2, 9]);
    }

    #[test]
    fn only_the_nearest_are_kept() {
        let features = seen((0..40).map(|id| zombie(id, 0.0, 1000.0 - 10.0 * id as f32)).collect());
        let ids: Vec<_> = features.threats().iter().map(|threat| threat.id).collect();
        assert_eq!(ids, (24..40).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_is_nowhere_is_not_seen() {
        let features = seen(vec![zombie(1, f32::NAN, 10.0), zombie(2, 0.0, f32::INFINITY), zombie(3, 1.0, 50.0)]);
        assert_eq!(features.threats().len(), 1);
    }

    #[test]
    fn drift_is_speed_to_the_left() {
        let state = GameState { angle: 90.0, velocity: [-3.0, 5.0, 0.0], ..GameState::default() };
        assert!((Extractor::new(1).extract(&state).drift - 3.0).abs() < 1e-12);
    }

    #[test]
    fn half_width_is_the_angle_of_the_radius() {
        let half_width = seen(vec![zombie(1, 0.0, 20.0)]).threats()[0].half_width;
        assert!((half_width - 45.0).abs() < 1e-12);
    }
}
