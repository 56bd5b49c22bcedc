//! Designs: what is varied, and how levels are combined into conditions.

mod checks;
mod kind;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use kind::{DesignField, DesignKind};

/// Most conditions of a design.
pub const MAX_CONDITIONS: u64 = 100_000;

/// Factors and how they are combined. Which of the other fields there may be depends on the kind:
/// [`DesignKind::fields`] lists them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignSpec {
    /// How the factors' levels are combined into conditions.
    #[serde(default, rename = "type")]
    pub kind: DesignKind,
    /// What is varied.
    #[schemars(length(min = 1))]
    pub factors: Vec<FactorSpec>,
    /// Generators of a fraction, such as `E=ABCD`: the factors are A, B and so on, in their order, without I.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generators: Option<Vec<String>>,
    /// The resolution that the design has to have, 3 or more.
    #[schemars(range(min = 3, max = 50))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u32>,
    /// Number of conditions, a centre point and a fold-over not counted.
    #[schemars(range(min = 1, max = MAX_CONDITIONS))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u32>,
    /// Effects that are to be aliased with no main effect and no two-factor interaction, such as `A` or `A:B`, by
    /// letters or by names of factors.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear: Option<Vec<String>>,
    /// Effects that the design has to estimate together with all main effects, such as `A:B`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimable: Option<Vec<String>>,
    /// Whether all conditions are played again with the other level of every factor; or the factors whose level is
    /// another one then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold_over: Option<FoldOver>,
    /// 1 to play the centre of all ranges as one more condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centre_points: Option<u32>,
    /// How far the axial points of a central composite design are from its centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Alpha>,
    /// Whether `low` and `high` are the ends of the axes of a central composite design instead of those of its cube.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inscribed: Option<bool>,
    /// The order in which conditions are played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<PlayOrder>,
}

impl DesignSpec {
    /// The order in which conditions are played: random, unless the design is one of the kinds whose order people know.
    #[must_use]
    pub fn play_order(&self) -> PlayOrder {
        self.order.unwrap_or(match self.kind {
            DesignKind::FullFactorial | DesignKind::OneFactorAtATime => PlayOrder::Standard,
            _ => PlayOrder::Random,
        })
    }
}

/// Which conditions are repeated with other levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FoldOver {
    /// All, with the other level of every factor; or none.
    Whole(bool),
    /// All, with the other level of these factors.
    On(Vec<String>),
}

/// The distance of axial points from the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alpha {
    /// A prediction is equally precise at equal distances from the centre.
    #[default]
    Rotatable,
    /// Estimates of the squares are uncorrelated.
    Orthogonal,
    /// All points but the centre are equally far from it.
    Spherical,
    /// They lie on the faces of the cube, so that every factor has three levels.
    FaceCentred,
}

/// The order in which conditions are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayOrder {
    /// The one in which the design is written down.
    Standard,
    /// A random one that follows from the experiment's seed.
    Random,
}

/// One factor of a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorSpec {
    /// What is varied: `agent.policy`, `agent.genome.NAME`, `agent.file` or `scenario.KEY`.
    pub parameter: String,
    /// Its name in tables; the last part of `parameter` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its levels, at least two; or leave them out and give `low` and `high`.
    #[schemars(length(min = 2))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Value>,
    /// The low end of its range.
    #[schemars(range(min = -1e15, max = 1e15))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The high end of its range.
    #[schemars(range(min = -1e15, max = 1e15))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Whether levels within the range are spaced by ratio instead of difference.
    #[serde(default, skip_serializing_if = "is_false")]
    pub log: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl FactorSpec {
    /// The name in tables.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.parameter.rsplit('.').next().unwrap_or(&self.parameter))
    }

    /// The ends of its range: given as such, or two levels that are numbers, the lower one first.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        match (self.low.zip(self.high), self.levels.as_slice()) {
            (Some(range), []) => Some(range),
            (None, [low, high]) => low.as_f64().zip(high.as_f64()).filter(|(low, high)| low < high),
            _ => None,
        }
    }

    /// How many levels it has where only its listed levels, or the ends of its range, are played.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.levels.is_empty() { 2 } else { self.levels.len() }
    }
}
