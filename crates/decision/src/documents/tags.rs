//! Tags: conditions on a situation that a document may insist on.

use crate::situation::{Feature, Situation, place as at};

/// Something that holds in a situation or does not. The numbers are part of stored formats: new ones go to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tag {
    /// Health below 30 points.
    LowHealth = 0,
    /// Health of 80 points and more.
    FullHealth = 1,
    /// Less than 10 rounds.
    LowAmmo = 2,
    /// 50 rounds and more.
    MuchAmmo = 3,
    /// Exactly one monster in sight.
    OneEnemy = 4,
    /// Three monsters and more in sight.
    ManyEnemies = 5,
    /// No monster in sight.
    NoEnemy = 6,
    /// A monster that bites within 320 map units.
    MeleeNear = 7,
    /// A projectile in flight.
    Projectile = 8,
    /// A monster in the line of sight.
    InLine = 9,
    /// Something that heals in sight.
    HealthPickup = 10,
    /// Health lost in the last second.
    Hurt = 11,
}

/// A set of tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tags(u32);

impl Tag {
    /// Every tag; a tag's place is its number.
    pub const ALL: [Self; 12] = [
        Self::LowHealth,
        Self::FullHealth,
        Self::LowAmmo,
        Self::MuchAmmo,
        Self::OneEnemy,
        Self::ManyEnemies,
        Self::NoEnemy,
        Self::MeleeNear,
        Self::Projectile,
        Self::InLine,
        Self::HealthPickup,
        Self::Hurt,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LowHealth => "low_health",
            Self::FullHealth => "full_health",
            Self::LowAmmo => "low_ammo",
            Self::MuchAmmo => "much_ammo",
            Self::OneEnemy => "one_enemy",
            Self::ManyEnemies => "many_enemies",
            Self::NoEnemy => "no_enemy",
            Self::MeleeNear => "melee_near",
            Self::Projectile => "projectile",
            Self::InLine => "in_line",
            Self::HealthPickup => "health_pickup",
            Self::Hurt => "hurt",
        }
    }

    /// The tag of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.name() == name)
    }

    fn holds(self, situation: &Situation) -> bool {
        let value = |place| situation.get(Feature::at(place));
        let enemies = value(at::LEFT_COUNT) + value(at::RIGHT_COUNT);
        match self {
            Self::LowHealth => value(at::HEALTH) < 30.0,
            Self::FullHealth => value(at::HEALTH) >= 80.0,
            Self::LowAmmo => value(at::AMMO) < 10.0,
            Self::MuchAmmo => value(at::AMMO) >= 50.0,
            Self::OneEnemy => enemies == 1.0,
            Self::ManyEnemies => enemies >= 3.0,
            Self::NoEnemy => enemies == 0.0,
            Self::MeleeNear => value(at::MELEE_DISTANCE) < 320.0,
            Self::Projectile => value(at::PROJECTILE_COUNT) >= 1.0,
            Self::InLine => value(at::IN_LINE) >= 1.0,
            Self::HealthPickup => value(at::HEALTH_PICKUP_DISTANCE) < 2048.0,
            Self::Hurt => value(at::HEALTH_LOST) > 0.0,
        }
    }
}

impl Tags {
    /// No tag.
    pub const NONE: Self = Self(0);

    /// The tags that hold in a situation.
    #[must_use]
    pub fn of(situation: &Situation) -> Self {
        Tag::ALL.into_iter().filter(|tag| tag.holds(situation)).fold(Self::NONE, Self::with)
    }

    /// These tags and one more.
    #[must_use]
    pub fn with(self, tag: Tag) -> Self {
        Self(self.0 | 1 << tag as u8)
    }

    /// Whether all of these are among `present`.
    #[must_use]
    pub fn hold_in(self, present: Self) -> bool {
        self.0 & !present.0 == 0
    }

    /// The tags, in order.
    pub fn iter(self) -> impl Iterator<Item = Tag> {
        Tag::ALL.into_iter().filter(move |&tag| self.0 >> tag as u8 & 1 == 1)
    }

    /// One bit for each tag.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The set of these bits; none if there is a bit without a tag.
    #[must_use]
    pub fn of_bits(bits: u32) -> Option<Self> {
        (bits >> Tag::ALL.len() == 0).then_some(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::SIZE;

    #[test]
    fn a_tag_is_found_by_name_and_kept_as_a_bit() {
        for (place, tag) in Tag::ALL.into_iter().enumerate() {
            assert_eq!((tag as usize, Tag::find(tag.name())), (place, Some(tag)));
            let set = Tags::NONE.with(tag);
            assert_eq!((set.bits(), Tags::of_bits(set.bits())), (1 << place, Some(set)));
            assert_eq!(set.iter().collect::<Vec<_>>(), [tag]);
        }
        assert_eq!(Tags::of_bits(1 << Tag::ALL.len()), None);
    }

    #[test]
    fn a_document_applies_where_all_of_its_tags_hold() {
        let mut values = [f32::NAN; SIZE];
        values[at::HEALTH] = 20.0;
        values[at::AMMO] = 50.0;
        values[at::LEFT_COUNT] = 2.0;
        values[at::RIGHT_COUNT] = 1.0;
        let present = Tags::of(&Situation::of(values));
        let names: Vec<_> = present.iter().map(Tag::name).collect();
        assert_eq!(names, ["low_health", "much_ammo", "many_enemies"]);
        assert!(Tags::NONE.with(Tag::LowHealth).hold_in(present) && Tags::NONE.hold_in(present));
        assert!(!Tags::NONE.with(Tag::LowHealth).with(Tag::Hurt).hold_in(present));
    }
}
