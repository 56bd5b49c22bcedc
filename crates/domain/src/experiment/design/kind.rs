//! The kinds of designs, and which fields of an experiment file belong to which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How factors are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DesignKind {
    /// Every combination of levels.
    #[default]
    FullFactorial,
    /// The first level of every factor, then each other level alone.
    OneFactorAtATime,
    /// A regular fraction of all combinations of two levels.
    FractionalFactorial,
    /// Two levels of many factors in few conditions, for main effects.
    PlackettBurman,
    /// A two-level cube, axial points and the centre, for a quadratic model.
    CentralComposite,
    /// Three levels without the corners, for a quadratic model of 3 to 7 factors.
    BoxBehnken,
    /// Points spread over ranges, each stratum of every factor used once.
    LatinHypercube,
    /// Points of Sobol's sequence, which fill ranges evenly.
    Sobol,
}

/// A field of `[design]` that a kind of design has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesignField {
    /// Its name in files.
    pub name: &'static str,
    /// What it means for this kind.
    pub about: &'static str,
    /// Whether it has to be there.
    pub required: bool,
}

const fn field(name: &'static str, about: &'static str) -> DesignField {
    DesignField { name, about, required: false }
}

const fn required(name: &'static str, about: &'static str) -> DesignField {
    DesignField { name, about, required: true }
}

const TWO_LEVELS: &str = "Two levels each, or low and high.";
const RANGES: &str = "A range each: low and high, and log = true for steps by ratio.";
const SPREAD: &str =
    "A range each: low and high, and log = true for steps by ratio; or levels, which are used equally.";

const ORDER: DesignField = field("order", "\"standard\" or \"random\": the order in which conditions are played.");
const ESTIMABLE: DesignField =
    field("estimable", "Claimed: effects such as \"A:B\" that can be estimated with all main effects.");
const CENTRE: DesignField = field("centre_points", "1 to play the centre of all ranges as one more condition.");
const CLEAR: DesignField =
    field("clear", "Claimed: effects that no main effect or two-factor interaction is aliased with.");

const FULL: [DesignField; 4] =
    [required("factors", "Levels, or low and high as two of them."), ORDER, ESTIMABLE, CENTRE];
const ONE: [DesignField; 3] = [required("factors", "Levels, or low and high as two of them."), ORDER, ESTIMABLE];
const FRACTION: [DesignField; 9] = [
    required("factors", TWO_LEVELS),
    field("generators", "Such as [\"E=ABCD\"]; what the other fields say is then claimed."),
    field("resolution", "The smallest fraction with this resolution; claimed where another field makes the fraction."),
    field("runs", "The fraction of this size with minimum aberration; a power of two from 2 to 64."),
    field("clear", "A small fraction in which these effects are clear, such as [\"A:B\"]."),
    field("fold_over", "true to play it again with all levels exchanged, or the factors whose levels are."),
    CENTRE,
    ESTIMABLE,
    ORDER,
];
const SCREENING: [DesignField; 8] = [
    required("factors", TWO_LEVELS),
    field("runs", "A multiple of 4 up to 48, more than there are factors; the smallest unless given."),
    field("resolution", "Claimed: 3, or 4 with a fold-over."),
    CLEAR,
    field("fold_over", "true to play it again with all levels exchanged."),
    CENTRE,
    ESTIMABLE,
    ORDER,
];
const COMPOSITE: [DesignField; 7] = [
    required("factors", RANGES),
    field("alpha", "Of the axial points: \"rotatable\", \"orthogonal\", \"spherical\" or \"face_centred\"."),
    field("inscribed", "true if low and high are the ends of the axes; else they are those of the cube."),
    field("generators", "Of the cube, if it is to be a fraction."),
    field("resolution", "Of the cube; 5 unless given."),
    ESTIMABLE,
    ORDER,
];
const SURFACE: [DesignField; 3] = [required("factors", RANGES), ESTIMABLE, ORDER];
const SPACE: [DesignField; 4] =
    [required("factors", SPREAD), required("runs", "How many conditions to play."), ESTIMABLE, ORDER];

impl DesignKind {
    /// Every kind, in the order in which they are told to people.
    pub const ALL: [Self; 8] = [
        Self::FullFactorial,
        Self::OneFactorAtATime,
        Self::FractionalFactorial,
        Self::PlackettBurman,
        Self::CentralComposite,
        Self::BoxBehnken,
        Self::LatinHypercube,
        Self::Sobol,
    ];

    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FullFactorial => "full_factorial",
            Self::OneFactorAtATime => "one_factor_at_a_time",
            Self::FractionalFactorial => "fractional_factorial",
            Self::PlackettBurman => "plackett_burman",
            Self::CentralComposite => "central_composite",
            Self::BoxBehnken => "box_behnken",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
        }
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::FullFactorial => "Every combination of levels.",
            Self::OneFactorAtATime => "The first level of every factor, then each other level alone.",
            Self::FractionalFactorial => "A regular fraction of all combinations of two levels.",
            Self::PlackettBurman => "Two levels of many factors in few conditions, for main effects.",
            Self::CentralComposite => "A two-level cube, axial points and the centre, for a quadratic model.",
            Self::BoxBehnken => "Three levels without the corners, for a quadratic model of 3 to 7 factors.",
            Self::LatinHypercube => "Points spread over ranges, each stratum of every factor used once.",
            Self::Sobol => "Points of Sobol's sequence, which fill ranges evenly.",
        }
    }

    /// The fields of `[design]` that it has besides `type`.
    #[must_use]
    pub fn fields(self) -> &'static [DesignField] {
        match self {
            Self::FullFactorial => &FULL,
            Self::OneFactorAtATime => &ONE,
            Self::FractionalFactorial => &FRACTION,
            Self::PlackettBurman => &SCREENING,
            Self::CentralComposite => &COMPOSITE,
            Self::BoxBehnken => &SURFACE,
            Self::LatinHypercube | Self::Sobol => &SPACE,
        }
    }

    /// Whether every factor has exactly two levels.
    #[must_use]
    pub fn is_two_level(self) -> bool {
        matches!(self, Self::FractionalFactorial | Self::PlackettBurman)
    }

    /// Whether every factor is a range.
    #[must_use]
    pub fn needs_ranges(self) -> bool {
        matches!(self, Self::CentralComposite | Self::BoxBehnken)
    }
}
