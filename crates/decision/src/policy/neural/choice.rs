//! From the scores of a network to buttons.

use std::ops::Range;

use domain::Violation;
use domain::action::Buttons;

use super::OUTPUTS;
use crate::controls::{Controls, press};

/// Outputs that exclude each other: turning, stepping sideways, walking, firing.
const GROUPS: [Range<usize>; 4] = [0..2, 2..4, 4..6, 6..7];
/// Scores are cut off here, which only networks of very large weights can tell.
const LARGEST: f32 = 1000.0;

/// The button of each output, where the scenario has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outputs([Option<usize>; OUTPUTS.len()]);

/// What is pressed, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    pub(super) buttons: Buttons,
    /// `fire` if it fires, else `move` if it presses something, else `wait`.
    pub(super) rule: &'static str,
    /// The share that a softmax over each group gives to its chosen option, multiplied over the groups; above 0.
    pub(super) confidence: f32,
}

impl Outputs {
    pub(super) fn new(c: &Controls) -> Result<Self, Violation> {
        let buttons = [c.turn_left, c.turn_right, c.move_left, c.move_right, c.forward, c.backward, c.attack];
        if buttons.iter().any(Option::is_some) {
            return Ok(Self(buttons));
        }
        let names = "ATTACK, TURN_LEFT, TURN_RIGHT, MOVE_LEFT, MOVE_RIGHT, MOVE_FORWARD or MOVE_BACKWARD";
        Err(Violation::new("scenario.buttons", format!("the policy needs at least one of {names}"))
            .with_help("add one to the scenario's buttons or choose another policy"))
    }

    /// In each group the option with the highest score; a tie goes to doing nothing, then to the first.
    pub(super) fn choose(&self, scores: &[f32]) -> Choice {
        let (mut buttons, mut confidence) = (Buttons::NONE, 1.0);
        for group in GROUPS {
            let (button, share) = self.option(group, scores);
            buttons = press(buttons, button);
            confidence *= share;
        }
        let [.., attack] = self.0;
        let fires = attack.is_some_and(|attack| buttons.contains(attack));
        let rule = match (fires, buttons) {
            (true, _) => "fire",
            (false, Buttons::NONE) => "wait",
            (false, _) => "move",
        };
        Choice { buttons, rule, confidence }
    }

    /// The chosen button of a group, if any, and its share in the softmax.
    fn option(&self, group: Range<usize>, scores: &[f32]) -> (Option<usize>, f32) {
        let known = self.0.iter().zip(scores).take(group.end).skip(group.start);
        let options = known.filter_map(|(button, &score)| button.map(|button| (button, finite(score))));
        let (mut best, mut highest) = (None, 0.0);
        for (button, score) in options.clone() {
            if score > highest {
                (best, highest) = (Some(button), score);
            }
        }
        // The exponents are at most 0, and that of the chosen option is 0.
        let total = options.fold(libm::expf(-highest), |total, (_, score)| total + libm::expf(score - highest));
        (best, 1.0 / total)
    }
}

/// A score that is no number counts as that of doing nothing.
fn finite(score: f32) -> f32 {
    if score.is_nan() { 0.0 } else { score.clamp(-LARGEST, LARGEST) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::tests::names;

    fn outputs(buttons: &[&str]) -> Outputs {
        Outputs::new(&Controls::new(&names(buttons))).unwrap()
    }

    #[test]
    fn every_group_is_decided_on_its_own() {
        let all =
            outputs(&["TURN_LEFT", "TURN_RIGHT", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD", "ATTACK"]);
        let pressed = |scores: [f32; 7]| (all.choose(&scores).buttons.0, all.choose(&scores).rule);
        assert_eq!(pressed([0.0; 7]), (0, "wait"));
        assert_eq!(pressed([1.0, 2.0, -1.0, -2.0, 0.5, 0.0, -3.0]), (0b001_0010, "move"));
        assert_eq!(pressed([-1.0, -1.0, 0.0, 0.1, -1.0, 3.0, 3.0]), (0b110_1000, "fire"));
    }

    #[test]
    fn a_tie_goes_to_the_first_and_nothing_comes_before_all() {
        let turning = outputs(&["ATTACK", "TURN_RIGHT", "TURN_LEFT"]);
        let pressed = |left, right| turning.choose(&[left, right, 0.0, 0.0, 0.0, 0.0, 0.0]).buttons;
        assert_eq!(pressed(0.0, 0.0), Buttons::NONE);
        assert_eq!(pressed(2.0, 2.0), Buttons::only(2));
    }

    #[test]
    fn confidence_is_the_share_of_the_softmax() {
        let attack = outputs(&["ATTACK"]);
        let sure = |score| attack.choose(&[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, score]).confidence;
        assert_eq!(sure(0.0), 0.5);
        assert!((sure(1.0) - 0.731_058_6).abs() < 1e-6);
        assert!((sure(-1.0) - sure(1.0)).abs() < 1e-6);
        let turning = outputs(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]);
        assert!((turning.choose(&[0.0; 7]).confidence - 1.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn scores_that_are_no_numbers_do_nothing() {
        let turning = outputs(&["TURN_LEFT", "TURN_RIGHT"]);
        let choice = turning.choose(&[f32::NAN, f32::NEG_INFINITY, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((choice.buttons, choice.confidence), (Buttons::NONE, 0.5));
        assert_eq!(turning.choose(&[f32::INFINITY, f32::NAN]).buttons, Buttons::only(0));
    }

    #[test]
    fn a_scenario_without_a_button_to_press_is_refused() {
        let violation = Outputs::new(&Controls::new(&names(&["USE"]))).unwrap_err();
        assert_eq!(violation.path, "scenario.buttons");
        assert!(violation.message.contains("MOVE_FORWARD"));
    }
}
