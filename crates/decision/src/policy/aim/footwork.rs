//! Where to move while a target is in sight, in scenarios that allow it.

use domain::action::Buttons;
use domain::seed::{Address, Draws};

use crate::controls::{Controls, press};
use crate::features::{Features, Kind, Threat};

use super::genes::Genes;
use super::steering::{Side, press_step};

/// A sidestep is drawn anew every so many tics, half a second.
const PERIOD: u64 = 18;
/// A projectile nearer than this is stepped out of the way of, in map units.
const DODGE_DISTANCE: f64 = 400.0;
/// A target nearer than this is backed off from when weak, in map units.
const CLOSE: f64 = 300.0;

/// What to press in addition, and the probability with which it was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) buttons: Buttons,
    pub(super) confidence: f32,
}

/// Sidesteps whose draws are a pure function of (agent seed, half-second of the episode).
#[derive(Debug, Clone, Copy)]
pub(super) struct Footwork {
    tics: u64,
    key: u64,
}

impl Footwork {
    pub(super) fn new(frame_skip: u32) -> Self {
        Self { tics: u64::from(frame_skip.max(1)), key: 0 }
    }

    pub(super) fn start(&mut self, agent_seed: u64) {
        self.key = Address::new(agent_seed, "policy/aim/footwork/v1").stream().bits();
    }

    /// The step of tick number `tick` while `target` is shot at.
    pub(super) fn step(&self, tick: u32, features: &Features, target: &Threat, genes: &Genes, c: &Controls) -> Step {
        let weak = features.health < genes.evade_health;
        let incoming = |threat: &&Threat| threat.kind == Kind::Projectile && threat.distance < DODGE_DISTANCE;
        let must_step = weak || features.threats().iter().any(|threat| incoming(&threat));
        let Step { buttons, confidence } = self.sidestep(tick, must_step, genes.strafe_share, c);
        let buttons = if weak && target.distance < CLOSE {
            press(buttons, c.backward)
        } else if !weak && target.distance > genes.advance {
            press(buttons, c.forward)
        } else {
            buttons
        };
        Step { buttons, confidence }
    }

    pub(super) fn sidestep(&self, tick: u32, must_step: bool, share: f64, controls: &Controls) -> Step {
        if controls.move_left.is_none() && controls.move_right.is_none() {
            return Step { buttons: Buttons::NONE, confidence: 1.0 };
        }
        let period = u64::from(tick) * self.tics / PERIOD;
        let mut draws = Draws::from_index(self.key, 2 * period);
        let steps = must_step || draws.unit() < share;
        let side = if Draws::from_index(self.key, 2 * period + 1).unit() < 0.5 { Side::Left } else { Side::Right };
        match (must_step, steps) {
            (true, _) => Step { buttons: press_step(Buttons::NONE, side, controls), confidence: 0.5 },
            (_, true) => Step { buttons: press_step(Buttons::NONE, side, controls), confidence: (share / 2.0) as f32 },
            (_, false) => Step { buttons: Buttons::NONE, confidence: (1.0 - share) as f32 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::tests::names;

    fn pressed(share: f64, must_step: bool) -> Vec<Step> {
        let controls = Controls::new(&names(&["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "TURN_LEFT", "TURN_RIGHT"]));
        let mut footwork = Footwork::new(4);
        footwork.start(3);
        (0..4000).map(|tick| footwork.sidestep(tick, must_step, share, &controls)).collect()
    }

    #[test]
    fn the_share_of_sidesteps_is_as_asked() {
        let standing = pressed(0.3, false).iter().filter(|step| step.buttons == Buttons::NONE).count();
        assert!((2600..3000).contains(&standing), "{standing}");
        assert!(pressed(0.0, true).iter().all(|step| step.buttons != Buttons::NONE && step.confidence == 0.5));
        assert!(pressed(0.0, false).iter().all(|step| step.buttons == Buttons::NONE && step.confidence == 1.0));
    }

    #[test]
    fn no_button_no_step() {
        let turning = Controls::new(&names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]));
        let step = Footwork::new(4).sidestep(0, true, 1.0, &turning);
        assert_eq!(step, Step { buttons: Buttons::NONE, confidence: 1.0 });
    }
}
