//! The genome of `aim`.
//!
//! Ranges reach well into bad behaviour, so that a random genome is mediocre and there is something to find. Lengths of
//! time are in tics, so that a genome means about the same at any frame skip.

use domain::genome::{Domain, Genome, Parameter};

/// A genome as numbers, in the order and with the meaning of [`PARAMETERS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Genes {
    pub(super) near_weight: f64,
    pub(super) center_weight: f64,
    pub(super) shooter_weight: f64,
    pub(super) loyalty: f64,
    pub(super) tolerance: f64,
    pub(super) dead_zone: f64,
    pub(super) anticipation: f64,
    pub(super) lead: f64,
    pub(super) offset: f64,
    pub(super) burst: u32,
    pub(super) pause: u32,
    pub(super) search: u32,
    pub(super) strafe_share: f64,
    pub(super) evade_health: f64,
    pub(super) advance: f64,
}

impl Genes {
    pub(crate) fn new(genome: &Genome) -> Self {
        Self {
            near_weight: genome.get(&NEAR_WEIGHT),
            center_weight: genome.get(&CENTER_WEIGHT),
            shooter_weight: genome.get(&SHOOTER_WEIGHT),
            loyalty: genome.get(&LOYALTY),
            tolerance: genome.get(&TOLERANCE),
            dead_zone: genome.get(&DEAD_ZONE),
            anticipation: genome.get(&ANTICIPATION),
            lead: genome.get(&LEAD),
            offset: genome.get(&OFFSET),
            burst: genome.get(&BURST) as u32,
            pause: genome.get(&PAUSE) as u32,
            search: genome.get(&SEARCH) as u32,
            strafe_share: genome.get(&STRAFE_SHARE),
            evade_health: genome.get(&EVADE_HEALTH),
            advance: genome.get(&ADVANCE),
        }
    }
}

/// Every parameter of the policy.
pub(super) const PARAMETERS: &[Parameter] = &[
    NEAR_WEIGHT,
    CENTER_WEIGHT,
    SHOOTER_WEIGHT,
    LOYALTY,
    TOLERANCE,
    DEAD_ZONE,
    ANTICIPATION,
    LEAD,
    OFFSET,
    BURST,
    PAUSE,
    SEARCH,
    STRAFE_SHARE,
    EVADE_HEALTH,
    ADVANCE,
];

pub(crate) const NEAR_WEIGHT: Parameter = Parameter {
    name: "near_weight",
    about: "how much a target that is 1000 map units nearer is preferred; negative prefers far ones",
    domain: Domain::Real { low: -2.0, high: 2.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
pub(crate) const CENTER_WEIGHT: Parameter = Parameter {
    name: "center_weight",
    about: "how much a target that is 45 degrees closer to the line of sight is preferred; negative prefers the edges",
    domain: Domain::Real { low: -2.0, high: 2.0 },
    default: 1.0,
    ..Parameter::PLAIN
};
pub(crate) const SHOOTER_WEIGHT: Parameter = Parameter {
    name: "shooter_weight",
    about: "how much a monster that attacks from afar is preferred to one that has to come close",
    domain: Domain::Real { low: -2.0, high: 2.0 },
    default: 0.0,
    ..Parameter::PLAIN
};
pub(crate) const LOYALTY: Parameter = Parameter {
    name: "loyalty",
    about: "how much the target of the last tick is preferred",
    domain: Domain::Real { low: 0.0, high: 2.0 },
    default: 0.3,
    ..Parameter::PLAIN
};
pub(crate) const TOLERANCE: Parameter = Parameter {
    name: "tolerance",
    about: "fires when the target is at most this many of its apparent half-widths off the line of sight",
    domain: Domain::Real { low: 0.1, high: 10.0 },
    default: 1.5,
    ..Parameter::PLAIN
};
pub(crate) const DEAD_ZONE: Parameter = Parameter {
    name: "dead_zone",
    about: "leaves errors alone that are below this many times the turn of one tick",
    domain: Domain::Real { low: 0.0, high: 4.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
pub(crate) const ANTICIPATION: Parameter = Parameter {
    name: "anticipation",
    about: "share of this tick's own turn that is taken into account before firing",
    domain: Domain::Real { low: 0.0, high: 2.0 },
    default: 1.0,
    ..Parameter::PLAIN
};
pub(crate) const LEAD: Parameter = Parameter {
    name: "lead",
    about: "aims where the target will be in this many tics",
    domain: Domain::Real { low: 0.0, high: 24.0 },
    default: 4.0,
    ..Parameter::PLAIN
};
pub(crate) const OFFSET: Parameter = Parameter {
    name: "offset",
    about: "aims this many degrees to the left of the target; negative to the right",
    domain: Domain::Real { low: -15.0, high: 15.0 },
    default: 0.0,
    ..Parameter::PLAIN
};
pub(crate) const BURST: Parameter = Parameter {
    name: "burst",
    about: "longest time of continuous fire, in tics",
    domain: Domain::Integer { low: 1, high: 105 },
    default: 70.0,
    ..Parameter::PLAIN
};
pub(crate) const PAUSE: Parameter = Parameter {
    name: "pause",
    about: "time to hold fire after a burst, in tics",
    domain: Domain::Integer { low: 0, high: 70 },
    default: 4.0,
    ..Parameter::PLAIN
};
pub(crate) const SEARCH: Parameter = Parameter {
    name: "search",
    about: "with nothing in sight, turns one way for this many tics, then the other way for twice as many, and so on",
    domain: Domain::Integer { low: 4, high: 140 },
    default: 35.0,
    ..Parameter::PLAIN
};
pub(crate) const STRAFE_SHARE: Parameter = Parameter {
    name: "strafe_share",
    about: "share of half-seconds spent stepping sideways while a target is in sight, where the scenario has \
            buttons for it besides turning",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.4,
    ..Parameter::PLAIN
};
pub(crate) const EVADE_HEALTH: Parameter = Parameter {
    name: "evade_health",
    about: "below this health in points always steps sideways and backs off, where the scenario has buttons for it",
    domain: Domain::Integer { low: 0, high: 100 },
    default: 30.0,
    ..Parameter::PLAIN
};
pub(crate) const ADVANCE: Parameter = Parameter {
    name: "advance",
    about: "moves forward to targets farther away than this many map units, where the scenario has a button for it",
    domain: Domain::Real { low: 0.0, high: 2000.0 },
    default: 600.0,
    ..Parameter::PLAIN
};
