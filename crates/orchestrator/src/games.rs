//! Where games come from.

pub mod absent;
pub mod doom;

use std::collections::BTreeMap;

use domain::Violation;
use domain::experiment::ScenarioSpec;
use domain::game::ObservationSpec;
use domain::ports::{Environment, EnvironmentError};
use science::plot::Segment;

/// What a scenario offers, known before it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioFacts {
    /// Its name.
    pub name: String,
    /// Names of its buttons, in the order of actions.
    pub buttons: Vec<String>,
    /// Names of the game variables shown to the agent.
    pub variables: Vec<String>,
    /// BLAKE3 of every file it is made of, by file name.
    pub files: BTreeMap<String, String>,
}

/// The map that a scenario plays, seen from above.
#[derive(Debug, Clone, PartialEq)]
pub struct GameMap {
    /// Its name, such as `map01`.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Segment>,
}

/// A supplier of games.
pub trait Games: Send + Sync {
    /// Version of the engine.
    fn version(&self) -> String;

    /// Names of the scenarios that come with the engine.
    fn names(&self) -> Vec<String>;

    /// What a scenario offers.
    ///
    /// # Errors
    /// What is wrong with the specification; paths start with `scenario`.
    fn facts(&self, scenario: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>>;

    /// The map that a scenario plays; `None` where its file cannot be read.
    fn map(&self, _scenario: &ScenarioSpec) -> Option<GameMap> {
        None
    }

    /// A game of the scenario that shows what `observation` asks for and runs on the processor `cpu`, if one is given.
    /// The engine itself is started with the first episode.
    ///
    /// # Errors
    /// If the scenario is not valid.
    fn open(
        &self,
        scenario: &ScenarioSpec,
        observation: ObservationSpec,
        cpu: Option<usize>,
    ) -> Result<Box<dyn Environment>, EnvironmentError>;
}
