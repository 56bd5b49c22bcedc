//! The moves that scripts are made of, and the buttons of a scenario that they take.

use domain::Violation;
use domain::action::Buttons;

use super::mix::Mix;
use crate::controls::{Controls, required};

/// One move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// A.
    Attack,
    /// L.
    Left,
    /// T: left or right by lot.
    Turn,
    /// S: a step to the left or right by lot.
    Strafe,
    /// T or S by lot.
    TurnOrStrafe,
    /// Forward.
    Forward,
    /// Backward.
    Backward,
    /// Any of the seven buttons but forward, by lot.
    NotForward,
    /// A with L or R by lot.
    AttackAndTurn,
}

/// Buttons by what they do; nothing where no move of the script takes the button.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moves {
    attack: Buttons,
    turns: [Buttons; 2],
    steps: [Buttons; 2],
    forward: Buttons,
    backward: Buttons,
}

impl Moves {
    /// The moves of a script that needs these.
    ///
    /// # Errors
    /// Every button that is missing, once.
    pub(super) fn new(c: &Controls, needed: impl Iterator<Item = Move>) -> Result<Self, Vec<Violation>> {
        let mut wanted = [false; 5];
        for each in needed {
            for (wanted, more) in wanted.iter_mut().zip(each.takes()) {
                *wanted |= more;
            }
        }
        let mut missing = Vec::new();
        let mut find = |wanted: bool, index: Option<usize>, names: &str| match required(index, names) {
            Ok(button) if wanted => button,
            Err(violation) if wanted => {
                missing.push(violation);
                Buttons::NONE
            }
            _ => Buttons::NONE,
        };
        let [attack, turns, steps, forward, backward] = wanted;
        let moves = Self {
            attack: find(attack, c.attack, "ATTACK"),
            turns: [
                find(turns, c.left(), "TURN_LEFT or MOVE_LEFT"),
                find(turns, c.right(), "TURN_RIGHT or MOVE_RIGHT"),
            ],
            steps: [find(steps, c.move_left, "MOVE_LEFT"), find(steps, c.move_right, "MOVE_RIGHT")],
            forward: find(forward, c.forward, "MOVE_FORWARD"),
            backward: find(backward, c.backward, "MOVE_BACKWARD"),
        };
        if missing.is_empty() { Ok(moves) } else { Err(missing) }
    }

    /// What a move may press.
    pub(super) fn mix(&self, which: Move) -> Mix {
        let [left, right] = self.turns;
        let [step_left, step_right] = self.steps;
        match which {
            Move::Attack => even(&[self.attack]),
            Move::Left => even(&[left]),
            Move::Turn => even(&self.turns),
            Move::Strafe => even(&self.steps),
            Move::TurnOrStrafe => even(&[left, right, step_left, step_right]),
            Move::Forward => even(&[self.forward]),
            Move::Backward => even(&[self.backward]),
            Move::NotForward => even(&[step_left, step_right, self.attack, self.backward, left, right]),
            Move::AttackAndTurn => even(&self.turns.map(|turn| Buttons(turn.0 | self.attack.0))),
        }
    }
}

impl Move {
    /// Whether it takes attack, turns, steps, forward, backward.
    fn takes(self) -> [bool; 5] {
        match self {
            Self::Attack => [true, false, false, false, false],
            Self::Left | Self::Turn => [false, true, false, false, false],
            Self::Strafe => [false, false, true, false, false],
            Self::TurnOrStrafe => [false, true, true, false, false],
            Self::Forward => [false, false, false, true, false],
            Self::Backward => [false, false, false, false, true],
            Self::NotForward => [true, true, true, false, true],
            Self::AttackAndTurn => [true, true, false, false, false],
        }
    }
}

fn even(choices: &[Buttons]) -> Mix {
    let share = 1.0 / choices.len() as f64;
    choices.iter().fold(Mix::EMPTY, |mix, &buttons| mix.or(buttons, share))
}
