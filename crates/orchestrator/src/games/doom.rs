//! Games of the real Doom engine.

mod environment;
mod files;
mod settings;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::Violation;
use domain::experiment::ScenarioSpec;
use domain::file::FileRef;
use domain::game::ObservationSpec;
use domain::ports::{Environment, EnvironmentError};
use science::plot::Segment;
use vizdoom::{ENGINE_VERSION, Engine, Game, GameConfig, GameOptions, Install, MapLine, ScreenFormat, StartOptions};

use super::{GameMap, Games, ScenarioFacts};
use crate::metrics::EngineMetrics;
use crate::user_files::{FilePaths, NoFiles};
pub use environment::DoomGame;
use files::FileHashes;

/// The installed engine as a supplier of games.
pub struct DoomGames {
    install: Install,
    work_root: PathBuf,
    files: Arc<dyn FilePaths>,
    hashes: FileHashes,
    metrics: EngineMetrics,
}

impl DoomGames {
    /// Games of this installation; engines work in folders below `work_root`.
    #[must_use]
    pub fn new(install: Install, work_root: PathBuf) -> Self {
        let (hashes, metrics) = (FileHashes::default(), EngineMetrics::new());
        Self { install, work_root, files: Arc::new(NoFiles), hashes, metrics }
    }

    /// The same games, with the files of a user's own that are in `files`.
    #[must_use]
    pub fn with_files(self, files: impl FilePaths + 'static) -> Self {
        Self { files: Arc::new(files), ..self }
    }

    /// The installation.
    #[must_use]
    pub fn install(&self) -> &Install {
        &self.install
    }

    /// A game that is driven directly, for measuring the engine alone.
    ///
    /// # Errors
    /// What is wrong with the scenario.
    pub fn bare(
        &self,
        scenario: &ScenarioSpec,
        observation: ObservationSpec,
        cpu: Option<usize>,
    ) -> Result<Game, Vec<Violation>> {
        let config =
            with_buffers(settings::config(&self.install, self.files.as_ref(), scenario)?, scenario, observation);
        let mut start = StartOptions::new(&self.work_root);
        start.step_timeout = Duration::from_secs(10);
        // Below a worker's patience with an attempt that stands still, so that a failure is told as what it is.
        start.start_timeout = Duration::from_secs(45);
        start.cpus = cpu.map(|cpu| vec![cpu]);
        Ok(Game::new(self.install.clone(), config, GameOptions::new(start)))
    }
}

impl DoomGames {
    /// A game of the scenario, as [`Games::open`] gives it.
    ///
    /// # Errors
    /// If the scenario is not valid.
    pub fn game(
        &self,
        scenario: &ScenarioSpec,
        observation: ObservationSpec,
        cpu: Option<usize>,
    ) -> Result<DoomGame, EnvironmentError> {
        let game = self.bare(scenario, observation, cpu).map_err(|found| EnvironmentError {
            message: Violation::in_one_line(&found),
            retryable: false,
            source: None,
        })?;
        let bounds = Engine::map_bounds(&self.install, game.config());
        Ok(DoomGame::new(game, observation, bounds, self.metrics.clone()))
    }
}

impl Games for DoomGames {
    fn version(&self) -> String {
        format!("vizdoom {ENGINE_VERSION}")
    }

    fn names(&self) -> Vec<String> {
        self.install.scenarios()
    }

    fn facts(&self, scenario: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>> {
        let files = self.files.as_ref();
        let config = settings::config(&self.install, files, scenario)?;
        let files = self.hashes.of(&self.install, files, scenario, &config).map_err(|violation| vec![violation])?;
        let own = scenario.config.as_ref().and_then(FileRef::stored).map(|config| config.name.clone());
        let name = scenario.name.clone().or(own).unwrap_or_default();
        Ok(ScenarioFacts {
            name,
            buttons: config.buttons.iter().map(|button| button.name().to_owned()).collect(),
            variables: config.variables.iter().map(|variable| variable.name().to_owned()).collect(),
            files,
        })
    }

    fn map(&self, scenario: &ScenarioSpec) -> Option<GameMap> {
        let config = settings::config(&self.install, self.files.as_ref(), scenario).ok()?;
        let (name, lines) = Engine::map_lines(&self.install, &config)?;
        Some(GameMap { name, lines: lines.into_iter().map(segment).collect() })
    }

    fn open(
        &self,
        scenario: &ScenarioSpec,
        observation: ObservationSpec,
        cpu: Option<usize>,
    ) -> Result<Box<dyn Environment>, EnvironmentError> {
        Ok(Box::new(self.game(scenario, observation, cpu)?))
    }
}

fn segment(line: MapLine) -> Segment {
    let MapLine { from, to, is_one_sided } = line;
    Segment { from: from.into(), to: to.into(), solid: is_one_sided }
}

/// Switches on what an agent wants to be shown, and nothing else.
fn with_buffers(mut config: GameConfig, scenario: &ScenarioSpec, observation: ObservationSpec) -> GameConfig {
    config.buffers.labels = observation.entities || observation.labels;
    config.buffers.depth = observation.depth;
    config.buffers.automap = observation.automap;
    config.buffers.objects = false;
    config.buffers.sectors = observation.walls;
    config.buffers.notifications = false;
    if scenario.screen_format.is_none() && (observation.screen || observation.automap) {
        config.format = ScreenFormat::Rgb24;
    }
    config
}
