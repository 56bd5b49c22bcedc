//! What is measured before a search begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checks, check_unique};

/// A generation of baselines before the first round: how good they are, how much scores scatter, and how many episodes it
/// takes to tell a difference that matters. The champion is confirmed against them as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsSpec {
    /// Episodes of each baseline, 2 to 10,000.
    #[schemars(range(min = 2, max = 10_000))]
    #[serde(default = "default_episodes")]
    pub episodes: u32,
    /// Policies that play as they are by default, beside the agent as it is before the search.
    #[serde(default = "default_baselines")]
    pub baselines: Vec<String>,
    /// Smallest difference of mean fitness that matters: how many episodes it takes to tell it is reported. Nothing is
    /// unless given.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
}

fn default_episodes() -> u32 {
    30
}
fn default_baselines() -> Vec<String> {
    vec!["random".to_owned()]
}

impl Default for StatisticsSpec {
    fn default() -> Self {
        Self { episodes: default_episodes(), baselines: default_baselines(), effect: None }
    }
}

impl StatisticsSpec {
    /// How many agents play in it: the baselines and the agent before the search.
    #[must_use]
    pub fn members(&self) -> u32 {
        u32::try_from(self.baselines.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    pub(super) fn check(&self, found: &mut Checks) {
        let at = |field: &str| format!("evolution.statistics.{field}");
        let few = "one episode does not tell how much scores scatter: 2 or more are needed";
        found.require(self.episodes >= 2, &at("episodes"), few);
        found.require(self.effect.is_none_or(|effect| effect > 0.0), &at("effect"), "has to be above 0");
        check_unique(self.baselines.iter().map(String::as_str), &at("baselines"), "policy", found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_nothing_is_refused() {
        let paths = |text: &str| -> Vec<String> {
            let spec: StatisticsSpec = serde_json::from_str(text).unwrap();
            let mut found = Checks::default();
            spec.check(&mut found);
            found.0.into_iter().map(|violation| violation.path).collect()
        };
        assert_eq!(paths("{}"), [""; 0]);
        assert_eq!(paths(r#"{"baselines":[]}"#), [""; 0], "the agent itself is one");
        let wrong = r#"{"episodes":1,"effect":-2,"baselines":["aim","random","aim"]}"#;
        assert_eq!(
            paths(wrong),
            ["episodes", "effect", "baselines[2]"].map(|field| format!("evolution.statistics.{field}"))
        );
    }
}
