//! No games: for looking at results on a machine without the engine.

use domain::Violation;
use domain::experiment::ScenarioSpec;
use domain::game::ObservationSpec;
use domain::ports::{Environment, EnvironmentError};

use super::{Games, ScenarioFacts};

const WHY: &str = "the engine is not used here";

/// A supplier that has nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoGames;

impl Games for NoGames {
    fn version(&self) -> String {
        WHY.to_owned()
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn facts(&self, _scenario: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>> {
        Err(vec![Violation::new("scenario", WHY)])
    }

    fn open(
        &self,
        _scenario: &ScenarioSpec,
        _observation: ObservationSpec,
        _cpu: Option<usize>,
    ) -> Result<Box<dyn Environment>, EnvironmentError> {
        Err(EnvironmentError { message: WHY.to_owned(), retryable: false, source: None })
    }
}
