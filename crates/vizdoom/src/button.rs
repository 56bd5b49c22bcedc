//! The engine's buttons, in the order of its input region.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

macro_rules! buttons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One of the engine's 43 buttons: 38 keys and 5 axes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Button {
            $($(#[$doc])* $variant,)*
        }

        impl Button {
            /// All buttons, by index.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];

            /// Returns the name used by the Python API.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

buttons! {
    /// Key: attack.
    Attack = "ATTACK",
    /// Key: use.
    Use = "USE",
    /// Key: jump.
    Jump = "JUMP",
    /// Key: crouch.
    Crouch = "CROUCH",
    /// Key: turn180.
    Turn180 = "TURN180",
    /// Key: altattack.
    Altattack = "ALTATTACK",
    /// Key: reload.
    Reload = "RELOAD",
    /// Key: zoom.
    Zoom = "ZOOM",
    /// Key: speed.
    Speed = "SPEED",
    /// Key: strafe.
    Strafe = "STRAFE",
    /// Key: move right.
    MoveRight = "MOVE_RIGHT",
    /// Key: move left.
    MoveLeft = "MOVE_LEFT",
    /// Key: move backward.
    MoveBackward = "MOVE_BACKWARD",
    /// Key: move forward.
    MoveForward = "MOVE_FORWARD",
    /// Key: turn right.
    TurnRight = "TURN_RIGHT",
    /// Key: turn left.
    TurnLeft = "TURN_LEFT",
    /// Key: look up.
    LookUp = "LOOK_UP",
    /// Key: look down.
    LookDown = "LOOK_DOWN",
    /// Key: move up.
    MoveUp = "MOVE_UP",
    /// Key: move down.
    MoveDown = "MOVE_DOWN",
    /// Key: land.
    Land = "LAND",
    /// Key: select weapon1.
    SelectWeapon1 = "SELECT_WEAPON1",
    /// Key: select weapon2.
    SelectWeapon2 = "SELECT_WEAPON2",
    /// Key: select weapon3.
    SelectWeapon3 = "SELECT_WEAPON3",
    /// Key: select weapon4.
    SelectWeapon4 = "SELECT_WEAPON4",
    /// Key: select weapon5.
    SelectWeapon5 = "SELECT_WEAPON5",
    /// Key: select weapon6.
    SelectWeapon6 = "SELECT_WEAPON6",
    /// Key: select weapon7.
    SelectWeapon7 = "SELECT_WEAPON7",
    /// Key: select weapon8.
    SelectWeapon8 = "SELECT_WEAPON8",
    /// Key: select weapon9.
    SelectWeapon9 = "SELECT_WEAPON9",
    /// Key: select weapon0.
    SelectWeapon0 = "SELECT_WEAPON0",
    /// Key: select next weapon.
    SelectNextWeapon = "SELECT_NEXT_WEAPON",
    /// Key: select prev weapon.
    SelectPrevWeapon = "SELECT_PREV_WEAPON",
    /// Key: drop selected weapon.
    DropSelectedWeapon = "DROP_SELECTED_WEAPON",
    /// Key: activate selected item.
    ActivateSelectedItem = "ACTIVATE_SELECTED_ITEM",
    /// Key: select next item.
    SelectNextItem = "SELECT_NEXT_ITEM",
    /// Key: select prev item.
    SelectPrevItem = "SELECT_PREV_ITEM",
    /// Key: drop selected item.
    DropSelectedItem = "DROP_SELECTED_ITEM",
    /// Axis: look up down, by the value in degrees, on every tic.
    LookUpDownDelta = "LOOK_UP_DOWN_DELTA",
    /// Axis: turn left right, by the value in degrees, on every tic.
    TurnLeftRightDelta = "TURN_LEFT_RIGHT_DELTA",
    /// Axis: move forward backward, by the value in engine's speed units, on every tic.
    MoveForwardBackwardDelta = "MOVE_FORWARD_BACKWARD_DELTA",
    /// Axis: move left right, by the value in engine's speed units, on every tic.
    MoveLeftRightDelta = "MOVE_LEFT_RIGHT_DELTA",
    /// Axis: move up down, by the value in engine's speed units, on every tic.
    MoveUpDownDelta = "MOVE_UP_DOWN_DELTA",
}

impl Button {
    /// Number of buttons.
    pub const COUNT: usize = 43;
    /// Index of the first axis.
    pub const FIRST_DELTA: usize = 38;

    /// Returns the button's place in the engine's input region.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Says whether the button is an axis: its value is an amount per tic, not a press.
    #[must_use]
    pub fn is_delta(self) -> bool {
        self.index() >= Self::FIRST_DELTA
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Button {
    type Err = Error;

    /// Parses a button's name in any case. Config files call one button
    /// `activate_selected_weapon` which the Python API calls `ACTIVATE_SELECTED_ITEM`.
    fn from_str(name: &str) -> Result<Self, Error> {
        if name.eq_ignore_ascii_case("activate_selected_weapon") {
            return Ok(Self::ActivateSelectedItem);
        }
        Self::ALL
            .into_iter()
            .find(|button| button.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::UnknownButton { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Button;

    #[test]
    fn every_name_parses_back_in_any_case() {
        for (index, button) in Button::ALL.into_iter().enumerate() {
            assert_eq!(button.index(), index);
            assert_eq!(button.name().to_lowercase().parse::<Button>().unwrap(), button);
        }
    }

    #[test]
    fn axes_start_after_the_keys() {
        assert!(!Button::DropSelectedItem.is_delta());
        assert!(Button::LookUpDownDelta.is_delta());
        assert_eq!(Button::MoveUpDownDelta.index(), Button::COUNT - 1);
    }

    #[test]
    fn an_unknown_name_is_named() {
        let error = "fire_all".parse::<Button>().unwrap_err();
        assert!(error.to_string().contains("fire_all"));
    }
}
