//! The scenario's buttons by what they do.

use domain::Violation;
use domain::action::Buttons;

/// Which bit of [`Buttons`] does what in a scenario. A button that the scenario does not list is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Controls {
    /// How many buttons there are, 0 to [`Buttons::MAX`].
    pub(crate) count: usize,
    pub(crate) attack: Option<usize>,
    pub(crate) turn_left: Option<usize>,
    pub(crate) turn_right: Option<usize>,
    pub(crate) move_left: Option<usize>,
    pub(crate) move_right: Option<usize>,
    pub(crate) forward: Option<usize>,
    pub(crate) backward: Option<usize>,
}

impl Controls {
    /// The controls of a scenario that lists `buttons`.
    pub(crate) fn new(buttons: &[String]) -> Self {
        let position = |name: &str| buttons.iter().take(Buttons::MAX).position(|button| button == name);
        Self {
            count: buttons.len().min(Buttons::MAX),
            attack: position("ATTACK"),
            turn_left: position("TURN_LEFT"),
            turn_right: position("TURN_RIGHT"),
            move_left: position("MOVE_LEFT"),
            move_right: position("MOVE_RIGHT"),
            forward: position("MOVE_FORWARD"),
            backward: position("MOVE_BACKWARD"),
        }
    }

    /// The button that scripts use to go left: `TURN_LEFT`, else `MOVE_LEFT`.
    pub(crate) fn left(&self) -> Option<usize> {
        self.turn_left.or(self.move_left)
    }

    /// The button that scripts use to go right: `TURN_RIGHT`, else `MOVE_RIGHT`.
    pub(crate) fn right(&self) -> Option<usize> {
        self.turn_right.or(self.move_right)
    }
}

/// The buttons with `index` pressed too, if the scenario has it.
pub(crate) fn press(buttons: Buttons, index: Option<usize>) -> Buttons {
    index.map_or(buttons, |index| buttons.with(index))
}

/// The button at `index`, or what to tell a user whose scenario lacks it; `names` are the engine's names of the
/// buttons that would do.
pub(crate) fn required(index: Option<usize>, names: &str) -> Result<Buttons, Violation> {
    index.map(Buttons::only).ok_or_else(|| {
        Violation::new("scenario.buttons", format!("the policy needs the button {names}"))
            .with_help(format!("add {names} to the scenario's buttons or choose another policy"))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn names(buttons: &[&str]) -> Vec<String> {
        buttons.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn turning_is_preferred_to_moving_whatever_the_order() {
        let both = Controls::new(&names(&["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "TURN_RIGHT", "TURN_LEFT"]));
        assert_eq!((both.left(), both.right(), both.attack), (Some(4), Some(3), Some(2)));
        let moving = Controls::new(&names(&["MOVE_LEFT", "MOVE_RIGHT", "ATTACK"]));
        assert_eq!((moving.left(), moving.right()), (Some(0), Some(1)));
    }

    #[test]
    fn a_missing_button_is_named() {
        let violation = required(None, "ATTACK").unwrap_err();
        assert_eq!(violation.path, "scenario.buttons");
        assert!(violation.message.contains("ATTACK"));
    }
}
