//! What stands where in a situation.

use super::WALLS;

/// How many components a situation has.
pub const SIZE: usize = 48;
/// How many features there are: the components and [`WALLS`].
const FEATURES: usize = SIZE + WALLS.len();

/// One component of a situation, or another feature.
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

const fn real(name: &'static str, about: &'static str, unit: &'static str, low: f32, high: f32) -> Component {
    Component { name, about, unit, low, high, whole: false, absent: 0.0 }
}

const fn whole(name: &'static str, about: &'static str, unit: &'static str, high: f32) -> Component {
    Component { whole: true, ..real(name, about, unit, 0.0, high) }
}

const fn bearing(name: &'static str, about: &'static str) -> Component {
    real(name, about, "degrees to the left", -60.0, 60.0)
}

const fn distance(name: &'static str, about: &'static str) -> Component {
    Component { absent: 2048.0, ..real(name, about, "map units", 0.0, 2048.0) }
}

/// Every component: name, meaning, unit, smallest (0 for whole numbers) and largest value.
///
/// Documents and experience refer to components by their place, so the list is part of their formats: a change
/// needs new versions of both.
pub const COMPONENTS: [Component; SIZE] = [
    bearing("hitscan_bearing", "bearing of the nearest monster that shoots bullets"),
    distance("hitscan_distance", "distance of the nearest monster that shoots bullets"),
    real(
        "hitscan_size",
        "half of the angle under which the nearest monster that shoots bullets is seen",
        "degrees",
        0.0,
        45.0,
    ),
    real(
        "hitscan_closing",
        "speed at which the nearest monster that shoots bullets comes closer",
        "map units per tic",
        -16.0,
        16.0,
    ),
    bearing("shooter_bearing", "bearing of the nearest monster that throws things"),
    distance("shooter_distance", "distance of the nearest monster that throws things"),
    real(
        "shooter_size",
        "half of the angle under which the nearest monster that throws things is seen",
        "degrees",
        0.0,
        45.0,
    ),
    real(
        "shooter_closing",
        "speed at which the nearest monster that throws things comes closer",
        "map units per tic",
        -16.0,
        16.0,
    ),
    bearing("melee_bearing", "bearing of the nearest monster that has to come close"),
    distance("melee_distance", "distance of the nearest monster that has to come close"),
    real(
        "melee_size",
        "half of the angle under which the nearest monster that has to come close is seen",
        "degrees",
        0.0,
        45.0,
    ),
    real(
        "melee_closing",
        "speed at which the nearest monster that has to come close comes closer",
        "map units per tic",
        -16.0,
        16.0,
    ),
    bearing("projectile_bearing", "bearing of the nearest projectile in flight"),
    distance("projectile_distance", "distance of the nearest projectile in flight"),
    real(
        "projectile_size",
        "half of the angle under which the nearest projectile in flight is seen",
        "degrees",
        0.0,
        45.0,
    ),
    real(
        "projectile_closing",
        "speed at which the nearest projectile in flight comes closer",
        "map units per tic",
        -16.0,
        16.0,
    ),
    whole("hitscan_count", "monsters that shoot bullets in sight", "things", 8.0),
    whole("shooter_count", "monsters that throw things in sight", "things", 8.0),
    whole("melee_count", "monsters that have to come close in sight", "things", 8.0),
    whole("projectile_count", "projectiles in flight in sight", "things", 8.0),
    bearing("enemy_bearing", "bearing of the nearest monster of any kind"),
    distance("enemy_distance", "distance of the nearest monster of any kind"),
    Component {
        absent: 16.0,
        ..real("enemy_offset", "how far the nearest monster is off the line of sight", "half-widths", 0.0, 16.0)
    },
    whole("in_line", "monsters whose body crosses the line of sight", "things", 8.0),
    whole("left_count", "monsters left of the line of sight", "things", 8.0),
    whole("right_count", "monsters right of the line of sight", "things", 8.0),
    bearing("health_pickup_bearing", "bearing of the nearest thing that heals to pick up"),
    distance("health_pickup_distance", "distance of the nearest thing that heals to pick up"),
    bearing("ammo_pickup_bearing", "bearing of the nearest ammunition to pick up"),
    distance("ammo_pickup_distance", "distance of the nearest ammunition to pick up"),
    bearing("armor_pickup_bearing", "bearing of the nearest armor to pick up"),
    distance("armor_pickup_distance", "distance of the nearest armor to pick up"),
    bearing("weapon_pickup_bearing", "bearing of the nearest weapon to pick up"),
    distance("weapon_pickup_distance", "distance of the nearest weapon to pick up"),
    real("health", "own health", "points", 0.0, 200.0),
    real("armor", "own armor", "points", 0.0, 200.0),
    whole("ammo", "rounds of the selected weapon", "rounds", 200.0),
    whole("ready", "whether the weapon can fire at once", "0 or 1", 1.0),
    whole("weapon", "slot of the selected weapon", "slots", 9.0),
    real("speed_ahead", "own speed along the line of sight", "map units per tic", -16.0, 16.0),
    real("speed_left", "own speed to the left of the line of sight", "map units per tic", -16.0, 16.0),
    real(
        "turn_rate",
        "how fast the line of sight turned to the left since the last tick",
        "degrees per tic",
        -8.0,
        8.0,
    ),
    whole("blocked", "how long the player has been told to move and has stood still", "tics", 35.0),
    real("health_lost", "health lost in the last second", "points", 0.0, 100.0),
    whole("hits", "own attacks that hit in the last second", "hits", 16.0),
    whole("kills", "kills in the last three seconds", "kills", 8.0),
    whole("fire_time", "how long the attack button was held in the last second", "tics", 35.0),
    whole("unseen", "how long no monster has been in sight", "tics", 350.0),
];

/// The place of a component or wall, known to exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(u8);

impl Feature {
    /// The feature of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|feature| feature.component().name == name)
    }

    /// Every feature that is a component, in order.
    pub fn components() -> impl Iterator<Item = Self> {
        (0..SIZE as u8).map(Self)
    }

    /// Every feature, in order: the components, then [`WALLS`].
    pub fn all() -> impl Iterator<Item = Self> {
        (0..FEATURES as u8).map(Self)
    }

    /// Its place: in a situation and its vector, below [`SIZE`]; that of a wall comes after them.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether it is one of [`WALLS`].
    #[must_use]
    pub fn is_wall(self) -> bool {
        self.index() >= SIZE
    }

    /// What it is.
    #[must_use]
    pub fn component(self) -> &'static Component {
        let index = self.index();
        if index < SIZE { &COMPONENTS[index] } else { &WALLS[index - SIZE] }
    }

    pub(crate) const fn at(index: usize) -> Self {
        assert!(index < FEATURES);
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
