//! What a population hands on from generation to generation besides genomes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Checks;

/// Knowledge that grows: when a generation closes, what its episodes taught is folded into what the next one knows.
/// Only policies that look at experience and documents have a use for it, such as `cascade`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LearningSpec {
    /// Whose experience an agent begins with.
    #[serde(default)]
    pub experience: Inheritance,
    /// Whether strategy documents are credited, reviewed, retired and written.
    #[serde(default = "yes")]
    pub documents: bool,
    /// Who writes documents.
    #[serde(default, skip_serializing_if = "Retrospection::is_built_in")]
    pub retrospection: Retrospection,
    /// Tics after which it is judged whether something that was tried went well, 1 to 3,500.
    #[schemars(range(min = 1, max = 3500))]
    #[serde(default = "default_horizon")]
    pub horizon: u32,
}

/// Whose experience an agent begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// What its definition says; nothing is learned.
    None,
    /// That of the whole population.
    #[default]
    Population,
    /// What its first parent began with, and what that parent tried; `genetic` only.
    Parents,
}

/// Who looks back on a generation and writes documents about what it met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retrospection {
    /// The one that is built in, which follows from what was recorded.
    #[default]
    BuiltIn,
    /// The process that the orchestrator was told of. What it answers is kept, but nobody promises that it would answer the
    /// same again.
    External,
}

impl Retrospection {
    fn is_built_in(&self) -> bool {
        *self == Self::BuiltIn
    }
}

fn yes() -> bool {
    true
}
/// One second.
fn default_horizon() -> u32 {
    35
}

impl Default for LearningSpec {
    fn default() -> Self {
        Self {
            experience: Inheritance::default(),
            documents: yes(),
            retrospection: Retrospection::default(),
            horizon: default_horizon(),
        }
    }
}

impl LearningSpec {
    /// The horizon in ticks, where a decision holds for so many tics; at least one.
    #[must_use]
    pub fn ticks(&self, frame_skip: u32) -> usize {
        self.horizon.div_ceil(frame_skip.max(1)).max(1) as usize
    }

    /// Whether documents are written by a process of somebody's own.
    #[must_use]
    pub fn asks_outside(&self) -> bool {
        self.documents && self.retrospection == Retrospection::External
    }

    pub(super) fn check(&self, is_genetic: bool, found: &mut Checks) {
        let at = "evolution.learning";
        if self.experience == Inheritance::None && !self.documents {
            found.add(at, "nothing is learned without experience and documents", "leave it out");
        }
        if self.retrospection == Retrospection::External && !self.documents {
            found.add(&format!("{at}.retrospection"), "without documents it has nothing to write", "leave it out");
        }
        if self.experience == Inheritance::Parents && !is_genetic {
            let help = "take \"population\", or `algorithm = \"genetic\"`";
            found.add(&format!("{at}.experience"), "only the genetic algorithm knows parents", help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_horizon_is_told_in_ticks() {
        let ticks = |horizon, skip| LearningSpec { horizon, ..LearningSpec::default() }.ticks(skip);
        assert_eq!([ticks(35, 4), ticks(35, 1), ticks(1, 4), ticks(36, 0)], [9, 35, 1, 36]);
    }

    #[test]
    fn what_cannot_be_learned_is_refused() {
        let paths = |text: &str, is_genetic| -> Vec<String> {
            let spec: LearningSpec = serde_json::from_str(text).unwrap();
            let mut found = Checks::default();
            spec.check(is_genetic, &mut found);
            found.0.into_iter().map(|violation| violation.path).collect()
        };
        assert_eq!(paths("{}", false), [""; 0]);
        assert_eq!(paths(r#"{"experience":"none","documents":false}"#, true), ["evolution.learning"]);
        assert_eq!(paths(r#"{"experience":"parents"}"#, false), ["evolution.learning.experience"]);
        assert_eq!(paths(r#"{"experience":"parents"}"#, true), [""; 0]);
        assert_eq!(paths(r#"{"retrospection":"external"}"#, true), [""; 0]);
        let unheard = r#"{"retrospection":"external","documents":false}"#;
        assert_eq!(paths(unheard, true), ["evolution.learning.retrospection"]);
    }
}
