//! How to get the line of sight onto a target: by turning, or by stepping sideways where one cannot turn.

use domain::action::Buttons;

use crate::controls::{Controls, press};

/// Turn per tic of a held key in its first tics, and afterwards, in degrees (320 and 640 of the engine's 65536 units).
const SLOW_TURN: f64 = 320.0 * 360.0 / 65536.0;
const FAST_TURN: f64 = 640.0 * 360.0 / 65536.0;
/// Tics for which a held key turns slowly. Changing sides without letting go does not start anew.
const SLOW_TICS: u32 = 5;
/// Distance that one tic of a held sideways key moves the player until it has come to rest, in map units.
const SIDE_STEP: f64 = 8.0;
/// Tics over which present speed carries on: the sum of the powers of the floor's friction, 0.90625.
const COAST: f64 = 9.67;

/// A side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    /// The side on which a bearing lies; straight ahead counts as left.
    pub(super) fn of(bearing: f64) -> Self {
        if bearing < 0.0 { Self::Right } else { Self::Left }
    }

    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// 1 to the left, -1 to the right, as bearings have it.
    pub(super) fn sign(self) -> f64 {
        match self {
            Self::Left => 1.0,
            Self::Right => -1.0,
        }
    }
}

/// Buttons that change the bearing of a target, and by how much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steering {
    tics: u32,
    /// Tics for which a turn key has been held, capped where it no longer matters.
    held: u32,
}

impl Steering {
    pub(super) fn new(frame_skip: u32) -> Self {
        Self { tics: frame_skip.max(1), held: 0 }
    }

    /// Whether the scenario has buttons to turn both ways.
    pub(super) fn can_turn(controls: &Controls) -> bool {
        controls.turn_left.is_some() && controls.turn_right.is_some()
    }

    /// By how many degrees the line of sight moves if a turn key is held for the coming tick.
    pub(super) fn turn(&self) -> f64 {
        let slow = SLOW_TICS.saturating_sub(self.held).min(self.tics);
        f64::from(slow) * SLOW_TURN + f64::from(self.tics - slow) * FAST_TURN
    }

    /// By how many degrees something at `distance` moves if a sideways key is held for the coming tick.
    pub(super) fn side_step(&self, distance: f64) -> f64 {
        libm::atan2(SIDE_STEP * f64::from(self.tics), distance).to_degrees()
    }

    /// By how many degrees something at `distance` still moves to the right while the player drifts to the left.
    pub(super) fn coasting(drift: f64, distance: f64) -> f64 {
        libm::atan2(drift * COAST, distance).to_degrees()
    }

    /// Takes note of what is pressed in the coming tick.
    pub(super) fn commit(&mut self, buttons: Buttons, controls: &Controls) {
        let is_held = |index: Option<usize>| index.is_some_and(|index| buttons.contains(index));
        let turning = is_held(controls.turn_left) || is_held(controls.turn_right);
        self.held = if turning { self.held.saturating_add(self.tics).min(SLOW_TICS) } else { 0 };
    }
}

/// `buttons` and a turn to `side`.
pub(super) fn press_turn(buttons: Buttons, side: Side, controls: &Controls) -> Buttons {
    press(buttons, if side == Side::Left { controls.turn_left } else { controls.turn_right })
}

/// `buttons` and a step to `side`.
pub(super) fn press_step(buttons: Buttons, side: Side, controls: &Controls) -> Buttons {
    press(buttons, if side == Side::Left { controls.move_left } else { controls.move_right })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::tests::names;

    /// Measured in the engine: 1.758 degrees a tic for five tics, then 3.516; a change of side keeps the speed, one
    /// tic without a turn key starts anew.
    #[test]
    fn turns_speed_up_as_in_the_engine() {
        let controls = Controls::new(&names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]));
        let mut steering = Steering::new(4);
        let presses = [0b001, 0b001, 0b010, 0b100, 0b010];
        let turns = presses.map(|buttons| {
            let turn = steering.turn();
            steering.commit(Buttons(buttons), &controls);
            turn
        });
        assert_eq!(turns, [4.0, 7.0, 8.0, 8.0, 4.0].map(|slow_turns| slow_turns * SLOW_TURN));
    }
}
