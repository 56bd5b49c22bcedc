//! One running engine: start, episode, step, close.

mod episode;
mod link;
mod opened;
mod start;
mod step;

use std::path::PathBuf;
use std::time::Duration;

pub use step::{End, Refresh, Step};

use crate::config::GameConfig;
use crate::error::Error;
use crate::reward::RewardMeter;
use crate::state::State;

use link::Link;

/// How an engine is started and supervised.
#[derive(Debug, Clone)]
pub struct StartOptions {
    /// Folder for the engines' working directories.
    pub work_root: PathBuf,
    /// Seed of the episode that the engine starts with, before the first `new_episode`.
    pub rng_seed: u32,
    /// Limit for the engine to come up.
    pub start_timeout: Duration,
    /// Limit for the engine to answer one tic.
    pub step_timeout: Duration,
    /// CPUs the engine may use; none leaves it to the system.
    pub cpus: Option<Vec<usize>>,
}

impl StartOptions {
    /// Returns options with the default limits: 60 s to start, 10 s to step.
    #[must_use]
    pub fn new(work_root: impl Into<PathBuf>) -> Self {
        Self {
            work_root: work_root.into(),
            rng_seed: 0,
            start_timeout: Duration::from_secs(60),
            step_timeout: Duration::from_secs(10),
            cpus: None,
        }
    }
}

/// One engine process and the game it plays. Killed and reaped on drop; nothing of it is
/// left in /dev/shm from the moment it is up.
///
/// After an error for which [`Error::is_engine_failure`] holds the engine is gone.
#[derive(Debug)]
pub struct Engine {
    // Dropped in this order: the process first, then its memory and names.
    link: Link,
    state: State,
    meter: RewardMeter,
    config: GameConfig,
    /// The map of the current episode.
    map: String,
    /// The maps there are, when that is known.
    maps: Option<Vec<String>>,
    /// Number of the last tic asked for, as the library counts it.
    last_tic: u32,
}

impl Engine {
    /// Returns what the engine publishes, to be read in place.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns the settings the engine plays with.
    #[must_use]
    pub fn config(&self) -> &GameConfig {
        &self.config
    }

    /// Returns the map of the current episode.
    #[must_use]
    pub fn map(&self) -> &str {
        &self.map
    }

    /// Returns the sum of the rewards since the episode started.
    #[must_use]
    pub fn total_reward(&self) -> f64 {
        self.meter.total()
    }

    /// Returns the engine's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.link.pid()
    }

    /// Returns the engine's resident memory in bytes.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        self.link.resident_bytes()
    }

    /// Ends the engine in order. Dropping it kills it instead, which is as safe.
    pub fn close(mut self) -> Result<(), Error> {
        self.link.close()
    }
}
