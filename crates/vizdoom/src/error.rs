//! Everything that can go wrong with an engine, with what to do about it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why an engine could not be installed, started or driven.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine's files are not there.
    #[error(
        "the ViZDoom engine is not installed in {}: {} is missing; run `orchestrator engine install`",
        root.display(), path.display()
    )]
    NotInstalled {
        /// Where the engine was looked for.
        root: PathBuf,
        /// The first missing file.
        path: PathBuf,
    },
    /// A file has other contents than version 1.3.2 has.
    #[error(
        "{} is not the file of ViZDoom {}: {found} instead of {expected}; \
         run `orchestrator engine install` again, or give the wheel of {0} with --wheel",
        crate::ENGINE_VERSION, path.display()
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The pinned size or SHA-256.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The running engine is of another version.
    #[error("the engine speaks another protocol: it calls itself {found}, this driver needs {}", crate::ENGINE_VERSION)]
    WrongVersion {
        /// What the engine calls itself.
        found: String,
    },
    /// Fetching the wheel failed.
    #[error("`{command}` failed: {output}; offline, give the wheel file with --wheel")]
    Download {
        /// The command line.
        command: String,
        /// The end of its error output, or why it could not run.
        output: String,
    },
    /// The wheel file cannot be read.
    #[error("{} is not a wheel of ViZDoom {}: {reason}", path.display(), crate::ENGINE_VERSION)]
    BadWheel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder to install to holds something else.
    #[error(
        "{} holds {other}, which is no part of the engine and would be lost; name a new or an empty folder with \
         --engine-dir or CLAUDOOM_ENGINE_DIR",
        path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// One thing in it.
        other: String,
    },
    /// A config file's line cannot be used.
    #[error("{file}:{line}: {key}: {reason}")]
    Config {
        /// The file, or what the text came from.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The key, as written.
        key: String,
        /// What is wrong with its value.
        reason: String,
    },
    /// A setting cannot be used.
    #[error("{setting}: {reason}")]
    Setting {
        /// The setting's name in config files.
        setting: &'static str,
        /// What is wrong with its value.
        reason: String,
    },
    /// No scenario of this name is installed.
    #[error("no scenario `{name}`; there are: {}", known.join(", "))]
    UnknownScenario {
        /// The name asked for.
        name: String,
        /// The installed scenarios.
        known: Vec<String>,
    },
    /// No button of this name exists.
    #[error("no button `{name}`; buttons are called like ATTACK, TURN_LEFT, SELECT_WEAPON1")]
    UnknownButton {
        /// The name asked for.
        name: String,
    },
    /// No game variable of this name exists.
    #[error("no game variable `{name}`; variables are called like HEALTH, AMMO2, POSITION_X")]
    UnknownGameVariable {
        /// The name asked for.
        name: String,
    },
    /// A scenario or game WAD is missing.
    #[error("the {what} {} is missing{hint}", path.display())]
    MissingWad {
        /// Scenario or game data.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What to do, with its own separator.
        hint: &'static str,
    },
    /// A scenario or game WAD was taken away while the engine started, which may have gone on without it.
    #[error("{} was taken away while the engine started", path.display())]
    FileLost {
        /// The file.
        path: PathBuf,
    },
    /// A scenario or game WAD cannot be read.
    #[error("{} is not a WAD: {reason}", path.display())]
    BadWad {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The map is in neither the scenario nor the game data.
    #[error("no map `{map}`; there are: {}", known.join(", "))]
    UnknownMap {
        /// The map asked for.
        map: String,
        /// The maps there are.
        known: Vec<String>,
    },
    /// The engine did not restart the map.
    #[error("the engine did not start map `{map}` within {rounds} tics")]
    MapNotStarted {
        /// The map.
        map: String,
        /// Tics waited.
        rounds: u32,
    },
    /// The action does not fit the buttons.
    #[error("bad action: {reason}")]
    BadAction {
        /// What is wrong with it.
        reason: String,
    },
    /// /dev/shm is too small or too full.
    #[error(
        "no space in /dev/shm: an engine needs {needed} bytes, {available} are free; \
         in a container raise shm_size, else play fewer engines at once"
    )]
    NoSharedMemory {
        /// Bytes one engine needs.
        needed: u64,
        /// Bytes free.
        available: u64,
    },
    /// The engine process ended by itself or was killed.
    #[error("the engine died {during} ({status}){}", detail(stderr))]
    EngineDied {
        /// What the driver was doing.
        during: &'static str,
        /// How the process ended.
        status: String,
        /// The end of its error output.
        stderr: String,
    },
    /// The engine reported an error and ended.
    #[error("the engine failed {during}: {message}{}", detail(stderr))]
    EngineFailed {
        /// What the driver was doing.
        during: &'static str,
        /// The engine's message.
        message: String,
        /// The end of its error output.
        stderr: String,
    },
    /// The engine did not answer in time and was killed.
    #[error("the engine did not answer within {limit:?} {during} and was killed")]
    EngineHung {
        /// What the driver was doing.
        during: &'static str,
        /// The limit that passed.
        limit: Duration,
    },
    /// This engine failed before and cannot be used again.
    #[error("the engine failed earlier; start a new one")]
    EngineGone,
    /// The operating system refused something.
    #[error("{action}: {source}")]
    Io {
        /// What was being done, to which path.
        action: String,
        /// The cause.
        source: io::Error,
    },
}

impl Error {
    /// Says whether another try with a fresh engine may succeed: the engine failed, not
    /// what was asked of it.
    #[must_use]
    pub fn is_engine_failure(&self) -> bool {
        matches!(
            self,
            Self::EngineDied { .. }
                | Self::EngineFailed { .. }
                | Self::EngineHung { .. }
                | Self::EngineGone
                | Self::FileLost { .. }
        )
    }

    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    pub(crate) fn setting(setting: &'static str, reason: impl Into<String>) -> Self {
        Self::Setting { setting, reason: reason.into() }
    }
}

/// Puts the error output behind its message, if there is any.
fn detail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; it wrote: {stderr}") }
}
