//! Tactics: what rules, experience and documents can tell the player to do besides pressing buttons.
//!
//! A tactic says what is meant; which buttons that takes depends on the tick and on the scenario. How they are carried
//! out is in [`crate::policy`], with the same steering and trigger as the policy `aim`.

use domain::Violation;

use crate::controls::{Controls, required};

/// Something to do. The numbers are part of stored formats: new ones go to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tactic {
    /// Nothing.
    Wait = 0,
    /// Turns to the most wanted target and fires when the shot would hit; searches where there is none.
    Aim = 1,
    /// Fires where the weapon points.
    Fire = 2,
    /// Looks around as if nothing were in sight.
    Search = 3,
    /// `Aim`, and forward.
    Advance = 4,
    /// `Aim`, and backward.
    Retreat = 5,
    /// Turns its back to the nearest threat and runs.
    Flee = 6,
    /// `Aim`, and a step to a side that is drawn every half-second.
    Dodge = 7,
    /// `Aim`, and a step to the left.
    StrafeLeft = 8,
    /// `Aim`, and a step to the right.
    StrafeRight = 9,
    /// Turns left.
    TurnLeft = 10,
    /// Turns right.
    TurnRight = 11,
    /// Walks to the nearest pickup of any group; searches where there is none.
    Collect = 12,
    /// Walks to the nearest thing that heals.
    CollectHealth = 13,
    /// Walks to the nearest ammunition.
    CollectAmmo = 14,
    /// Walks to the nearest armor.
    CollectArmor = 15,
    /// Walks to the nearest weapon.
    CollectWeapon = 16,
}

impl Tactic {
    /// Every tactic; a tactic's place is its number.
    pub const ALL: [Self; 17] = [
        Self::Wait,
        Self::Aim,
        Self::Fire,
        Self::Search,
        Self::Advance,
        Self::Retreat,
        Self::Flee,
        Self::Dodge,
        Self::StrafeLeft,
        Self::StrafeRight,
        Self::TurnLeft,
        Self::TurnRight,
        Self::Collect,
        Self::CollectHealth,
        Self::CollectAmmo,
        Self::CollectArmor,
        Self::CollectWeapon,
    ];

    /// Its name, as rules and documents write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Aim => "aim",
            Self::Fire => "fire",
            Self::Search => "search",
            Self::Advance => "advance",
            Self::Retreat => "retreat",
            Self::Flee => "flee",
            Self::Dodge => "dodge",
            Self::StrafeLeft => "strafe_left",
            Self::StrafeRight => "strafe_right",
            Self::TurnLeft => "turn_left",
            Self::TurnRight => "turn_right",
            Self::Collect => "collect",
            Self::CollectHealth => "collect_health",
            Self::CollectAmmo => "collect_ammo",
            Self::CollectArmor => "collect_armor",
            Self::CollectWeapon => "collect_weapon",
        }
    }

    /// The tactic of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tactic| tactic.name() == name)
    }

    /// Its number in stored formats.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The tactic with this number.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Those for which a scenario with these buttons has what it takes, in order.
    #[must_use]
    pub fn possible(buttons: &[String]) -> Vec<Self> {
        let controls = Controls::new(buttons);
        Self::ALL.into_iter().filter(|tactic| tactic.is_possible(&controls)).collect()
    }

    /// Which buttons it cannot do without and the scenario does not have.
    pub(crate) fn missing(self, c: &Controls) -> Vec<Violation> {
        let (step, side) = (c.move_left.or(c.move_right), c.left().or_else(|| c.right()));
        let needs: &[(Option<usize>, &str)] = match self {
            Self::Wait => &[],
            Self::Aim | Self::Fire => &[(c.attack, "ATTACK")],
            Self::Search => &[(side, "TURN_LEFT, TURN_RIGHT, MOVE_LEFT or MOVE_RIGHT")],
            Self::Advance => &[(c.attack, "ATTACK"), (c.forward, "MOVE_FORWARD")],
            Self::Retreat => &[(c.attack, "ATTACK"), (c.backward, "MOVE_BACKWARD")],
            Self::Dodge => &[(c.attack, "ATTACK"), (step, "MOVE_LEFT or MOVE_RIGHT")],
            Self::StrafeLeft => &[(c.attack, "ATTACK"), (c.move_left, "MOVE_LEFT")],
            Self::StrafeRight => &[(c.attack, "ATTACK"), (c.move_right, "MOVE_RIGHT")],
            Self::TurnLeft => &[(c.turn_left, "TURN_LEFT")],
            Self::TurnRight => &[(c.turn_right, "TURN_RIGHT")],
            Self::Flee
            | Self::Collect
            | Self::CollectHealth
            | Self::CollectAmmo
            | Self::CollectArmor
            | Self::CollectWeapon => {
                &[(c.forward, "MOVE_FORWARD"), (c.turn_left, "TURN_LEFT"), (c.turn_right, "TURN_RIGHT")]
            }
        };
        needs.iter().filter_map(|&(index, names)| required(index, names).err()).collect()
    }

    /// Whether the scenario has the buttons for it.
    pub(crate) fn is_possible(self, controls: &Controls) -> bool {
        self.missing(controls).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::tests::names;

    #[test]
    fn names_and_numbers_find_their_tactic() {
        for (place, tactic) in Tactic::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(tactic.code()), place);
            assert_eq!((Tactic::find(tactic.name()), Tactic::of_code(tactic.code())), (Some(tactic), Some(tactic)));
        }
        assert_eq!((Tactic::find("dance"), Tactic::of_code(17)), (None, None));
    }

    #[test]
    fn what_a_scenario_lacks_is_named() {
        let turning = Controls::new(&names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]));
        assert!(Tactic::Aim.is_possible(&turning) && Tactic::Search.is_possible(&turning));
        let missing = Tactic::Retreat.missing(&turning);
        assert_eq!(missing.len(), 1);
        assert!(missing[0].message.contains("MOVE_BACKWARD"), "{missing:?}");
    }
}
