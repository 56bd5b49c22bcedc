//! Races within a generation: who is worse than others beyond doubt plays fewer episodes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checks, EvolutionSpec, SearchMethod, SelectionKind};

/// Rules by which the agents of a generation race. Everybody plays the first seeds; who is beaten beyond doubt by as many
/// others as the search needs plays no more of the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RacingSpec {
    /// Episodes of every agent before the first look, at least 2 and fewer than `seeds.episodes`, which is the most that an
    /// agent plays.
    #[schemars(range(min = 2, max = 1_000_000))]
    #[serde(default = "default_first")]
    pub first: u32,
    /// Episodes between two looks, of those that are still racing.
    #[schemars(range(min = 1, max = 1_000_000))]
    #[serde(default = "default_every")]
    pub every: u32,
    /// Largest probability that one of the best agents of a generation is put out, over all looks; above 0 and below 1.
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    #[serde(default = "default_error")]
    pub error: f64,
    /// Largest minus smallest fitness that an episode can have. With it the probability holds whatever fitness is like, at the
    /// price of more episodes; without it, where differences of fitness are about normal.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<f64>,
}

fn default_first() -> u32 {
    5
}
fn default_every() -> u32 {
    1
}
fn default_error() -> f64 {
    0.05
}

impl Default for RacingSpec {
    fn default() -> Self {
        Self { first: default_first(), every: default_every(), error: default_error(), range: None }
    }
}

impl RacingSpec {
    pub(super) fn check(&self, evolution: &EvolutionSpec, episodes: u32, found: &mut Checks) {
        let at = "evolution.racing";
        if self.first >= episodes {
            let message =
                format!("nobody can stop early: agents play {episodes} episodes, {} before the first look", self.first);
            found.add(&format!("{at}.first"), &message, "give `seeds.episodes` more, or leave [evolution.racing] out");
        }
        found.require(
            self.error < 1.0,
            &format!("{at}.error"),
            "a race that always errs tells nothing: below 1 is needed",
        );
        let (kept, population) = (evolution.kept(), evolution.population);
        if kept >= population {
            let message = format!("nobody can stop early: of {population} agents {kept} count for the next generation");
            found.add(at, &message, "leave it out, or have fewer `elites` and `parents`");
        }
    }
}

impl EvolutionSpec {
    /// How many of a generation's best make the next one what it is; the others only have to be known as not among them.
    ///
    /// Of `genetic` elites and parents. Where all can become parents, those that mostly do: of a tournament of t, the best 1/t,
    /// which win at least 1 - 1/e of all tournaments (Goldberg and Deb 1991); of linear ranks, the better half, which are
    /// selected more often than the average (Baker 1985). Of CMA-ES the better half, which the mean moves to. Where nothing
    /// is learned, the best.
    #[must_use]
    pub fn kept(&self) -> u32 {
        let parents = match (self.algorithm, self.parents, self.selection) {
            (SearchMethod::Random | SearchMethod::LatinHypercube, ..) => return 1,
            (SearchMethod::CmaEs | SearchMethod::SeparableCmaEs, ..) => return self.population / 2,
            (SearchMethod::Genetic, Some(parents), _) => parents,
            (SearchMethod::Genetic, None, SelectionKind::Rank) => self.population.div_ceil(2),
            (SearchMethod::Genetic, None, SelectionKind::Tournament | SelectionKind::UnbiasedTournament) => {
                self.population.div_ceil(self.tournament.max(1))
            }
        };
        parents.max(self.elites).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evolution(text: &str) -> EvolutionSpec {
        serde_json::from_str(text).unwrap()
    }

    fn violations(text: &str, episodes: u32) -> Vec<(String, String)> {
        let mut found = Checks::default();
        evolution(text).check(episodes, &mut found);
        found.0.into_iter().map(|violation| (violation.path, violation.message)).collect()
    }

    #[test]
    fn an_empty_table_races_by_the_defaults_and_none_is_stored_as_before() {
        assert_eq!(evolution(r#"{"racing":{}}"#).racing, Some(RacingSpec::default()));
        assert!(!serde_json::to_string(&EvolutionSpec::default()).unwrap().contains("racing"));
        let stored = serde_json::to_string(&RacingSpec::default()).unwrap();
        assert_eq!(stored, r#"{"first":5,"every":1,"error":0.05}"#);
    }

    #[test]
    fn those_are_kept_who_make_the_next_generation() {
        let kept = |text| evolution(text).kept();
        assert_eq!(kept("{}"), 6);
        assert_eq!(kept(r#"{"elites":9}"#), 9);
        assert_eq!(kept(r#"{"parents":3}"#), 3);
        assert_eq!(kept(r#"{"parents":3,"elites":4}"#), 4);
        assert_eq!(kept(r#"{"selection":"rank","population":9}"#), 5);
        assert_eq!(kept(r#"{"selection":"unbiased_tournament","tournament":2}"#), 8);
        assert_eq!(kept(r#"{"algorithm":"cma_es","population":9}"#), 4);
        assert_eq!(kept(r#"{"algorithm":"latin_hypercube"}"#), 1);
    }

    #[test]
    fn a_race_in_which_nobody_can_stop_early_is_refused() {
        let race = r#"{"racing":{"first":5}}"#;
        assert!(violations(race, 6).is_empty());
        let [(path, message)] = &violations(race, 5)[..] else { panic!("one violation") };
        assert_eq!(path, "evolution.racing.first");
        assert!(message.ends_with("agents play 5 episodes, 5 before the first look"), "{message}");
        let [(path, message)] = &violations(r#"{"racing":{},"parents":16}"#, 9)[..] else { panic!("one violation") };
        assert_eq!(path, "evolution.racing");
        assert!(message.ends_with("of 16 agents 16 count for the next generation"), "{message}");
        assert_eq!(violations(r#"{"racing":{},"tournament":1}"#, 9).len(), 1, "all become parents equally often");
        assert!(violations(r#"{"racing":{},"algorithm":"cma_es"}"#, 9).is_empty());
        assert_eq!(violations(r#"{"racing":{"error":1}}"#, 9)[0].0, "evolution.racing.error");
    }
}
