//! What kind of threat a thing is and how wide its body is.
//!
//! The engine tells things apart by class name and category. Only what is named here or has the category `Monster` is
//! a threat: corpses are `Gore`, the player is `Self`, blood is `Gibs`, and `Explosive` holds bullet puffs as well as
//! the fireballs that are listed below. A player's own rockets and plasma carry the same names as a monster's and are
//! left out.

/// A kind of threat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A monster that has to come close.
    Melee,
    /// A monster that attacks from afar.
    Shooter,
    /// Something flying that hurts.
    Projectile,
}

impl Kind {
    /// The kind of the thing with this class name and category; none if it is no threat.
    #[must_use]
    pub fn of(name: &str, category: &str) -> Option<Self> {
        if name.starts_with("Dead") {
            return None;
        }
        match (name, category) {
            ("DoomImpBall" | "CacodemonBall" | "BaronBall" | "FatShot" | "RevenantTracer" | "ArachnotronPlasma", _)
            | (_, "Projectile") => Some(Self::Projectile),
            ("Demon" | "Spectre" | "LostSoul" | "MarineFist" | "MarineBerserk" | "MarineChainsaw", "Monster")
            | ("MarineChainsawVzd", "Monster") => Some(Self::Melee),
            (_, "Monster") => Some(Self::Shooter),
            _ => None,
        }
    }
}

/// Radius of a thing's body in map units, 6 to 128, from the engine's actor definitions. A monster that is not listed
/// has 20, which most of Doom's have.
#[must_use]
pub fn radius(name: &str, kind: Kind) -> f64 {
    if kind == Kind::Projectile {
        return 6.0;
    }
    match name {
        "LostSoul" => 16.0,
        "BaronOfHell" | "HellKnight" => 24.0,
        "Demon" | "Spectre" => 30.0,
        "Cacodemon" | "PainElemental" => 31.0,
        "Cyberdemon" => 40.0,
        "Fatso" => 48.0,
        "Arachnotron" => 64.0,
        "SpiderMastermind" => 128.0,
        name if name.starts_with("Marine") => 16.0,
        _ => 20.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_living_and_the_flying_are_threats() {
        assert_eq!(Kind::of("Zombieman", "Monster"), Some(Kind::Shooter));
        assert_eq!(Kind::of("Demon", "Monster"), Some(Kind::Melee));
        assert_eq!(Kind::of("DoomImpBall", "Explosive"), Some(Kind::Projectile));
        for (name, category) in [
            ("DeadDemon", "Gore"),
            ("DeadDemon", "Monster"),
            ("DoomPlayer", "Self"),
            ("BulletPuff", "Explosive"),
            ("Blood", "Gibs"),
            ("Clip", "Ammo"),
            ("", ""),
        ] {
            assert_eq!(Kind::of(name, category), None, "{name} {category}");
        }
    }
}
