//! What a researcher asks for: the experiment file as a value.

mod design;
mod evolution;
mod files;
mod learning;
mod racing;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::AgentChoice;
use crate::error::Violation;
use crate::file::{FileRef, StoredConfig, StoredFile};
use crate::measures::{Measures, Response};
use crate::shape::{self, Misfit};

pub use design::{Alpha, DesignField, DesignKind, DesignSpec, FactorSpec, FoldOver, MAX_CONDITIONS, PlayOrder};
pub use evolution::{ChampionRule, CrossoverKind, EvolutionSpec, MutationKind, SearchMethod, SelectionKind};
pub use files::{FileKind, Mention, StoredMention, TakenIn};
pub use learning::{Inheritance, LearningSpec, Retrospection};
pub use racing::RacingSpec;
pub use statistics::StatisticsSpec;

/// Most episodes one experiment may plan.
pub const MAX_EPISODES: u64 = 100_000_000;
/// Most episodes, and so seeds, of one agent in a generation.
const MAX_SEEDS: u32 = 1_000_000;

/// An experiment: a scenario, an agent, seeds, and either a design or an evolution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentSpec {
    /// Name, 1 to 100 characters; need not be unique.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// What it is meant to find out.
    #[serde(default)]
    pub description: String,
    /// The number from which all randomness of the experiment is derived.
    pub seed: u64,
    /// The game.
    pub scenario: ScenarioSpec,
    /// The agent that every condition starts from.
    pub agent: AgentChoice,
    /// Which episodes every agent plays.
    #[serde(default)]
    pub seeds: SeedSpec,
    /// What is to be maximised or compared.
    #[serde(default)]
    pub fitness: FitnessSpec,
    /// Factors to vary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<DesignSpec>,
    /// A population to evolve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evolution: Option<EvolutionSpec>,
    /// Limits that never change a score.
    #[serde(default)]
    pub limits: LimitSpec,
    /// What is kept besides the scores.
    #[serde(default)]
    pub record: RecordSpec,
}

/// What is kept of an experiment besides its scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSpec {
    /// One row per tick: buttons, reward, health, position. About 60 bytes a tick.
    #[serde(default)]
    pub ticks: bool,
    /// What decided at every tick, and in which situation, for policies that can tell. About 70 bytes a tick.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decisions: bool,
}

/// The game: a shipped scenario or one's own files, and what is changed of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// Name of a shipped scenario, such as `defend_the_line`; or leave it out and give `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One's own ViZDoom .cfg file: a path relative to the experiment file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<FileRef<StoredConfig>>,
    /// One's own WAD, in place of the one that the config names: a path relative to the experiment file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wad: Option<FileRef<StoredFile>>,
    /// Map to play, such as `map01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// Skill from 1 (easiest) to 5.
    #[schemars(range(min = 1, max = 5))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<u32>,
    /// Buttons the agent may press, in this order.
    #[schemars(length(min = 1, max = crate::action::Buttons::MAX))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<String>>,
    /// Game variables shown to the agent, in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<String>>,
    /// Tics per decision, 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default = "default_frame_skip")]
    pub frame_skip: u32,
    /// Tics after which the episode times out; 0 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// Tics that pass before the first decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_tic: Option<u32>,
    /// Image size, such as `160x120`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// Pixel format by its ViZDoom name, such as `RGB24`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen_format: Option<String>,
    /// Reward coefficients by their ViZDoom config keys, such as `kill_reward`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rewards: BTreeMap<String, f64>,
}

impl ScenarioSpec {
    /// A shipped scenario as it is.
    #[must_use]
    pub fn shipped(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            config: None,
            wad: None,
            map: None,
            skill: None,
            buttons: None,
            variables: None,
            frame_skip: default_frame_skip(),
            timeout: None,
            start_tic: None,
            resolution: None,
            screen_format: None,
            rewards: BTreeMap::new(),
        }
    }
}

fn default_frame_skip() -> u32 {
    4
}

/// Which episodes are played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeedSpec {
    /// Episodes per agent, from seeds derived from the experiment's seed.
    #[schemars(range(min = 1, max = MAX_SEEDS))]
    #[serde(default = "default_episodes")]
    pub episodes: u32,
    /// Seeds to play instead of derived ones; every agent plays them all.
    #[schemars(length(min = 1, max = MAX_SEEDS))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explicit: Option<Vec<u32>>,
    /// What a seed means.
    #[serde(default)]
    pub seeding: Seeding,
    /// Whether every generation plays seeds of its own, so that no agent survives by luck on one block.
    #[serde(default = "default_true")]
    pub fresh: bool,
}

fn default_episodes() -> u32 {
    10
}

fn default_true() -> bool {
    true
}

impl Default for SeedSpec {
    fn default() -> Self {
        Self { episodes: default_episodes(), explicit: None, seeding: Seeding::default(), fresh: true }
    }
}

impl SeedSpec {
    /// How many episodes every agent plays per generation.
    #[must_use]
    pub fn episodes(&self) -> u32 {
        self.explicit.as_ref().map_or(self.episodes, |seeds| seeds.len() as u32)
    }
}

/// What a seed means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seeding {
    /// The number the engine itself is seeded with.
    #[default]
    Claudoom,
    /// What it means after `set_seed(seed); new_episode()` in ViZDoom's Python API.
    Vizdoom,
}

/// What is maximised: one measure, or a weighted sum of several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FitnessSpec {
    /// A single measure.
    Measure(Response),
    /// A weight for each measure that counts; an absent measure counts as 0.
    Weights(BTreeMap<Response, f64>),
}

impl Default for FitnessSpec {
    fn default() -> Self {
        Self::Measure(Response::Kills)
    }
}

impl FitnessSpec {
    /// The measures that count, with their weights.
    #[must_use]
    pub fn weights(&self) -> BTreeMap<Response, f64> {
        match self {
            Self::Measure(response) => BTreeMap::from([(*response, 1.0)]),
            Self::Weights(weights) => weights.clone(),
        }
    }

    /// What is maximised, for people: a measure, or their sum such as `2 kills - 0.5 damage_taken`.
    #[must_use]
    pub fn label(&self) -> String {
        let term = |(place, (response, weight)): (usize, (&Response, &f64))| {
            let sign = match (place, *weight < 0.0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            format!("{sign}{} {}", weight.abs(), response.name())
        };
        match self {
            Self::Measure(response) => response.name().to_owned(),
            Self::Weights(weights) => weights.iter().enumerate().map(term).collect(),
        }
    }

    /// The fitness of one episode. Weighted measures are summed in the order of [`Response`].
    #[must_use]
    pub fn of(&self, measures: &Measures) -> f64 {
        match self {
            Self::Measure(response) => measures.get(*response).unwrap_or(0.0),
            Self::Weights(weights) => weights
                .iter()
                .fold(0.0, |sum, (&response, weight)| sum + weight * measures.get(response).unwrap_or(0.0)),
        }
    }
}

/// Limits on time and size. They end attempts, never change scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitSpec {
    /// Seconds an agent may take for one decision before the attempt is given up.
    #[schemars(range(max = 3600), extend("exclusiveMinimum" = 0))]
    #[serde(default = "default_tick_limit")]
    pub tick_seconds: f64,
    /// Episodes per job; chosen by the planner unless given.
    #[schemars(range(min = 1, max = 10_000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_episodes: Option<u32>,
    /// Attempts at one job before the experiment fails.
    #[schemars(range(min = 1, max = 1000))]
    #[serde(default = "default_attempts")]
    pub attempts: u32,
}

fn default_tick_limit() -> f64 {
    5.0
}
fn default_attempts() -> u32 {
    5
}

impl Default for LimitSpec {
    fn default() -> Self {
        Self { tick_seconds: default_tick_limit(), job_episodes: None, attempts: default_attempts() }
    }
}

impl ExperimentSpec {
    /// Whether it is kept what decided at every tick: it is asked for, or something is learned from it.
    #[must_use]
    pub fn keeps_decisions(&self) -> bool {
        self.record.decisions || self.evolution.as_ref().is_some_and(|evolution| evolution.learning.is_some())
    }

    /// The rules by which the members of a generation race, if they do.
    #[must_use]
    pub fn racing(&self) -> Option<&RacingSpec> {
        self.evolution.as_ref()?.racing.as_ref()
    }

    /// Whether documents are written by a process of somebody's own, which may answer otherwise another time.
    #[must_use]
    pub fn asks_outside(&self) -> bool {
        let learning = self.evolution.as_ref().and_then(|evolution| evolution.learning.as_ref());
        learning.is_some_and(LearningSpec::asks_outside)
    }

    /// Why the same experiment may come to something else another time, if it may.
    #[must_use]
    pub fn not_reproducible(&self) -> Option<&'static str> {
        let evolution = self.evolution.as_ref()?;
        if self.asks_outside() {
            return Some("an external retrospection writes its documents, and may answer otherwise");
        }
        evolution.max_minutes.map(|_| "its search ends by the clock, so its length depends on the machine")
    }

    /// The specification as canonical JSON: keys in a fixed order, defaults written out.
    #[must_use]
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("a specification has only string keys and finite numbers")
    }

    /// BLAKE3 of the canonical JSON.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.canonical().as_bytes()).as_bytes()
    }

    /// Everything that keeps `value` from being a specification: fields that there are not, missing ones, and values
    /// of a wrong type or out of range. Where there is nothing, it can be read.
    #[must_use]
    pub fn misfits(value: &Value) -> Vec<Misfit> {
        static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
            let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
            settings.into_generator().into_root_schema_for::<ExperimentSpec>().to_value()
        });
        shape::misfits(&SCHEMA, value)
    }

    /// What is wrong with the specification by itself. Whether policies, scenarios and parameters exist is
    /// checked by those who know them.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let value = serde_json::to_value(self).expect("a specification has only string keys");
        let mut found = Checks(Self::misfits(&value).into_iter().map(Misfit::into_violation).collect());
        self.check_kind(&mut found);
        self.check_scenario(&mut found);
        self.check_agent(&mut found);
        self.check_files(&mut found);
        self.check_seeds(&mut found);
        if let FitnessSpec::Weights(weights) = &self.fitness {
            found.require(!weights.is_empty(), "fitness", "must name at least one measure");
        }
        if let Some(design) = &self.design {
            design.check(&mut found);
        }
        if let Some(evolution) = &self.evolution {
            evolution.check(self.seeds.episodes(), &mut found);
        }
        found.0
    }

    fn check_kind(&self, found: &mut Checks) {
        match (&self.design, &self.evolution) {
            (None, None) => found.add("", "neither [design] nor [evolution] is given", "add one of the two tables"),
            (Some(_), Some(_)) => {
                found.add("evolution", "both [design] and [evolution] are given", "remove one of the two tables");
            }
            _ => {}
        }
    }

    fn check_scenario(&self, found: &mut Checks) {
        let scenario = &self.scenario;
        match (&scenario.name, &scenario.config) {
            (None, None) => found.add("scenario", "names neither a scenario nor a config", "add `name = \"basic\"`"),
            (Some(_), Some(_)) => {
                found.add("scenario.config", "`name` and `config` exclude each other", "remove one of the two");
            }
            _ => {}
        }
        if let Some(buttons) = &scenario.buttons {
            check_unique(buttons.iter().map(String::as_str), "scenario.buttons", "button", found);
        }
    }

    fn check_agent(&self, found: &mut Checks) {
        let varied = ["agent.policy", "agent.file"].into_iter().any(|parameter| self.varied(parameter).is_some());
        if self.agent.policy.is_none() && self.agent.file.is_none() && !varied {
            let help =
                "name a policy, or a definition: `file = \"agent.toml\"`; `orchestrator policies` lists the policies";
            found.add("agent.policy", "is missing", help);
        }
    }

    fn check_seeds(&self, found: &mut Checks) {
        let Some(seeds) = &self.seeds.explicit else { return };
        let mut seen = BTreeSet::new();
        if let Some(twice) = seeds.iter().find(|&&seed| !seen.insert(seed)) {
            found.add("seeds.explicit", &format!("seed {twice} is listed twice"), "list every seed once");
        }
    }
}

fn check_unique<'a>(names: impl Iterator<Item = &'a str>, at: &str, what: &str, found: &mut Checks) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            found.add(&format!("{at}[{index}]"), &format!("duplicate {what} `{name}`"), "list it once");
        }
    }
}

#[derive(Default)]
struct Checks(Vec<Violation>);

impl Checks {
    fn add(&mut self, path: &str, message: &str, help: &str) {
        self.0.push(Violation::new(path, message).with_help(help));
    }

    fn require(&mut self, holds: bool, path: &str, message: &str) {
        if !holds {
            self.0.push(Violation::new(path, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(extra: Value) -> ExperimentSpec {
        let mut base = serde_json::json!({
            "name": "test", "seed": 1,
            "scenario": { "name": "basic" },
            "agent": { "policy": "random" },
        });
        for (key, value) in extra.as_object().unwrap() {
            base[key] = value.clone();
        }
        serde_json::from_value(base).unwrap()
    }

    fn paths(spec: &ExperimentSpec) -> Vec<String> {
        spec.violations().into_iter().map(|v| v.path).collect()
    }

    #[test]
    fn a_small_evolution_is_valid_and_its_canonical_form_reads_back() {
        let spec = spec(serde_json::json!({ "evolution": {} }));
        assert_eq!(paths(&spec), Vec::<String>::new());
        assert_eq!(serde_json::from_str::<ExperimentSpec>(&spec.canonical()).unwrap(), spec);
    }

    #[test]
    fn what_may_come_to_something_else_says_why() {
        let why = |evolution: Value| spec(serde_json::json!({ "evolution": evolution })).not_reproducible();
        assert_eq!(why(serde_json::json!({ "learning": {} })), None);
        let external = serde_json::json!({ "learning": { "retrospection": "external" }, "max_minutes": 5 });
        assert!(why(external).unwrap().contains("retrospection"));
        assert!(why(serde_json::json!({ "max_minutes": 5 })).unwrap().contains("clock"));
    }

    #[test]
    fn every_fault_is_reported_at_its_place() {
        let spec = spec(serde_json::json!({
            "design": { "factors": [
                { "parameter": "agent.policy", "levels": ["a", "a"] },
                { "parameter": "agent.policy", "levels": ["a"] },
                { "parameter": "seed", "levels": [1, 2] },
            ] },
            "seeds": { "explicit": [4, 5, 4] },
            "scenario": { "frame_skip": 0, "skill": 6 },
        }));
        let expected = [
            "design.factors[1].levels",
            "scenario.frame_skip",
            "scenario.skill",
            "scenario",
            "seeds.explicit",
            "design.factors[0].levels[1]",
            "design.factors[2].parameter",
            "design.factors[1]",
            "design.factors[1]",
        ];
        assert_eq!(paths(&spec), expected);
    }

    #[test]
    fn numbers_that_are_not_finite_and_impossible_populations_are_refused() {
        let spec = spec(serde_json::json!({ "evolution": { "population": 2 } }));
        assert_eq!(paths(&spec), ["evolution.elites", "evolution.tournament"]);
        let mut spec = spec;
        spec.evolution = Some(EvolutionSpec { mutation_scale: f64::NAN, ..EvolutionSpec::default() });
        spec.fitness = FitnessSpec::Weights([(Response::Kills, f64::INFINITY)].into());
        assert_eq!(paths(&spec), ["evolution.mutation_scale", "fitness.kills"]);
    }

    #[test]
    fn one_kind_of_experiment_is_required() {
        assert_eq!(paths(&spec(serde_json::json!({}))), [""]);
    }

    #[test]
    fn fitness_is_a_measure_or_a_weighted_sum() {
        let parse = |text| serde_json::from_str::<FitnessSpec>(text).unwrap();
        let measures = Measures {
            kills: 3,
            damage_taken: 10,
            ..crate::measures::Gauge::new(crate::environment::Reading::default(), None)
                .measures(crate::environment::End::Death)
        };
        assert_eq!(parse("\"kills\"").of(&measures), 3.0);
        assert_eq!(parse("{\"kills\": 2.0, \"damage_taken\": -0.5}").of(&measures), 1.0);
    }
}
