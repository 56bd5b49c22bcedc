//! Content hashes of the files that a scenario is made of.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use domain::Violation;
use vizdoom::{GameConfig, Install};

/// Path, length and time of last change: as long as they stay the same, so does the hash.
type Stamp = (PathBuf, u64, Option<SystemTime>);

/// Hashes of files, each read once.
#[derive(Default)]
pub(super) struct FileHashes(Mutex<HashMap<Stamp, String>>);

impl FileHashes {
    /// BLAKE3 of every file that a game of this config reads, by file name.
    pub(super) fn of(&self, install: &Install, config: &GameConfig) -> Result<BTreeMap<String, String>, Violation> {
        let engine = install.executable();
        let folder = engine.parent().unwrap_or_else(|| Path::new("."));
        let game = config.game.clone().unwrap_or_else(|| folder.join("freedoom2.wad"));
        let own = [engine.clone(), folder.join("vizdoom.pk3"), game];
        let paths = own.into_iter().chain(config.source.clone()).chain(config.scenario.clone());
        paths.map(|path| Ok((name(&path), self.hash(&path)?))).collect()
    }

    fn hash(&self, path: &Path) -> Result<String, Violation> {
        let unreadable =
            |error: std::io::Error| Violation::new("scenario", format!("cannot read {}: {error}", path.display()));
        let meta = fs::metadata(path).map_err(unreadable)?;
        let stamp = (path.to_owned(), meta.len(), meta.modified().ok());
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(hash) = known.get(&stamp) {
            return Ok(hash.clone());
        }
        let mut hasher = blake3::Hasher::new();
        let mut file = fs::File::open(path).map_err(unreadable)?;
        std::io::copy(&mut file, &mut hasher).map_err(unreadable)?;
        let hash = hasher.finalize().to_hex().to_string();
        known.insert(stamp, hash.clone());
        Ok(hash)
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
