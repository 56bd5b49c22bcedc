//! What an evolution is told: how its population is improved, and for how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checks, LearningSpec, RacingSpec, StatisticsSpec, check_unique};
use crate::file::{FileRef, StoredCheckpoint};

/// A population that is improved from generation to generation.
///
/// What is left out of the stored form has its default, so that experiments of before there was a choice keep their hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvolutionSpec {
    /// How the population is improved.
    #[serde(default, skip_serializing_if = "is_default")]
    pub algorithm: SearchMethod,
    /// Agents per generation, 2 to 10,000; at least 4 for `cma_es` and `separable_cma_es`.
    #[schemars(range(min = 2, max = 10_000))]
    #[serde(default = "default_population")]
    pub population: u32,
    /// Rounds, 1 to 10,000.
    #[schemars(range(min = 1, max = 10_000))]
    #[serde(default = "default_generations")]
    pub generations: u32,
    /// Best agents that pass unchanged; `genetic` only, as all down to `own_genome`.
    #[serde(default = "default_elites")]
    pub elites: u32,
    /// Only this many of the best have children; all do unless given.
    #[schemars(range(min = 1, max = 10_000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<u32>,
    /// How parents are selected.
    #[serde(default, skip_serializing_if = "is_default")]
    pub selection: SelectionKind,
    /// Agents that compete for each place as a parent.
    #[schemars(range(min = 1))]
    #[serde(default = "default_tournament")]
    pub tournament: u32,
    /// With `selection = "rank"`: how often the best becomes a parent, as a multiple of the average; 1.5 unless given.
    #[schemars(range(min = 1, max = 2))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<f64>,
    /// How two parents become a child.
    #[serde(default, skip_serializing_if = "is_default")]
    pub crossover: CrossoverKind,
    /// How far a blend reaches beyond the parents, as a share of their distance; 0.5 unless given.
    #[schemars(range(min = 0, max = 10))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossover_alpha: Option<f64>,
    /// With `crossover = "simulated_binary"`: its distribution index, the larger the nearer to the parents; 15 unless given.
    #[schemars(range(min = 0, max = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossover_eta: Option<f64>,
    /// Probability that a child has two parents.
    #[schemars(range(min = 0, max = 1))]
    #[serde(default = "default_crossover_rate")]
    pub crossover_rate: f64,
    /// Whether two parents have two children, of which one gets what the other does not; every child has parents of its own
    /// unless given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub siblings: bool,
    /// How a parameter of a child is changed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mutation: MutationKind,
    /// Probability that a parameter of a child is changed.
    #[schemars(range(min = 0, max = 1))]
    #[serde(default = "default_mutation_rate")]
    pub mutation_rate: f64,
    /// Standard deviation of a change, as a share of the parameter's range; the first one with `mutation =
    /// "self_adaptive"`.
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    #[serde(default = "default_mutation_scale")]
    pub mutation_scale: f64,
    /// With `mutation = "polynomial"`: its distribution index, the larger the smaller the changes; 20 unless given.
    #[schemars(range(min = 0, max = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutation_eta: Option<f64>,
    /// Agents of every generation that are drawn anew; none unless given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub immigrants: u32,
    /// Whether the agent's own genome is one of the first generation, so that the search starts with what is known already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own_genome: bool,
    /// `cma_es` and `separable_cma_es` only: first standard deviation around the agent's own genome, as a share of the
    /// ranges; 0.3 unless given.
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Parameters that evolve; all of the policy's unless given. `input_health_0..7` stands for those from
    /// `input_health_0` to `input_health_7`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genes: Option<Vec<String>>,
    /// Who is the champion.
    #[serde(default, skip_serializing_if = "is_default")]
    pub champion: ChampionRule,
    /// Seeds never used before on which the champion is compared with the best of the first round, and with the baselines
    /// where there are statistics; 0 for none.
    #[schemars(range(max = 10_000))]
    #[serde(default = "default_confirmation")]
    pub confirmation: u32,
    /// Generations without progress beyond noise after which the search ends early; it never does unless given.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u32>,
    /// Most episodes of the search, its confirmation not counted: fewer generations are played where all would need more.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_episodes: Option<u64>,
    /// Minutes since the launch after which no generation begins any more. How many there are depends on the machine then,
    /// and so does the digest.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_minutes: Option<f64>,
    /// Whether who is clearly worse than others plays fewer episodes; everybody plays as many unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub racing: Option<RacingSpec>,
    /// What is learned between generations and handed on; nothing unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning: Option<LearningSpec>,
    /// What is measured before the first round; nothing unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<StatisticsSpec>,
    /// Generations after each of which a checkpoint is kept, and one at the end of the search; none unless given.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u32>,
    /// A checkpoint that the search goes on from: a path relative to the experiment file. `generations` and `max_episodes`
    /// count what is played after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<FileRef<StoredCheckpoint>>,
    /// The generation of the checkpoint after which the search goes on, by the number in the names of its agents; the last
    /// one unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_generation: Option<u32>,
}

/// How a population is improved; the sources are in `science::evolution`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchMethod {
    /// A genetic algorithm.
    #[default]
    Genetic,
    /// Evolution by adaptation of a normal distribution, up to some hundred parameters.
    CmaEs,
    /// The same without dependences between parameters, for thousands, such as the weights of a network.
    SeparableCmaEs,
    /// Control that learns nothing: every agent anywhere.
    Random,
    /// Control that learns nothing: every generation covers the ranges evenly.
    LatinHypercube,
}

/// Who of all that were played is the champion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChampionRule {
    /// The best of the last generation by its episodes in it; of all generations where the algorithm learns nothing.
    #[default]
    Last,
    /// Whoever promises most by all episodes of every genome, with what is likely to be luck taken off.
    Evidence,
}

/// How parents are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelectionKind {
    /// The best of some that are drawn.
    #[default]
    Tournament,
    /// The same, with everybody drawn equally often.
    UnbiasedTournament,
    /// With a probability that falls linearly with the rank.
    Rank,
}

/// How two parents become a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrossoverKind {
    /// Uniform for one half of the children, blending for the other.
    #[default]
    UniformOrBlend,
    /// Every parameter whole from either parent.
    Uniform,
    /// Every number between the parents or a little beyond.
    Blend,
    /// Numbers near to those of a parent.
    SimulatedBinary,
}

/// How a parameter of a child is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MutationKind {
    /// By a normal draw.
    #[default]
    Gaussian,
    /// By a draw that never leaves the range.
    Polynomial,
    /// By a normal draw whose deviation evolves with the agent.
    SelfAdaptive,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn default_population() -> u32 {
    16
}
fn default_generations() -> u32 {
    8
}
fn default_elites() -> u32 {
    2
}
fn default_tournament() -> u32 {
    3
}
fn default_crossover_rate() -> f64 {
    0.7
}
fn default_mutation_rate() -> f64 {
    0.25
}
fn default_mutation_scale() -> f64 {
    0.15
}
fn default_confirmation() -> u32 {
    30
}

impl Default for EvolutionSpec {
    fn default() -> Self {
        Self {
            algorithm: SearchMethod::default(),
            population: default_population(),
            generations: default_generations(),
            elites: default_elites(),
            parents: None,
            selection: SelectionKind::default(),
            tournament: default_tournament(),
            pressure: None,
            crossover: CrossoverKind::default(),
            crossover_alpha: None,
            crossover_eta: None,
            crossover_rate: default_crossover_rate(),
            siblings: false,
            mutation: MutationKind::default(),
            mutation_rate: default_mutation_rate(),
            mutation_scale: default_mutation_scale(),
            mutation_eta: None,
            immigrants: 0,
            own_genome: false,
            step: None,
            genes: None,
            champion: ChampionRule::default(),
            confirmation: default_confirmation(),
            patience: None,
            max_episodes: None,
            max_minutes: None,
            racing: None,
            learning: None,
            statistics: None,
            checkpoint: None,
            start: None,
            start_generation: None,
        }
    }
}

impl SearchMethod {
    /// Its name in experiment files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Genetic => "genetic",
            Self::CmaEs => "cma_es",
            Self::SeparableCmaEs => "separable_cma_es",
            Self::Random => "random",
            Self::LatinHypercube => "latin_hypercube",
        }
    }

    /// Whether later generations are better for what earlier ones achieved.
    #[must_use]
    pub fn learns(self) -> bool {
        !matches!(self, Self::Random | Self::LatinHypercube)
    }
}

impl EvolutionSpec {
    /// Generations that are planned where every agent plays so many episodes: those that the episodes of the search pay
    /// for.
    #[must_use]
    pub fn affordable(&self, episodes: u32) -> u32 {
        let each = u64::from(self.population) * u64::from(episodes);
        let paid = self.max_episodes.map_or(u64::MAX, |most| most / each.max(1));
        u32::try_from(paid).unwrap_or(u32::MAX).min(self.generations)
    }

    /// How many agents play in a confirmation: the champion, the best of the first round and the baselines.
    #[must_use]
    pub fn finalists(&self) -> u32 {
        self.baselines().saturating_add(2)
    }

    /// How many agents play before the first round.
    #[must_use]
    pub fn baselines(&self) -> u32 {
        self.statistics.as_ref().map_or(0, StatisticsSpec::members)
    }

    /// The checkpoint that the search goes on from, once it was taken in.
    #[must_use]
    pub fn begun(&self) -> Option<&StoredCheckpoint> {
        self.start.as_ref().and_then(FileRef::stored)
    }

    /// Number of the first round among all of the search: 0, unless it goes on from a checkpoint.
    #[must_use]
    pub fn first_round(&self) -> u32 {
        self.begun().map_or(0, |start| start.rounds)
    }

    /// Number of the first generation in the names of its agents: 0, unless the search goes on from a checkpoint.
    #[must_use]
    pub fn first_number(&self) -> u32 {
        self.begun().map_or(0, |start| start.generation.saturating_add(1))
    }

    pub(super) fn check(&self, episodes: u32, found: &mut Checks) {
        match self.algorithm {
            SearchMethod::Genetic => self.check_places(found),
            SearchMethod::CmaEs | SearchMethod::SeparableCmaEs => {
                let few =
                    format!("{} are too few to estimate a distribution from: 4 or more are needed", self.population);
                found.require(self.population >= 4, "evolution.population", &few);
            }
            SearchMethod::Random | SearchMethod::LatinHypercube => {}
        }
        self.check_effects(found);
        let each = u64::from(self.population) * u64::from(episodes);
        let poor = format!("one generation plays {each}: {} agents, {episodes} episodes each", self.population);
        found.require(self.max_episodes.is_none_or(|most| most >= each), "evolution.max_episodes", &poor);
        let is_whole = self.checkpoint.is_none() || self.racing.is_none();
        let uneven = "agents that race play different numbers of seeds, and a checkpoint holds rounds that are whole";
        found.require(is_whole, "evolution.checkpoint", uneven);
        if let Some(racing) = &self.racing {
            racing.check(self, episodes, found);
        }
        if let Some(learning) = &self.learning {
            learning.check(self.algorithm == SearchMethod::Genetic, found);
        }
        if let Some(statistics) = &self.statistics {
            statistics.check(found);
        }
        let is_judged = self.champion != ChampionRule::Evidence || episodes > 1;
        let one = "one episode of an agent does not tell merit from luck: `evidence` needs seeds.episodes of 2 or more";
        found.require(is_judged, "evolution.champion", one);
        if let (Some(start), Some(generation)) = (self.begun(), self.start_generation) {
            let other = format!("the checkpoint was taken in up to generation {}", start.generation);
            found.require(start.generation == generation, "evolution.start_generation", &other);
        }
        if let Some(genes) = &self.genes {
            check_unique(genes.iter().map(String::as_str), "evolution.genes", "gene", found);
        }
    }

    fn check_places(&self, found: &mut Checks) {
        let Self { population, elites, tournament, immigrants, .. } = self;
        let fewer = format!("{elites} is not below the population, which is {population}");
        found.require(elites < population, "evolution.elites", &fewer);
        let at_most = format!("{tournament} is more than the population, which is {population}");
        found.require(tournament <= population, "evolution.tournament", &at_most);
        let places = u64::from(*elites) + u64::from(*immigrants);
        let crowded = format!("{immigrants} and {elites} elites are more than the population, which is {population}");
        found.require(elites >= population || places <= u64::from(*population), "evolution.immigrants", &crowded);
    }

    /// Refuses settings that change nothing beside the others: whoever wrote them expects that they do.
    fn check_effects(&self, found: &mut Checks) {
        let is_genetic = self.algorithm == SearchMethod::Genetic;
        let is_cma = matches!(self.algorithm, SearchMethod::CmaEs | SearchMethod::SeparableCmaEs);
        let blends = matches!(self.crossover, CrossoverKind::UniformOrBlend | CrossoverKind::Blend);
        let simulates = self.crossover == CrossoverKind::SimulatedBinary;
        let (genetic, cma) = ("`algorithm = \"genetic\"`", "`algorithm = \"cma_es\"` or `\"separable_cma_es\"`");
        for (field, is_given, has_effect, needs) in [
            ("parents", self.parents.is_some(), is_genetic, genetic),
            ("selection", !is_default(&self.selection), is_genetic, genetic),
            ("pressure", self.pressure.is_some(), self.selection == SelectionKind::Rank, "`selection = \"rank\"`"),
            ("crossover", !is_default(&self.crossover), is_genetic, genetic),
            ("crossover_alpha", self.crossover_alpha.is_some(), is_genetic && blends, "a crossover that blends"),
            ("crossover_eta", self.crossover_eta.is_some(), simulates, "`crossover = \"simulated_binary\"`"),
            ("siblings", self.siblings, is_genetic, genetic),
            ("mutation", !is_default(&self.mutation), is_genetic, genetic),
            (
                "mutation_eta",
                self.mutation_eta.is_some(),
                self.mutation == MutationKind::Polynomial,
                "`mutation = \"polynomial\"`",
            ),
            ("immigrants", self.immigrants > 0, is_genetic, genetic),
            ("own_genome", self.own_genome, is_genetic, genetic),
            ("step", self.step.is_some(), is_cma, cma),
            ("start_generation", self.start_generation.is_some(), self.start.is_some(), "`start`"),
        ] {
            if is_given && !has_effect {
                found.add(
                    &format!("evolution.{field}"),
                    &format!("has no effect without {needs}"),
                    "remove one of the two",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let spec: EvolutionSpec = serde_json::from_str(text).unwrap();
        let mut found = Checks::default();
        spec.check(10, &mut found);
        found.0.into_iter().map(|violation| violation.path).collect()
    }

    #[test]
    fn what_was_stored_before_there_was_a_choice_keeps_its_form() {
        let stored = "{\"population\":16,\"generations\":8,\"elites\":2,\"tournament\":3,\"crossover_rate\":0.7,\
                      \"mutation_rate\":0.25,\"mutation_scale\":0.15,\"confirmation\":30}";
        assert_eq!(serde_json::to_string(&EvolutionSpec::default()).unwrap(), stored);
        assert_eq!(serde_json::from_str::<EvolutionSpec>("{}").unwrap(), EvolutionSpec::default());
    }

    #[test]
    fn every_algorithm_has_the_name_that_files_use() {
        for method in [
            SearchMethod::Genetic,
            SearchMethod::CmaEs,
            SearchMethod::SeparableCmaEs,
            SearchMethod::Random,
            SearchMethod::LatinHypercube,
        ] {
            assert_eq!(serde_json::to_value(method).unwrap(), method.name());
        }
    }

    #[test]
    fn settings_without_effect_are_refused() {
        assert_eq!(paths(r#"{"algorithm":"cma_es","step":0.2}"#), [""; 0]);
        assert_eq!(paths(r#"{"step":0.2}"#), ["evolution.step"]);
        let genetic_only =
            r#"{"algorithm":"random","selection":"rank","siblings":true,"mutation":"polynomial","immigrants":1}"#;
        let expected = ["selection", "siblings", "mutation", "immigrants"];
        assert_eq!(paths(genetic_only), expected.map(|field| format!("evolution.{field}")));
        let beside =
            r#"{"pressure":1.2,"crossover":"uniform","crossover_alpha":0.1,"crossover_eta":3,"mutation_eta":9}"#;
        let expected = ["pressure", "crossover_alpha", "crossover_eta", "mutation_eta"];
        assert_eq!(paths(beside), expected.map(|field| format!("evolution.{field}")));
    }

    #[test]
    fn a_search_goes_on_after_the_rounds_of_its_checkpoint() {
        let hash = crate::file::ContentHash::of(b"");
        let stored = format!(r#"{{"name":"a.clcp","blake3":"{hash}","generation":5,"rounds":5}}"#);
        let text = format!(r#"{{"checkpoint":2,"start":{stored}}}"#);
        let spec: EvolutionSpec = serde_json::from_str(&text).unwrap();
        assert_eq!((spec.first_round(), spec.first_number()), (5, 6));
        assert_eq!((EvolutionSpec::default().first_round(), EvolutionSpec::default().first_number()), (0, 0));
        let written = serde_json::to_string(&spec).unwrap();
        assert!(written.ends_with(&format!("\"checkpoint\":2,\"start\":{stored}}}")), "{written}");
        assert_eq!(paths(&text), [""; 0]);
        assert_eq!(paths(&format!(r#"{{"start_generation":5,"start":{stored}}}"#)), [""; 0]);
        assert_eq!(paths(&format!(r#"{{"start_generation":4,"start":{stored}}}"#)), ["evolution.start_generation"]);
        assert_eq!(paths(r#"{"start_generation":4,"start":"a.clcp"}"#), [""; 0]);
        assert_eq!(paths(r#"{"start_generation":4}"#), ["evolution.start_generation"]);
    }

    #[test]
    fn places_are_counted_where_there_are_any() {
        assert_eq!(paths(r#"{"population":2}"#), ["evolution.elites", "evolution.tournament"]);
        assert_eq!(paths(r#"{"population":2,"algorithm":"random"}"#), [""; 0]);
        assert_eq!(paths(r#"{"population":3,"algorithm":"cma_es"}"#), ["evolution.population"]);
        assert_eq!(paths(r#"{"population":8,"elites":2,"immigrants":7}"#), ["evolution.immigrants"]);
    }

    #[test]
    fn evidence_takes_more_than_one_episode() {
        let spec = EvolutionSpec { champion: ChampionRule::Evidence, ..EvolutionSpec::default() };
        let of = |episodes| {
            let mut found = Checks::default();
            spec.check(episodes, &mut found);
            found.0.into_iter().map(|violation| violation.path).collect::<Vec<_>>()
        };
        assert_eq!(of(1), ["evolution.champion"]);
        assert_eq!(of(2), [""; 0]);
        assert!(serde_json::to_string(&spec).unwrap().contains("\"champion\":\"evidence\""));
    }

    #[test]
    fn episodes_pay_for_whole_generations() {
        let spec =
            EvolutionSpec { population: 10, max_episodes: Some(2000), generations: 50, ..EvolutionSpec::default() };
        assert_eq!([1, 8, 10, 200].map(|episodes| spec.affordable(episodes)), [50, 25, 20, 1]);
        assert_eq!(EvolutionSpec { max_episodes: None, ..spec }.affordable(200), 50);
        assert_eq!(paths(r#"{"max_episodes":159}"#), ["evolution.max_episodes"]);
        assert_eq!(paths(r#"{"max_episodes":160}"#), [""; 0]);
    }
}
