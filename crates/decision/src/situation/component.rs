//! What stands where in a situation.

/// How many components a situation has.
pub const SIZE: usize = 48;

/// One component of a situation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// Name, unique, as rules write it.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// In what it is measured.
    pub unit: &'static str,
    /// Smallest value: 0, or `-high`.
    pub low: f32,
    /// Largest value, above 0; the vector's component is the value divided by this.
    pub high: f32,
    /// Whether it is always a whole number.
    pub whole: bool,
    /// The value where there is nothing to measure.
    pub absent: f32,
}

const fn real(
    name: &'static str,
    about: &'static str,
    unit: &'static str,
    low: f32,
    high: f32,
    absent: f32,
) -> Component {
    Component { name, about, unit, low, high, whole: false, absent }
}

const fn whole(
    name: &'static str,
    about: &'static str,
    unit: &'static str,
    low: f32,
    high: f32,
    absent: f32,
) -> Component {
    Component { whole: true, ..real(name, about, unit, low, high, absent) }
}

/// Every component: name, meaning, unit, smallest and largest value, value where there is nothing to measure.
///
/// Documents and experience refer to components by their place, so the list is part of their formats: a change
/// needs new versions of both.
pub const COMPONENTS: [Component; SIZE] = [
    real(
        "hitscan_bearing",
        "bearing of the nearest monster that shoots bullets, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "hitscan_distance",
        "distance of the nearest monster that shoots bullets; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "hitscan_size",
        "half of the angle under which the nearest monster that shoots bullets is seen",
        "degrees",
        0.0,
        45.0,
        0.0,
    ),
    real(
        "hitscan_closing",
        "how fast the nearest monster that shoots bullets comes closer; negative if it moves away",
        "map units per tic",
        -16.0,
        16.0,
        0.0,
    ),
    real(
        "shooter_bearing",
        "bearing of the nearest monster that throws projectiles, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "shooter_distance",
        "distance of the nearest monster that throws projectiles; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "shooter_size",
        "half of the angle under which the nearest monster that throws projectiles is seen",
        "degrees",
        0.0,
        45.0,
        0.0,
    ),
    real(
        "shooter_closing",
        "how fast the nearest monster that throws projectiles comes closer; negative if it moves away",
        "map units per tic",
        -16.0,
        16.0,
        0.0,
    ),
    real(
        "melee_bearing",
        "bearing of the nearest monster that has to come close, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "melee_distance",
        "distance of the nearest monster that has to come close; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "melee_size",
        "half of the angle under which the nearest monster that has to come close is seen",
        "degrees",
        0.0,
        45.0,
        0.0,
    ),
    real(
        "melee_closing",
        "how fast the nearest monster that has to come close comes closer; negative if it moves away",
        "map units per tic",
        -16.0,
        16.0,
        0.0,
    ),
    real(
        "projectile_bearing",
        "bearing of the nearest projectile in flight, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "projectile_distance",
        "distance of the nearest projectile in flight; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "projectile_size",
        "half of the angle under which the nearest projectile in flight is seen",
        "degrees",
        0.0,
        45.0,
        0.0,
    ),
    real(
        "projectile_closing",
        "how fast the nearest projectile in flight comes closer; negative if it moves away",
        "map units per tic",
        -16.0,
        16.0,
        0.0,
    ),
    whole("hitscan_count", "monsters that shoot bullets in sight", "things", 0.0, 8.0, 0.0),
    whole("shooter_count", "monsters that throw projectiles in sight", "things", 0.0, 8.0, 0.0),
    whole("melee_count", "monsters that have to come close in sight", "things", 0.0, 8.0, 0.0),
    whole("projectile_count", "projectiles in flight in sight", "things", 0.0, 8.0, 0.0),
    real(
        "enemy_bearing",
        "bearing of the nearest monster of any kind, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "enemy_distance",
        "distance of the nearest monster of any kind; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "enemy_offset",
        "how many of its half-widths the nearest monster is off the line of sight",
        "half-widths",
        0.0,
        16.0,
        16.0,
    ),
    whole("in_line", "monsters whose body crosses the line of sight", "things", 0.0, 8.0, 0.0),
    whole("left_count", "monsters left of the line of sight", "things", 0.0, 8.0, 0.0),
    whole("right_count", "monsters right of the line of sight", "things", 0.0, 8.0, 0.0),
    real(
        "health_pickup_bearing",
        "bearing of the nearest health to pick up, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "health_pickup_distance",
        "distance of the nearest health to pick up; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "ammo_pickup_bearing",
        "bearing of the nearest ammo to pick up, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "ammo_pickup_distance",
        "distance of the nearest ammo to pick up; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "armor_pickup_bearing",
        "bearing of the nearest armor to pick up, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "armor_pickup_distance",
        "distance of the nearest armor to pick up; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real(
        "weapon_pickup_bearing",
        "bearing of the nearest weapon to pick up, positive to the left",
        "degrees",
        -60.0,
        60.0,
        0.0,
    ),
    real(
        "weapon_pickup_distance",
        "distance of the nearest weapon to pick up; the largest value where there is none",
        "map units",
        0.0,
        2048.0,
        2048.0,
    ),
    real("health", "own health", "points", 0.0, 200.0, 0.0),
    real("armor", "own armor", "points", 0.0, 200.0, 0.0),
    whole("ammo", "rounds of the selected weapon", "rounds", 0.0, 200.0, 0.0),
    whole("ready", "whether the weapon can fire at once", "0 or 1", 0.0, 1.0, 0.0),
    whole("weapon", "slot of the selected weapon", "slots", 0.0, 9.0, 0.0),
    real("speed_ahead", "own speed along the line of sight", "map units per tic", -16.0, 16.0, 0.0),
    real("speed_left", "own speed to the left of the line of sight", "map units per tic", -16.0, 16.0, 0.0),
    real(
        "turn_rate",
        "how fast the line of sight turned since the last tick, positive to the left",
        "degrees per tic",
        -8.0,
        8.0,
        0.0,
    ),
    whole("blocked", "how long the player has been told to move and has stood still", "tics", 0.0, 35.0, 0.0),
    real("health_lost", "health lost in the last second", "points", 0.0, 100.0, 0.0),
    whole("hits", "own attacks that hit in the last second", "hits", 0.0, 16.0, 0.0),
    whole("kills", "kills in the last three seconds", "kills", 0.0, 8.0, 0.0),
    whole("fire_time", "how long the attack button was held in the last second", "tics", 0.0, 35.0, 0.0),
    whole("unseen", "how long no monster has been in sight", "tics", 0.0, 350.0, 0.0),
];

/// The place of a component, known to exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(u8);

impl Feature {
    /// The feature of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        COMPONENTS.iter().position(|component| component.name == name).map(|index| Self(index as u8))
    }

    /// Every feature, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SIZE as u8).map(Self)
    }

    /// Its place in a situation, below [`SIZE`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// What it is.
    #[must_use]
    pub fn component(self) -> &'static Component {
        &COMPONENTS[self.index()]
    }

    pub(crate) const fn at(index: usize) -> Self {
        assert!(index < SIZE);
        Self(index as u8)
    }
}

/// Places of the components in [`COMPONENTS`].
pub(crate) mod at {
    pub(crate) const HITSCAN_BEARING: usize = 0;
    pub(crate) const MELEE_DISTANCE: usize = 9;
    pub(crate) const PROJECTILE_DISTANCE: usize = 13;
    pub(crate) const PROJECTILE_COUNT: usize = 19;
    pub(crate) const HITSCAN_COUNT: usize = 16;
    pub(crate) const ENEMY_BEARING: usize = 20;
    pub(crate) const ENEMY_DISTANCE: usize = 21;
    pub(crate) const ENEMY_OFFSET: usize = 22;
    pub(crate) const IN_LINE: usize = 23;
    pub(crate) const LEFT_COUNT: usize = 24;
    pub(crate) const RIGHT_COUNT: usize = 25;
    pub(crate) const HEALTH_PICKUP_BEARING: usize = 26;
    pub(crate) const HEALTH_PICKUP_DISTANCE: usize = 27;
    pub(crate) const HEALTH: usize = 34;
    pub(crate) const ARMOR: usize = 35;
    pub(crate) const AMMO: usize = 36;
    pub(crate) const READY: usize = 37;
    pub(crate) const WEAPON: usize = 38;
    pub(crate) const SPEED_AHEAD: usize = 39;
    pub(crate) const SPEED_LEFT: usize = 40;
    pub(crate) const TURN_RATE: usize = 41;
    pub(crate) const BLOCKED: usize = 42;
    pub(crate) const HEALTH_LOST: usize = 43;
    pub(crate) const HITS: usize = 44;
    pub(crate) const KILLS: usize = 45;
    pub(crate) const FIRE_TIME: usize = 46;
    pub(crate) const UNSEEN: usize = 47;
}
