//! How tactics are carried out: with the aim, the steering and the footwork of the policy.

use domain::action::{Buttons, Decision};

use super::{Aim, Side, press, press_turn};
use crate::features::{Features, wrap};
use crate::situation::{Group, Observer, Situation};
use crate::tactic::Tactic;

impl Aim {
    /// What a tactic means in this tick. Buttons that the scenario lacks are left out.
    pub(crate) fn perform(
        &mut self,
        tactic: Tactic,
        tick: u32,
        features: &Features,
        situation: &Situation,
    ) -> Decision {
        let c = self.controls;
        let plain = |buttons| Decision::certain(buttons, tactic.name());
        match tactic {
            Tactic::Wait => plain(Buttons::NONE),
            Tactic::Aim => self.choose(tick, features),
            Tactic::Fire => plain(press(Buttons::NONE, c.attack)),
            Tactic::Search => self.search(),
            Tactic::Advance => self.aim_and(tick, features, [c.forward, c.backward], c.forward),
            Tactic::Retreat => self.aim_and(tick, features, [c.forward, c.backward], c.backward),
            Tactic::Dodge => self.dodge(tick, features),
            Tactic::StrafeLeft => self.strafe(tick, features, Side::Left),
            Tactic::StrafeRight => self.strafe(tick, features, Side::Right),
            Tactic::Flee => plain(self.flee(features)),
            Tactic::TurnLeft => plain(press_turn(Buttons::NONE, Side::Left, &c)),
            Tactic::TurnRight => plain(press_turn(Buttons::NONE, Side::Right, &c)),
            Tactic::Collect => self.collect(features, situation, &PICKUPS),
            Tactic::CollectHealth => self.collect(features, situation, &[Group::Health]),
            Tactic::CollectAmmo => self.collect(features, situation, &[Group::Ammo]),
            Tactic::CollectArmor => self.collect(features, situation, &[Group::Armor]),
            Tactic::CollectWeapon => self.collect(features, situation, &[Group::Weapon]),
        }
    }

    /// Aims, with one button of two pressed whatever the aim says of them.
    fn aim_and(
        &mut self,
        tick: u32,
        features: &Features,
        either: [Option<usize>; 2],
        pressed: Option<usize>,
    ) -> Decision {
        let aimed = self.choose(tick, features);
        let free = either.into_iter().fold(Buttons::NONE, press);
        Decision { buttons: press(Buttons(aimed.buttons.0 & !free.0), pressed), ..aimed }
    }

    fn strafe(&mut self, tick: u32, features: &Features, side: Side) -> Decision {
        let sideways = [self.controls.move_left, self.controls.move_right];
        let pressed = if side == Side::Left { sideways[0] } else { sideways[1] };
        // The step is not drawn, so nothing of this is left to chance.
        Decision { confidence: 1.0, ..self.aim_and(tick, features, sideways, pressed) }
    }

    fn dodge(&mut self, tick: u32, features: &Features) -> Decision {
        let sideways = [self.controls.move_left, self.controls.move_right];
        let aimed = self.aim_and(tick, features, sideways, None);
        let step = self.footwork.sidestep(tick, true, 1.0, &self.controls);
        Decision { buttons: Buttons(aimed.buttons.0 | step.buttons.0), confidence: step.confidence, ..aimed }
    }

    fn flee(&self, features: &Features) -> Buttons {
        let away = features.threats().first().map_or(Buttons::NONE, |threat| {
            let behind = wrap(threat.bearing + 180.0);
            if self.turns() { self.steer(behind, threat.distance, features.drift).0 } else { Buttons::NONE }
        });
        press(away, self.controls.forward)
    }

    fn collect(&mut self, features: &Features, situation: &Situation, groups: &[Group]) -> Decision {
        let seen = groups.iter().filter_map(|&group| Observer::pickup(situation, group));
        let Some((bearing, distance)) = seen.reduce(|best, next| if next.1 < best.1 { next } else { best }) else {
            return self.search();
        };
        let (steered, _) = self.steer(bearing, distance, features.drift);
        Decision::certain(press(steered, self.controls.forward), "collect")
    }

    fn turns(&self) -> bool {
        super::Steering::can_turn(&self.controls)
    }
}

const PICKUPS: [Group; 4] = [Group::Health, Group::Ammo, Group::Armor, Group::Weapon];

#[cfg(test)]
mod tests {
    use domain::game::{Entity, GameState};
    use domain::genome::Genome;

    use super::super::genes::Genes;
    use super::*;
    use crate::controls::Controls;
    use crate::controls::tests::names;

    const LEFT: u64 = 1;
    const RIGHT: u64 = 1 << 1;
    const ATTACK: u64 = 1 << 2;
    const STEP_LEFT: u64 = 1 << 3;
    const STEP_RIGHT: u64 = 1 << 4;
    const FORWARD: u64 = 1 << 5;
    const BACKWARD: u64 = 1 << 6;

    fn thing(name: &str, category: &str, bearing: f32, distance: f32) -> Entity {
        Entity { name: name.into(), category: category.into(), bearing, distance, ..Entity::default() }
    }

    fn performed(tactic: Tactic, entities: Vec<Entity>) -> Decision {
        let buttons =
            names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD"]);
        let genome = Genome([("strafe_share".into(), 0.0)].into());
        let mut aim = Aim::new(Genes::new(&genome), Controls::new(&buttons), 4);
        aim.restart(1);
        let state = GameState { health: 100.0, ammo: 9, entities, ..GameState::default() };
        let situation = Observer::new(4, &buttons).observe(&state);
        let features = aim.see(&state);
        aim.perform(tactic, 0, &features, &situation)
    }

    #[test]
    fn tactics_press_what_they_say() {
        let imp = || vec![thing("DoomImp", "Monster", 0.0, 200.0)];
        let cases = [
            (Tactic::Wait, 0),
            (Tactic::Aim, ATTACK),
            (Tactic::Fire, ATTACK),
            (Tactic::Search, LEFT | FORWARD),
            (Tactic::Advance, ATTACK | FORWARD),
            (Tactic::Retreat, ATTACK | BACKWARD),
            (Tactic::StrafeLeft, ATTACK | STEP_LEFT),
            (Tactic::StrafeRight, ATTACK | STEP_RIGHT),
            (Tactic::TurnLeft, LEFT),
            (Tactic::TurnRight, RIGHT),
        ];
        for (tactic, expected) in cases {
            let decision = performed(tactic, imp());
            assert_eq!((decision.buttons.0, decision.confidence), (expected, 1.0), "{tactic:?}");
        }
        let dodge = performed(Tactic::Dodge, imp());
        assert_eq!((dodge.buttons.0 & (STEP_LEFT | STEP_RIGHT)).count_ones(), 1);
        assert_eq!((dodge.buttons.0 & ATTACK, dodge.confidence), (ATTACK, 0.5));
    }

    #[test]
    fn fleeing_turns_away_and_runs() {
        let fled = |bearing| performed(Tactic::Flee, vec![thing("Demon", "Monster", bearing, 90.0)]).buttons.0;
        assert_eq!((fled(20.0), fled(-20.0)), (RIGHT | FORWARD, LEFT | FORWARD));
    }

    #[test]
    fn the_nearest_of_what_is_wanted_is_collected() {
        let things = || vec![thing("Medikit", "Health", 30.0, 300.0), thing("Clip", "Ammo", -30.0, 200.0)];
        let cases = [
            (Tactic::Collect, RIGHT | FORWARD),
            (Tactic::CollectAmmo, RIGHT | FORWARD),
            (Tactic::CollectHealth, LEFT | FORWARD),
            (Tactic::CollectWeapon, LEFT | FORWARD),
        ];
        for (tactic, expected) in cases {
            assert_eq!(performed(tactic, things()).buttons.0, expected, "{tactic:?}");
        }
        assert_eq!(performed(Tactic::CollectArmor, things()).rule, "search", "nothing of the kind is in sight");
    }
}
