//! Actions: buttons in the scenario's order on one side, a list of flags and a type on the other.

use domain::action::{Buttons, Decision, Level};
use domain::ids::TickNo;

use super::BadMessage;
use crate::agent::v1::{Action, ActionType};

/// The buttons of a scenario and the types of its actions, looked up once per config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ButtonMap(Vec<ActionType>);

impl ButtonMap {
    /// The map of a scenario with these buttons. A button without a type of its own is `UNSPECIFIED`.
    pub fn new(buttons: &[impl AsRef<str>]) -> Self {
        Self(buttons.iter().map(|name| action_type(name.as_ref())).collect())
    }

    /// How many buttons there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The type of an action with these buttons: that of the one button that is held, else `UNSPECIFIED`.
    #[must_use]
    pub fn action_type(&self, buttons: Buttons) -> ActionType {
        if !buttons.0.is_power_of_two() {
            return ActionType::Unspecified;
        }
        self.0.get(buttons.0.trailing_zeros() as usize).copied().unwrap_or_default()
    }

    /// The answer to `tick`, which the rule or document called `by` decided. Level and confidence are the decision's; ids
    /// and latency are the caller's to add.
    #[must_use]
    pub fn action(&self, tick: TickNo, decision: &Decision, by: &str) -> Action {
        Action {
            buttons: (0..self.len()).map(|index| decision.buttons.contains(index)).collect(),
            r#type: self.action_type(decision.buttons).into(),
            tick: i32::try_from(tick.0).unwrap_or(i32::MAX),
            level: level_name(decision.level).to_owned(),
            decided_by: by.to_owned(),
            confidence: decision.confidence,
            ..Action::default()
        }
    }

    /// The buttons that an action holds: its `buttons`, or the button of its `type` where that is all it says.
    ///
    /// # Errors
    /// [`BadMessage`] if it has another number of buttons than the scenario, or a type that no button has.
    pub fn buttons(&self, action: &Action) -> Result<Buttons, BadMessage> {
        if action.buttons.is_empty() {
            return self.button_of_type(action.r#type);
        }
        if action.buttons.len() != self.len() {
            let text = format!("has {} buttons, the scenario has {}", action.buttons.len(), self.len());
            return Err(BadMessage::new("action.buttons", text));
        }
        let held = action.buttons.iter().enumerate().filter(|(_, held)| **held);
        Ok(held.fold(Buttons::NONE, |buttons, (index, _)| buttons.with(index)))
    }

    fn button_of_type(&self, number: i32) -> Result<Buttons, BadMessage> {
        let Ok(wanted) = ActionType::try_from(number) else {
            return Err(BadMessage::new("action.type", format!("{number} is not an action type")));
        };
        if wanted == ActionType::Unspecified {
            return Ok(Buttons::NONE);
        }
        let index = self.0.iter().position(|&has| has == wanted).ok_or_else(|| {
            BadMessage::new("action.type", format!("the scenario has no button for {}", wanted.as_str_name()))
        })?;
        Ok(Buttons::only(index))
    }
}

/// The tick that an action answers.
///
/// # Errors
/// [`BadMessage`] if it is negative.
pub fn tick(action: &Action) -> Result<TickNo, BadMessage> {
    let tick = u32::try_from(action.tick).map_err(|_| BadMessage::new("action.tick", "must not be negative"))?;
    Ok(TickNo(tick))
}

/// The type with a button's engine name.
fn action_type(button: &str) -> ActionType {
    let name = format!("ACTION_TYPE_{}", button.to_ascii_uppercase());
    ActionType::from_str_name(&name).unwrap_or_default()
}

/// The name of a level on the wire.
#[must_use]
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::L0 => "L0",
        Level::L1 => "L1",
        Level::L2 => "L2",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 4] = ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "TURN_LEFT_RIGHT_DELTA"];

    proptest! {
        #[test]
        fn actions_read_back(count in 1usize..=64, mask: u64, tick in 0u32..i32::MAX as u32, confidence in 0.01f32..=1.0) {
            let map = ButtonMap::new(&vec!["ATTACK"; count]);
            let buttons = Buttons(if count == 64 { mask } else { mask & ((1 << count) - 1) });
            let decision = Decision { buttons, level: Level::L1, rule: "r", confidence };

            let action = map.action(TickNo(tick), &decision, "a-rule");

            prop_assert_eq!(map.buttons(&action), Ok(buttons));
            prop_assert_eq!(super::tick(&action), Ok(TickNo(tick)));
            let why = (action.confidence, action.level.as_str(), action.decided_by.as_str());
            prop_assert_eq!(why, (confidence, "L1", "a-rule"));
        }
    }

    #[test]
    fn one_held_button_gives_the_type() {
        let map = ButtonMap::new(&NAMES);
        assert_eq!(map.action_type(Buttons::only(2)), ActionType::Attack);
        assert_eq!(map.action_type(Buttons::only(2).with(0)), ActionType::Unspecified);
        assert_eq!(map.action_type(Buttons::only(3)), ActionType::Unspecified);
        assert_eq!(map.action_type(Buttons::NONE), ActionType::Unspecified);
        assert_eq!(map.action_type(Buttons::only(40)), ActionType::Unspecified);
    }

    #[test]
    fn a_type_alone_is_understood() {
        let map = ButtonMap::new(&NAMES);
        let of_type = |number| map.buttons(&Action { r#type: number, ..Action::default() });
        assert_eq!(of_type(ActionType::TurnRight.into()), Ok(Buttons::only(1)));
        assert_eq!(of_type(0), Ok(Buttons::NONE));
        assert!(of_type(ActionType::Use.into()).is_err());
        assert!(of_type(999).is_err());
    }

    #[test]
    fn another_number_of_buttons_is_refused() {
        let action = Action { buttons: vec![true; 3], ..Action::default() };
        assert!(ButtonMap::new(&NAMES).buttons(&action).is_err());
    }
}
