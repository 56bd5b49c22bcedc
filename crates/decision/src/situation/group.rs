//! The groups into which a situation sorts what is in sight.

use crate::features::Kind;

/// What a thing means to the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A monster that shoots bullets or burns what it sees: it hits at once.
    Hitscan,
    /// A monster that throws something one can step out of the way of.
    Shooter,
    /// A monster that has to come close.
    Melee,
    /// Something flying that hurts.
    Projectile,
    /// Something that heals.
    Health,
    /// Ammunition.
    Ammo,
    /// Something that adds armor.
    Armor,
    /// A weapon on the ground.
    Weapon,
}

impl Group {
    /// How many groups there are.
    pub const COUNT: usize = 8;

    /// The group of the thing with this class name and category; none if it does not matter.
    ///
    /// The categories are those that the engine gives to what lies around in the shipped scenarios. `Poison` of
    /// `health_gathering_supreme` has the category of what heals, and hurts: it is left out. A scenario's own pickups are
    /// told by their names where their category is another.
    #[must_use]
    pub fn of(name: &str, category: &str) -> Option<Self> {
        if let Some(kind) = Kind::of(name, category) {
            return Some(match kind {
                Kind::Melee => Self::Melee,
                Kind::Projectile => Self::Projectile,
                Kind::Shooter if hits_at_once(name) => Self::Hitscan,
                Kind::Shooter => Self::Shooter,
            });
        }
        match category {
            _ if name == "Poison" => None,
            "Health" => Some(Self::Health),
            "Ammo" => Some(Self::Ammo),
            "Armor" => Some(Self::Armor),
            "Weapon" => Some(Self::Weapon),
            "Self" | "Gore" => None,
            _ if name.ends_with("Medikit") || name.ends_with("Stimpack") || name == "HealthBonus" => Some(Self::Health),
            _ if matches!(name, "GreenArmor" | "BlueArmor" | "ArmorBonus") => Some(Self::Armor),
            _ => None,
        }
    }

    /// Whether it is a living monster.
    #[must_use]
    pub fn is_monster(self) -> bool {
        matches!(self, Self::Hitscan | Self::Shooter | Self::Melee)
    }
}

/// Doom's monsters whose attack is a bullet or a flame, by the engine's actor definitions.
fn hits_at_once(name: &str) -> bool {
    matches!(
        name,
        "Zombieman"
            | "ShotgunGuy"
            | "ChaingunGuy"
            | "WolfensteinSS"
            | "SpiderMastermind"
            | "Archvile"
            | "MarinePistol"
            | "MarineShotgun"
            | "MarineSSG"
            | "MarineChaingun"
            | "MarineRailgun"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monsters_are_told_by_how_they_hurt() {
        let cases = [
            ("Zombieman", Some(Group::Hitscan)),
            ("ChaingunGuy", Some(Group::Hitscan)),
            ("DoomImp", Some(Group::Shooter)),
            ("Cacodemon", Some(Group::Shooter)),
            ("Demon", Some(Group::Melee)),
            ("DeadDemon", None),
        ];
        for (name, group) in cases {
            assert_eq!(Group::of(name, "Monster"), group, "{name}");
        }
        assert_eq!(Group::of("DoomImpBall", "Explosive"), Some(Group::Projectile));
    }

    #[test]
    fn pickups_are_told_by_category_or_name() {
        let cases = [
            ("Clip", "Ammo", Some(Group::Ammo)),
            ("Shotgun", "Weapon", Some(Group::Weapon)),
            ("Medikit", "Health", Some(Group::Health)),
            ("CustomMedikit", "Unknown", Some(Group::Health)),
            ("CustomMedikit", "Health", Some(Group::Health)),
            ("Poison", "Health", None),
            ("ClipBox", "Ammo", Some(Group::Ammo)),
            ("GreenArmor", "Armor", Some(Group::Armor)),
            ("DoomPlayer", "Self", None),
            ("Blood", "Gibs", None),
            ("", "", None),
        ];
        for (name, category, group) in cases {
            assert_eq!(Group::of(name, category), group, "{name} {category}");
        }
    }
}
