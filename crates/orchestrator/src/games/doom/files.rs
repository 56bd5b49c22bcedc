//! Content hashes of the files that a scenario is made of.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use domain::Violation;
use domain::experiment::ScenarioSpec;
use vizdoom::{GameConfig, Install};

use crate::user_files::FilePaths;

/// Path, length and time of last change: as long as they stay the same, so does the hash.
type Stamp = (PathBuf, u64, Option<SystemTime>);

/// Hashes of files, each read once.
#[derive(Default)]
pub(super) struct FileHashes(Mutex<HashMap<Stamp, String>>);

impl FileHashes {
    /// BLAKE3 of every file that a game of this config reads: those that come with the engine by file name, those of a
    /// user's own by `own/` and their name. The latter are named by their content, which was compared with it.
    pub(super) fn of(
        &self,
        install: &Install,
        files: &dyn FilePaths,
        scenario: &ScenarioSpec,
        config: &GameConfig,
    ) -> Result<BTreeMap<String, String>, Violation> {
        let own = scenario.own_files();
        let engine = install.executable();
        let folder = engine.parent().unwrap_or_else(|| Path::new("."));
        let game = config.game.clone().unwrap_or_else(|| folder.join("freedoom2.wad"));
        let all = [engine.clone(), folder.join("vizdoom.pk3"), game];
        let all = all.into_iter().chain(config.source.clone()).chain(config.scenario.clone());
        let shipped = all.filter(|path| !own.iter().any(|file| files.path(&file.blake3) == *path));
        let own = own.iter().map(|file| Ok((format!("own/{}", file.name), file.blake3.to_string())));
        shipped.map(|path| Ok((name(&path), self.hash(&path)?))).chain(own).collect()
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
