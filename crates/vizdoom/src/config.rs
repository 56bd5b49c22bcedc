//! Game configuration: what the scenarios' `.cfg` files say, and overrides as fields.

mod grammar;
mod keys;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

pub use settings::{Automap, AutomapMode, Buffers, GameConfig, Mode, Render, Rewards, Warning};

use crate::error::Error;

impl GameConfig {
    /// Reads a config file. Paths in it are relative to it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(Error::io(format!("cannot read the config {}", path.display())))?;
        let base = path.parent().unwrap_or_else(|| Path::new(""));
        let text = String::from_utf8_lossy(&bytes);
        let mut config = Self::default();
        keys::apply(&mut config, &text, &path.display().to_string(), base)?;
        config.source = Some(path.to_owned());
        Ok(config)
    }

    /// Reads a config from text. Paths in it are relative to `base`.
    pub fn parse(text: &str, base: impl AsRef<Path>) -> Result<Self, Error> {
        let mut config = Self::default();
        keys::apply(&mut config, text, "config text", base.as_ref())?;
        Ok(config)
    }
}

/// Joins a config file's path value to the folder of the file.
fn relative_to(base: &Path, value: &str) -> PathBuf {
    // An absolute value replaces the base.
    base.join(value)
}
