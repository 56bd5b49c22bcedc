//! The game variables of the Python API, by the same names and numbers.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::layout;

macro_rules! game_variables {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A number the engine publishes after every refresh. The discriminant is the
        /// number the Python API uses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum GameVariable {
            $($(#[$doc])* $variant,)*
        }

        impl GameVariable {
            /// All game variables, by number.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];

            /// Returns the name used by the Python API and by config files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

game_variables! {
    /// Monsters killed on the map.
    Killcount = "KILLCOUNT",
    /// Items taken on the map.
    Itemcount = "ITEMCOUNT",
    /// Secrets found on the map.
    Secretcount = "SECRETCOUNT",
    /// Frags of the player.
    Fragcount = "FRAGCOUNT",
    /// Deaths of the player.
    Deathcount = "DEATHCOUNT",
    /// Hits the player made.
    Hitcount = "HITCOUNT",
    /// Hits the player took.
    HitsTaken = "HITS_TAKEN",
    /// Damage the player made, in health points.
    Damagecount = "DAMAGECOUNT",
    /// Damage the player took, in health points.
    DamageTaken = "DAMAGE_TAKEN",
    /// Health; below zero at a violent death.
    Health = "HEALTH",
    /// Armour points.
    Armor = "ARMOR",
    /// 1 when the player is dead.
    Dead = "DEAD",
    /// 1 when the player stands on the ground.
    OnGround = "ON_GROUND",
    /// 1 when the weapon can fire.
    AttackReady = "ATTACK_READY",
    /// 1 when the weapon can fire its second mode.
    AltattackReady = "ALTATTACK_READY",
    /// Slot of the selected weapon.
    SelectedWeapon = "SELECTED_WEAPON",
    /// Ammunition of the selected weapon.
    SelectedWeaponAmmo = "SELECTED_WEAPON_AMMO",
    /// Ammunition of slot 0.
    Ammo0 = "AMMO0",
    /// Ammunition of slot 1.
    Ammo1 = "AMMO1",
    /// Ammunition of slot 2.
    Ammo2 = "AMMO2",
    /// Ammunition of slot 3.
    Ammo3 = "AMMO3",
    /// Ammunition of slot 4.
    Ammo4 = "AMMO4",
    /// Ammunition of slot 5.
    Ammo5 = "AMMO5",
    /// Ammunition of slot 6.
    Ammo6 = "AMMO6",
    /// Ammunition of slot 7.
    Ammo7 = "AMMO7",
    /// Ammunition of slot 8.
    Ammo8 = "AMMO8",
    /// Ammunition of slot 9.
    Ammo9 = "AMMO9",
    /// Number of weapons in slot 0.
    Weapon0 = "WEAPON0",
    /// Number of weapons in slot 1.
    Weapon1 = "WEAPON1",
    /// Number of weapons in slot 2.
    Weapon2 = "WEAPON2",
    /// Number of weapons in slot 3.
    Weapon3 = "WEAPON3",
    /// Number of weapons in slot 4.
    Weapon4 = "WEAPON4",
    /// Number of weapons in slot 5.
    Weapon5 = "WEAPON5",
    /// Number of weapons in slot 6.
    Weapon6 = "WEAPON6",
    /// Number of weapons in slot 7.
    Weapon7 = "WEAPON7",
    /// Number of weapons in slot 8.
    Weapon8 = "WEAPON8",
    /// Number of weapons in slot 9.
    Weapon9 = "WEAPON9",
    /// East, in map units.
    PositionX = "POSITION_X",
    /// North, in map units.
    PositionY = "POSITION_Y",
    /// Height, in map units.
    PositionZ = "POSITION_Z",
    /// Heading in degrees, counter-clockwise from east.
    Angle = "ANGLE",
    /// Pitch in degrees.
    Pitch = "PITCH",
    /// Roll in degrees.
    Roll = "ROLL",
    /// Height of the eyes above the feet, in map units.
    ViewHeight = "VIEW_HEIGHT",
    /// Speed to the east, map units per tic.
    VelocityX = "VELOCITY_X",
    /// Speed to the north, map units per tic.
    VelocityY = "VELOCITY_Y",
    /// Speed upwards, map units per tic.
    VelocityZ = "VELOCITY_Z",
    /// East of the camera, in map units.
    CameraPositionX = "CAMERA_POSITION_X",
    /// North of the camera, in map units.
    CameraPositionY = "CAMERA_POSITION_Y",
    /// Height of the camera, in map units.
    CameraPositionZ = "CAMERA_POSITION_Z",
    /// Heading of the camera in degrees.
    CameraAngle = "CAMERA_ANGLE",
    /// Pitch of the camera in degrees.
    CameraPitch = "CAMERA_PITCH",
    /// Roll of the camera in degrees.
    CameraRoll = "CAMERA_ROLL",
    /// Field of view in degrees.
    CameraFov = "CAMERA_FOV",
    /// Number of the player in the game.
    PlayerNumber = "PLAYER_NUMBER",
    /// Number of players in the game.
    PlayerCount = "PLAYER_COUNT",
    /// Frags of player 1.
    Player1Fragcount = "PLAYER1_FRAGCOUNT",
    /// Frags of player 2.
    Player2Fragcount = "PLAYER2_FRAGCOUNT",
    /// Frags of player 3.
    Player3Fragcount = "PLAYER3_FRAGCOUNT",
    /// Frags of player 4.
    Player4Fragcount = "PLAYER4_FRAGCOUNT",
    /// Frags of player 5.
    Player5Fragcount = "PLAYER5_FRAGCOUNT",
    /// Frags of player 6.
    Player6Fragcount = "PLAYER6_FRAGCOUNT",
    /// Frags of player 7.
    Player7Fragcount = "PLAYER7_FRAGCOUNT",
    /// Frags of player 8.
    Player8Fragcount = "PLAYER8_FRAGCOUNT",
    /// Frags of player 9.
    Player9Fragcount = "PLAYER9_FRAGCOUNT",
    /// Frags of player 10.
    Player10Fragcount = "PLAYER10_FRAGCOUNT",
    /// Frags of player 11.
    Player11Fragcount = "PLAYER11_FRAGCOUNT",
    /// Frags of player 12.
    Player12Fragcount = "PLAYER12_FRAGCOUNT",
    /// Frags of player 13.
    Player13Fragcount = "PLAYER13_FRAGCOUNT",
    /// Frags of player 14.
    Player14Fragcount = "PLAYER14_FRAGCOUNT",
    /// Frags of player 15.
    Player15Fragcount = "PLAYER15_FRAGCOUNT",
    /// Frags of player 16.
    Player16Fragcount = "PLAYER16_FRAGCOUNT",
    /// The scenario's own variable 1 (raw 16.16 or integer, as the script sets it).
    User1 = "USER1",
    /// The scenario's own variable 2 (raw 16.16 or integer, as the script sets it).
    User2 = "USER2",
    /// The scenario's own variable 3 (raw 16.16 or integer, as the script sets it).
    User3 = "USER3",
    /// The scenario's own variable 4 (raw 16.16 or integer, as the script sets it).
    User4 = "USER4",
    /// The scenario's own variable 5 (raw 16.16 or integer, as the script sets it).
    User5 = "USER5",
    /// The scenario's own variable 6 (raw 16.16 or integer, as the script sets it).
    User6 = "USER6",
    /// The scenario's own variable 7 (raw 16.16 or integer, as the script sets it).
    User7 = "USER7",
    /// The scenario's own variable 8 (raw 16.16 or integer, as the script sets it).
    User8 = "USER8",
    /// The scenario's own variable 9 (raw 16.16 or integer, as the script sets it).
    User9 = "USER9",
    /// The scenario's own variable 10 (raw 16.16 or integer, as the script sets it).
    User10 = "USER10",
    /// The scenario's own variable 11 (raw 16.16 or integer, as the script sets it).
    User11 = "USER11",
    /// The scenario's own variable 12 (raw 16.16 or integer, as the script sets it).
    User12 = "USER12",
    /// The scenario's own variable 13 (raw 16.16 or integer, as the script sets it).
    User13 = "USER13",
    /// The scenario's own variable 14 (raw 16.16 or integer, as the script sets it).
    User14 = "USER14",
    /// The scenario's own variable 15 (raw 16.16 or integer, as the script sets it).
    User15 = "USER15",
    /// The scenario's own variable 16 (raw 16.16 or integer, as the script sets it).
    User16 = "USER16",
    /// The scenario's own variable 17 (raw 16.16 or integer, as the script sets it).
    User17 = "USER17",
    /// The scenario's own variable 18 (raw 16.16 or integer, as the script sets it).
    User18 = "USER18",
    /// The scenario's own variable 19 (raw 16.16 or integer, as the script sets it).
    User19 = "USER19",
    /// The scenario's own variable 20 (raw 16.16 or integer, as the script sets it).
    User20 = "USER20",
    /// The scenario's own variable 21 (raw 16.16 or integer, as the script sets it).
    User21 = "USER21",
    /// The scenario's own variable 22 (raw 16.16 or integer, as the script sets it).
    User22 = "USER22",
    /// The scenario's own variable 23 (raw 16.16 or integer, as the script sets it).
    User23 = "USER23",
    /// The scenario's own variable 24 (raw 16.16 or integer, as the script sets it).
    User24 = "USER24",
    /// The scenario's own variable 25 (raw 16.16 or integer, as the script sets it).
    User25 = "USER25",
    /// The scenario's own variable 26 (raw 16.16 or integer, as the script sets it).
    User26 = "USER26",
    /// The scenario's own variable 27 (raw 16.16 or integer, as the script sets it).
    User27 = "USER27",
    /// The scenario's own variable 28 (raw 16.16 or integer, as the script sets it).
    User28 = "USER28",
    /// The scenario's own variable 29 (raw 16.16 or integer, as the script sets it).
    User29 = "USER29",
    /// The scenario's own variable 30 (raw 16.16 or integer, as the script sets it).
    User30 = "USER30",
    /// The scenario's own variable 31 (raw 16.16 or integer, as the script sets it).
    User31 = "USER31",
    /// The scenario's own variable 32 (raw 16.16 or integer, as the script sets it).
    User32 = "USER32",
    /// The scenario's own variable 33 (raw 16.16 or integer, as the script sets it).
    User33 = "USER33",
    /// The scenario's own variable 34 (raw 16.16 or integer, as the script sets it).
    User34 = "USER34",
    /// The scenario's own variable 35 (raw 16.16 or integer, as the script sets it).
    User35 = "USER35",
    /// The scenario's own variable 36 (raw 16.16 or integer, as the script sets it).
    User36 = "USER36",
    /// The scenario's own variable 37 (raw 16.16 or integer, as the script sets it).
    User37 = "USER37",
    /// The scenario's own variable 38 (raw 16.16 or integer, as the script sets it).
    User38 = "USER38",
    /// The scenario's own variable 39 (raw 16.16 or integer, as the script sets it).
    User39 = "USER39",
    /// The scenario's own variable 40 (raw 16.16 or integer, as the script sets it).
    User40 = "USER40",
    /// The scenario's own variable 41 (raw 16.16 or integer, as the script sets it).
    User41 = "USER41",
    /// The scenario's own variable 42 (raw 16.16 or integer, as the script sets it).
    User42 = "USER42",
    /// The scenario's own variable 43 (raw 16.16 or integer, as the script sets it).
    User43 = "USER43",
    /// The scenario's own variable 44 (raw 16.16 or integer, as the script sets it).
    User44 = "USER44",
    /// The scenario's own variable 45 (raw 16.16 or integer, as the script sets it).
    User45 = "USER45",
    /// The scenario's own variable 46 (raw 16.16 or integer, as the script sets it).
    User46 = "USER46",
    /// The scenario's own variable 47 (raw 16.16 or integer, as the script sets it).
    User47 = "USER47",
    /// The scenario's own variable 48 (raw 16.16 or integer, as the script sets it).
    User48 = "USER48",
    /// The scenario's own variable 49 (raw 16.16 or integer, as the script sets it).
    User49 = "USER49",
    /// The scenario's own variable 50 (raw 16.16 or integer, as the script sets it).
    User50 = "USER50",
    /// The scenario's own variable 51 (raw 16.16 or integer, as the script sets it).
    User51 = "USER51",
    /// The scenario's own variable 52 (raw 16.16 or integer, as the script sets it).
    User52 = "USER52",
    /// The scenario's own variable 53 (raw 16.16 or integer, as the script sets it).
    User53 = "USER53",
    /// The scenario's own variable 54 (raw 16.16 or integer, as the script sets it).
    User54 = "USER54",
    /// The scenario's own variable 55 (raw 16.16 or integer, as the script sets it).
    User55 = "USER55",
    /// The scenario's own variable 56 (raw 16.16 or integer, as the script sets it).
    User56 = "USER56",
    /// The scenario's own variable 57 (raw 16.16 or integer, as the script sets it).
    User57 = "USER57",
    /// The scenario's own variable 58 (raw 16.16 or integer, as the script sets it).
    User58 = "USER58",
    /// The scenario's own variable 59 (raw 16.16 or integer, as the script sets it).
    User59 = "USER59",
    /// The scenario's own variable 60 (raw 16.16 or integer, as the script sets it).
    User60 = "USER60",
}

/// Where a variable lies in the shared state.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    Int(usize),
    Flag(usize),
    Double(usize),
}

impl GameVariable {
    /// Number of game variables.
    pub const COUNT: usize = 132;

    /// Returns the variable's number in the Python API.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize
    }

    pub(crate) fn source(self) -> Source {
        use Source::{Double, Flag, Int};
        let number = self.number();
        match self {
            Self::Killcount => Int(layout::MAP_KILLCOUNT),
            Self::Itemcount => Int(layout::MAP_ITEMCOUNT),
            Self::Secretcount => Int(layout::MAP_SECRETCOUNT),
            Self::Fragcount => Int(layout::PLAYER_FRAGCOUNT),
            Self::Deathcount => Int(layout::PLAYER_DEATHCOUNT),
            Self::Hitcount => Int(layout::PLAYER_HITCOUNT),
            Self::HitsTaken => Int(layout::PLAYER_HITS_TAKEN),
            Self::Damagecount => Int(layout::PLAYER_DAMAGECOUNT),
            Self::DamageTaken => Int(layout::PLAYER_DAMAGE_TAKEN),
            Self::Health => Int(layout::PLAYER_HEALTH),
            Self::Armor => Int(layout::PLAYER_ARMOR),
            Self::Dead => Flag(layout::PLAYER_DEAD),
            Self::OnGround => Flag(layout::PLAYER_ON_GROUND),
            Self::AttackReady => Flag(layout::PLAYER_ATTACK_READY),
            Self::AltattackReady => Flag(layout::PLAYER_ALTATTACK_READY),
            Self::SelectedWeapon => Int(layout::PLAYER_SELECTED_WEAPON),
            Self::SelectedWeaponAmmo => Int(layout::PLAYER_SELECTED_WEAPON_AMMO),
            Self::PlayerNumber => Int(layout::PLAYER_NUMBER),
            Self::PlayerCount => Int(layout::PLAYER_COUNT),
            _ => match number {
                17..=26 => Int(layout::PLAYER_AMMO + 4 * (number - 17)),
                27..=36 => Int(layout::PLAYER_WEAPON + 4 * (number - 27)),
                37..=46 => Double(layout::PLAYER_MOVEMENT + 8 * (number - 37)),
                47..=53 => Double(layout::CAMERA + 8 * (number - 47)),
                56..=71 => Int(layout::PLAYER_N_FRAGCOUNT + 4 * (number - 56)),
                _ => Int(layout::MAP_USER_VARS + 4 * (number - 72)),
            },
        }
    }
}

impl fmt::Display for GameVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for GameVariable {
    type Err = Error;

    /// Parses a variable's name in any case.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|variable| variable.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::UnknownGameVariable { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::GameVariable;

    #[test]
    fn numbers_are_the_python_api_s() {
        let numbers = [
            (GameVariable::Ammo0, 17),
            (GameVariable::Weapon0, 27),
            (GameVariable::PositionX, 37),
            (GameVariable::VelocityZ, 46),
            (GameVariable::CameraFov, 53),
            (GameVariable::PlayerNumber, 54),
            (GameVariable::Player1Fragcount, 56),
            (GameVariable::User1, 72),
            (GameVariable::User60, 131),
        ];
        for (variable, number) in numbers {
            assert_eq!(variable.number(), number);
        }
    }

    #[test]
    fn every_name_parses_back() {
        for variable in GameVariable::ALL {
            assert_eq!(variable.name().to_lowercase().parse::<GameVariable>().unwrap(), variable);
        }
    }
}
