//! What is in sight, group by group: the nearest of each and how many there are.

use domain::game::{Entity, GameState};

use super::Group;
use crate::features::{Kind, radius, wrap};

/// One thing in sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Thing {
    pub(super) id: u32,
    /// Degrees, positive to the left.
    pub(super) bearing: f64,
    /// Map units, at least 1.
    pub(super) distance: f64,
    /// Half of the angle under which it is seen, in degrees.
    pub(super) half_width: f64,
}

/// Everything in sight that matters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sight {
    /// The nearest of each group; a tie goes to the lower id.
    pub(super) nearest: [Option<Thing>; Group::COUNT],
    /// How many of each group.
    pub(super) counts: [u32; Group::COUNT],
    /// The nearest monster.
    pub(super) enemy: Option<Thing>,
    /// Monsters whose body crosses the line of sight.
    pub(super) in_line: u32,
    /// Monsters to the left and to the right.
    pub(super) sides: [u32; 2],
}

impl Sight {
    pub(super) fn of(state: &GameState) -> Self {
        let mut sight = Self::default();
        for (group, thing) in state.entities.iter().filter_map(thing) {
            sight.add(group, thing);
        }
        sight
    }

    fn add(&mut self, group: Group, thing: Thing) {
        let slot = group as usize;
        self.counts[slot] += 1;
        keep_nearer(&mut self.nearest[slot], thing);
        if !group.is_monster() {
            return;
        }
        keep_nearer(&mut self.enemy, thing);
        self.in_line += u32::from(thing.bearing.abs() <= thing.half_width);
        self.sides[usize::from(thing.bearing < 0.0)] += 1;
    }
}

fn keep_nearer(best: &mut Option<Thing>, thing: Thing) {
    let is_nearer = |known: &Thing| thing.distance.total_cmp(&known.distance).then(thing.id.cmp(&known.id)).is_lt();
    if best.as_ref().is_none_or(is_nearer) {
        *best = Some(thing);
    }
}

fn thing(entity: &Entity) -> Option<(Group, Thing)> {
    if !entity.bearing.is_finite() || !entity.distance.is_finite() {
        return None;
    }
    let group = Group::of(&entity.name, &entity.category)?;
    let distance = f64::from(entity.distance).max(1.0);
    let bearing = wrap(f64::from(entity.bearing));
    let half_width = libm::atan2(body(&entity.name, group), distance).to_degrees();
    Some((group, Thing { id: entity.id, bearing, distance, half_width }))
}

/// Radius in map units; that of all of Doom's pickups is 20.
fn body(name: &str, group: Group) -> f64 {
    match group {
        Group::Projectile => radius(name, Kind::Projectile),
        Group::Hitscan | Group::Shooter | Group::Melee => radius(name, Kind::Shooter),
        Group::Health | Group::Ammo | Group::Armor | Group::Weapon => 20.0,
    }
}
