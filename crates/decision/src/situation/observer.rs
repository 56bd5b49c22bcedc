//! Makes a situation of every state, and remembers what it takes for that.

use domain::action::Buttons;
use domain::game::GameState;

use super::component::at;
use super::history::{History, SECOND};
use super::sight::{Sight, Thing};
use super::{Feature, Group, SIZE, Situation};
use crate::controls::Controls;
use crate::features::wrap;

/// A player who is told to move and is slower than this has been stopped by something, in map units per tic.
const STANDING: f64 = 0.5;
/// Components of a threat: bearing, distance, size, closing speed.
const PER_THREAT: usize = 4;
/// Components of a pickup: bearing, distance.
const PER_PICKUP: usize = 2;
const THREATS: [Group; 4] = [Group::Hitscan, Group::Shooter, Group::Melee, Group::Projectile];
const PICKUPS: [Group; 4] = [Group::Health, Group::Ammo, Group::Armor, Group::Weapon];

/// Observes one episode tick by tick, without allocation.
#[derive(Debug, Clone)]
pub struct Observer {
    controls: Controls,
    tics: u32,
    history: History,
    /// The nearest threat of each group one tick ago.
    before: [Option<Thing>; THREATS.len()],
    angle: Option<f64>,
    /// Whether a button that moves is held from the last state on.
    moves: bool,
    blocked: u32,
    unseen: u32,
}

impl Observer {
    /// An observer of one episode whose states are `frame_skip` tics apart, in a scenario with these buttons.
    #[must_use]
    pub fn new(frame_skip: u32, buttons: &[String]) -> Self {
        Self::with_controls(frame_skip, Controls::new(buttons))
    }

    pub(crate) fn with_controls(frame_skip: u32, controls: Controls) -> Self {
        Self {
            controls,
            tics: frame_skip.max(1),
            history: History::new(frame_skip),
            before: [None; THREATS.len()],
            angle: None,
            moves: false,
            blocked: 0,
            unseen: 0,
        }
    }

    /// Forgets the episode before.
    pub fn restart(&mut self) {
        *self = Self::with_controls(self.tics, self.controls);
    }

    /// The situation in `state`, which follows the state of the last call.
    pub fn observe(&mut self, state: &GameState) -> Situation {
        let mut situation = Situation::blank();
        let sight = Sight::of(state);
        self.see_threats(&sight, &mut situation);
        see_enemy(&sight, &mut situation);
        see_pickups(&sight, &mut situation);
        self.see_self(state, &mut situation);
        self.see_time(state, &sight, &mut situation);
        see_walls(state, &mut situation);
        situation
    }

    /// Takes note of the buttons held in the coming tick.
    pub fn commit(&mut self, buttons: Buttons) {
        let holds = |index: Option<usize>| index.is_some_and(|index| buttons.contains(index));
        let c = &self.controls;
        self.moves = [c.forward, c.backward, c.move_left, c.move_right].into_iter().any(holds);
        self.history.commit(holds(c.attack));
    }

    fn see_threats(&mut self, sight: &Sight, situation: &mut Situation) {
        for (place, group) in THREATS.into_iter().enumerate() {
            let first = at::HITSCAN_BEARING + PER_THREAT * place;
            let nearest = sight.nearest[group as usize];
            situation.set(at::HITSCAN_COUNT + place, f64::from(sight.counts[group as usize]));
            if let Some(thing) = nearest {
                situation.set(first, thing.bearing);
                situation.set(first + 1, thing.distance);
                situation.set(first + 2, thing.half_width);
                situation.set(first + 3, self.closing(self.before[place], thing));
            }
            self.before[place] = nearest;
        }
    }

    /// Speed of approach in map units per tic; 0 for a thing that was not the nearest one tick ago.
    fn closing(&self, before: Option<Thing>, thing: Thing) -> f64 {
        let same = before.filter(|before| before.id == thing.id);
        same.map_or(0.0, |before| (before.distance - thing.distance) / f64::from(self.tics))
    }

    fn see_self(&mut self, state: &GameState, situation: &mut Situation) {
        let angle = finite(state.angle);
        let (ahead, left) = along(state, angle);
        let turned = self.angle.map_or(0.0, |before| wrap(angle - before) / f64::from(self.tics));
        self.angle = Some(angle);
        let stopped = self.moves && ahead.abs() < STANDING && left.abs() < STANDING;
        self.blocked = if stopped { self.blocked.saturating_add(self.tics) } else { 0 };
        for (place, value) in [
            (at::HEALTH, finite(state.health)),
            (at::ARMOR, finite(state.armor)),
            (at::AMMO, f64::from(state.ammo)),
            (at::READY, f64::from(u8::from(state.attack_ready))),
            (at::WEAPON, f64::from(state.selected_weapon)),
            (at::SPEED_AHEAD, ahead),
            (at::SPEED_LEFT, left),
            (at::TURN_RATE, turned),
            (at::BLOCKED, f64::from(self.blocked)),
        ] {
            situation.set(place, value);
        }
    }

    fn see_time(&mut self, state: &GameState, sight: &Sight, situation: &mut Situation) {
        let recent = self.history.see(state);
        // The first state of an episode may be empty; nothing has been out of sight before it.
        self.unseen = if sight.enemy.is_some() { 0 } else { self.unseen.saturating_add(self.tics) };
        for (place, value) in [
            (at::HEALTH_LOST, recent.health_lost),
            (at::HITS, recent.hits),
            (at::KILLS, recent.kills),
            (at::FIRE_TIME, recent.fired.min(SECOND as i32)),
            (at::UNSEEN, i32::try_from(self.unseen).unwrap_or(i32::MAX)),
        ] {
            situation.set(place, f64::from(value));
        }
    }
}

fn see_enemy(sight: &Sight, situation: &mut Situation) {
    situation.set(at::IN_LINE, f64::from(sight.in_line));
    situation.set(at::LEFT_COUNT, f64::from(sight.sides[0]));
    situation.set(at::RIGHT_COUNT, f64::from(sight.sides[1]));
    if let Some(enemy) = sight.enemy {
        situation.set(at::ENEMY_BEARING, enemy.bearing);
        situation.set(at::ENEMY_DISTANCE, enemy.distance);
        situation.set(at::ENEMY_OFFSET, enemy.bearing.abs() / enemy.half_width);
    }
}

fn see_pickups(sight: &Sight, situation: &mut Situation) {
    for (place, group) in PICKUPS.into_iter().enumerate() {
        let first = at::HEALTH_PICKUP_BEARING + PER_PICKUP * place;
        if let Some(thing) = sight.nearest[group as usize] {
            situation.set(first, thing.bearing);
            situation.set(first + 1, thing.distance);
        }
    }
}

fn see_walls(state: &GameState, situation: &mut Situation) {
    for (place, distance) in state.walls.into_iter().flatten().enumerate() {
        situation.set(SIZE + place, f64::from(distance));
    }
}

/// Own speed along the line of sight and to its left, in map units per tic.
fn along(state: &GameState, angle: f64) -> (f64, f64) {
    let (x, y) = (finite(state.velocity[0]), finite(state.velocity[1]));
    let (sin, cos) = (libm::sin(angle.to_radians()), libm::cos(angle.to_radians()));
    (x * cos + y * sin, y * cos - x * sin)
}

fn finite(value: f32) -> f64 {
    if value.is_finite() { f64::from(value) } else { 0.0 }
}

impl Observer {
    /// Bearing and distance of the nearest pickup of a group in this situation, if one is in sight.
    pub(crate) fn pickup(situation: &Situation, group: Group) -> Option<(f64, f64)> {
        let place = PICKUPS.iter().position(|&known| known == group)?;
        let first = at::HEALTH_PICKUP_BEARING + PER_PICKUP * place;
        let distance = Feature::at(first + 1);
        let value = situation.get(distance);
        let bearing = situation.get(Feature::at(first));
        (value < distance.component().absent).then(|| (f64::from(bearing), f64::from(value)))
    }
}
