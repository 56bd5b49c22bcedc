//! The engine's own working directory: two engines in one would share settings files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::instance::{self, Instance};

/// A directory named after its engine; removed on drop.
#[derive(Debug)]
pub(crate) struct WorkDir {
    path: PathBuf,
}

impl WorkDir {
    pub(crate) fn create(root: &Path, instance: &Instance) -> Result<Self, Error> {
        let failed = |path: &Path| format!("cannot create the working directory {}", path.display());
        fs::create_dir_all(root).map_err(Error::io(failed(root)))?;
        // Absolute, because the engine runs in it and gets paths below it.
        let root = fs::canonicalize(root).map_err(Error::io(failed(root)))?;
        let path = root.join(instance.id());
        fs::create_dir(&path).map_err(Error::io(failed(&path)))?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "working directory not removed");
        }
    }
}

/// Removes the directories of dead processes below `root`; returns their paths.
pub(crate) fn clean_stale(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(instance::is_stale))
        .map(|entry| entry.path())
        .filter(|path| fs::remove_dir_all(path).is_ok())
        .map(|path| path.display().to_string())
        .collect()
}
