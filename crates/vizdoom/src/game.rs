//! A game that goes on whatever happens to its engine.
//!
//! The engine is started when the first episode is, and replaced after a failure, after
//! many episodes, when it grew, or when its map changes became slow. Which engine plays
//! an episode changes nothing in it: every episode starts by setting its seed and
//! restarting the map.

use std::time::{Duration, Instant};

use crate::config::GameConfig;
use crate::engine::{Engine, Refresh, StartOptions, Step};
use crate::error::Error;
use crate::install::Install;
use crate::state::State;

/// A restart this much slower than the engine's first is slow, if it is also long.
const SLOW_FACTOR: u32 = 20;
/// Below this a restart is never slow; a busy machine alone can take a while.
const SLOW_MIN: Duration = Duration::from_secs(1);
/// Slow restarts in a row after which the engine is replaced.
const SLOW_STREAK: u32 = 3;

/// When engines are replaced.
#[derive(Debug, Clone)]
pub struct GameOptions {
    /// How engines are started.
    pub start: StartOptions,
    /// Episodes after which the engine is replaced; 0 for never.
    pub recycle_after: u32,
    /// Growth of the engine's resident memory since its first episode after which it is
    /// replaced, in bytes.
    pub max_growth: u64,
}

impl GameOptions {
    /// Returns options with the defaults: 500 episodes, 256 MiB.
    #[must_use]
    pub fn new(start: StartOptions) -> Self {
        Self { start, recycle_after: 500, max_growth: 256 << 20 }
    }
}

/// A game and the engine that plays it.
#[derive(Debug)]
pub struct Game {
    install: Install,
    config: GameConfig,
    options: GameOptions,
    runner: Option<Runner>,
    engines_started: u64,
}

/// An engine and its history.
#[derive(Debug)]
struct Runner {
    engine: Engine,
    episodes: u32,
    first_restart: Duration,
    first_resident: u64,
    slow: u32,
}

impl Game {
    /// Returns a game; no engine is started yet.
    #[must_use]
    pub fn new(install: Install, config: GameConfig, options: GameOptions) -> Self {
        Self { install, config, options, runner: None, engines_started: 0 }
    }

    /// Starts an episode with this doom seed, in a fresh engine if that is needed.
    pub fn new_episode(&mut self, doom_seed: u32) -> Result<&mut Engine, Error> {
        self.start_episode(None, doom_seed)
    }

    /// Starts an episode on another map of the same files.
    pub fn new_episode_on(&mut self, map: &str, doom_seed: u32) -> Result<&mut Engine, Error> {
        self.start_episode(Some(map), doom_seed)
    }

    /// Plays with the current engine, see [`Engine::step`].
    pub fn step(&mut self, buttons: &[f64], tics: u32, refresh: Refresh) -> Result<Step, Error> {
        let runner = self.runner.as_mut().ok_or(Error::EngineGone)?;
        let step = runner.engine.step(buttons, tics, refresh);
        if step.as_ref().is_err_and(Error::is_engine_failure) {
            self.runner = None;
        }
        step
    }

    /// Returns the engine of the current episode.
    #[must_use]
    pub fn engine(&self) -> Option<&Engine> {
        self.runner.as_ref().map(|runner| &runner.engine)
    }

    /// Returns the state of the current episode.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        self.engine().map(Engine::state)
    }

    /// Returns the settings of the game.
    #[must_use]
    pub fn config(&self) -> &GameConfig {
        &self.config
    }

    /// Returns how many engines were started so far.
    #[must_use]
    pub fn engines_started(&self) -> u64 {
        self.engines_started
    }

    /// Ends the engine. The next episode starts another.
    pub fn close(&mut self) -> Result<(), Error> {
        self.runner.take().map_or(Ok(()), |runner| runner.engine.close())
    }

    fn start_episode(&mut self, map: Option<&str>, doom_seed: u32) -> Result<&mut Engine, Error> {
        self.retire();
        let mut runner = match self.runner.take() {
            Some(runner) => runner,
            None => self.start_engine()?,
        };
        let started = runner.start_episode(map.or(self.config.map.as_deref()), doom_seed);
        match started {
            Ok(()) => Ok(&mut self.runner.insert(runner).engine),
            // The engine is fine when only the map was not.
            Err(error @ Error::UnknownMap { .. }) => {
                self.runner = Some(runner);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    fn start_engine(&mut self) -> Result<Runner, Error> {
        let engine = Engine::start(&self.install, &self.config, &self.options.start)?;
        self.engines_started += 1;
        Ok(Runner { engine, episodes: 0, first_restart: Duration::ZERO, first_resident: 0, slow: 0 })
    }

    /// Drops the engine when it is due.
    fn retire(&mut self) {
        let reason = self.runner.as_ref().and_then(|runner| runner.due(&self.options));
        if let Some(reason) = reason {
            tracing::debug!(reason, "replacing the engine");
            self.runner = None;
        }
    }
}

impl Runner {
    fn start_episode(&mut self, map: Option<&str>, doom_seed: u32) -> Result<(), Error> {
        let since = Instant::now();
        match map {
            Some(map) => self.engine.new_episode_on(map, doom_seed)?,
            None => self.engine.new_episode(doom_seed)?,
        }
        self.note(since.elapsed());
        Ok(())
    }

    fn note(&mut self, restart: Duration) {
        if self.episodes == 0 {
            self.first_restart = restart;
            self.first_resident = self.engine.resident_bytes();
        }
        self.episodes += 1;
        let slow = restart > SLOW_MIN && restart > self.first_restart * SLOW_FACTOR;
        self.slow = if slow { self.slow + 1 } else { 0 };
    }

    fn due(&self, options: &GameOptions) -> Option<&'static str> {
        let growth = self.engine.resident_bytes().saturating_sub(self.first_resident);
        if options.recycle_after > 0 && self.episodes >= options.recycle_after {
            Some("it played its episodes")
        } else if self.episodes > 0 && growth > options.max_growth {
            Some("it grew")
        } else if self.slow >= SLOW_STREAK {
            Some("it became slow")
        } else {
            None
        }
    }
}
