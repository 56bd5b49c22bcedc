//! The genome of `cascade`: which levels are asked, the thresholds of rules, how experience and documents are judged,
//! and everything that `aim` has.

use domain::genome::{Domain, Genome, Parameter};

use crate::documents::Weights;
use crate::policy::aim::genes as aim;

/// Every parameter of the policy.
pub(super) const PARAMETERS: &[Parameter] = &[
    L0,
    L1,
    L2,
    LOW_HEALTH,
    NEAR,
    FAR,
    DODGE_DISTANCE,
    LOW_AMMO,
    TRIALS,
    CONFIDENCE,
    SCORE,
    SIMILARITY_WEIGHT,
    CONFIDENCE_WEIGHT,
    RECENCY_WEIGHT,
    RADIUS,
    HALF_LIFE,
    aim::NEAR_WEIGHT,
    aim::CENTER_WEIGHT,
    aim::SHOOTER_WEIGHT,
    aim::LOYALTY,
    aim::TOLERANCE,
    aim::DEAD_ZONE,
    aim::ANTICIPATION,
    aim::LEAD,
    aim::OFFSET,
    aim::BURST,
    aim::PAUSE,
    aim::SEARCH,
    aim::STRAFE_SHARE,
    aim::EVADE_HEALTH,
    aim::ADVANCE,
];

pub(super) const L0: Parameter = Parameter {
    name: "l0",
    about: "whether reflex rules are asked",
    domain: Domain::Flag,
    default: 1.0,
    ..Parameter::PLAIN
};
pub(super) const L1: Parameter = Parameter {
    name: "l1",
    about: "whether its own experience is asked",
    domain: Domain::Flag,
    default: 1.0,
    ..Parameter::PLAIN
};
pub(super) const L2: Parameter = Parameter {
    name: "l2",
    about: "whether strategy documents are asked",
    domain: Domain::Flag,
    default: 1.0,
    ..Parameter::PLAIN
};
const LOW_HEALTH: Parameter = Parameter {
    name: "low_health",
    about: "what rules take for little health, in points",
    domain: Domain::Integer { low: 0, high: 100 },
    default: 30.0,
    ..Parameter::PLAIN
};
const NEAR: Parameter = Parameter {
    name: "near",
    about: "what rules take for near, in map units",
    domain: Domain::Real { low: 50.0, high: 600.0 },
    default: 160.0,
    ..Parameter::PLAIN
};
const FAR: Parameter = Parameter {
    name: "far",
    about: "what rules take for far, in map units",
    domain: Domain::Real { low: 600.0, high: 2048.0 },
    default: 1000.0,
    ..Parameter::PLAIN
};
const DODGE_DISTANCE: Parameter = Parameter {
    name: "dodge_distance",
    about: "from which distance rules step out of the way of projectiles, in map units",
    domain: Domain::Real { low: 0.0, high: 1000.0 },
    default: 300.0,
    ..Parameter::PLAIN
};
const LOW_AMMO: Parameter = Parameter {
    name: "low_ammo",
    about: "what rules take for little ammunition, in rounds",
    domain: Domain::Integer { low: 0, high: 50 },
    default: 5.0,
    ..Parameter::PLAIN
};
pub(super) const TRIALS: Parameter = Parameter {
    name: "l1_trials",
    about: "how often something has to have been tried before experience speaks of it",
    domain: Domain::Integer { low: 1, high: 200 },
    default: 10.0,
    ..Parameter::PLAIN
};
pub(super) const CONFIDENCE: Parameter = Parameter {
    name: "l1_confidence",
    about: "the lower bound of the success rate from which on experience decides",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
pub(super) const SCORE: Parameter = Parameter {
    name: "l2_score",
    about: "the score from which on a document decides; scores reach the sum of the three weights",
    domain: Domain::Real { low: 0.0, high: 3.0 },
    default: 0.6,
    ..Parameter::PLAIN
};
const SIMILARITY_WEIGHT: Parameter = Parameter {
    name: "similarity_weight",
    about: "weight of the similarity of situations in a document's score",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.4,
    ..Parameter::PLAIN
};
const CONFIDENCE_WEIGHT: Parameter = Parameter {
    name: "confidence_weight",
    about: "weight of the lower bound of the success rate in a document's score",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.4,
    ..Parameter::PLAIN
};
const RECENCY_WEIGHT: Parameter = Parameter {
    name: "recency_weight",
    about: "weight of recent use in a document's score",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.2,
    ..Parameter::PLAIN
};
const RADIUS: Parameter = Parameter {
    name: "l2_radius",
    about: "distance of normalised situations at which similarity is one half",
    domain: Domain::Real { low: 0.05, high: 4.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
const HALF_LIFE: Parameter = Parameter {
    name: "half_life",
    about: "generations without use after which a document's recency is one half",
    domain: Domain::Real { low: 0.5, high: 100.0 },
    default: 10.0,
    ..Parameter::PLAIN
};

/// How a genome puts the scores of documents together.
pub(super) fn weights(genome: &Genome) -> Weights {
    let gene = |parameter| genome.get(parameter) as f32;
    Weights {
        similarity: gene(&SIMILARITY_WEIGHT),
        confidence: gene(&CONFIDENCE_WEIGHT),
        recency: gene(&RECENCY_WEIGHT),
        radius: gene(&RADIUS),
        half_life: gene(&HALF_LIFE),
    }
}
