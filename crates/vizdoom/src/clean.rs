//! Removal of what killed processes left behind.

use std::fs;
use std::path::Path;

use crate::instance;
use crate::mapping::SHM_DIR;
use crate::work_dir;

/// Removes shared memory, and working directories below `work_root`, of engines whose
/// owner is dead. Only names of this driver are touched, never another program's.
/// Returns the paths that were removed.
pub fn clean_stale(work_root: Option<&Path>) -> Vec<String> {
    let mut removed = clean_shared_memory();
    if let Some(root) = work_root {
        removed.extend(work_dir::clean_stale(root));
    }
    if !removed.is_empty() {
        tracing::info!(count = removed.len(), "removed what killed processes left behind");
    }
    removed
}

fn clean_shared_memory() -> Vec<String> {
    let entries = fs::read_dir(SHM_DIR).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            let name = entry.file_name();
            let id = name.to_str().and_then(instance::id_of_shm_name);
            id.is_some_and(instance::is_stale)
        })
        .map(|entry| entry.path())
        .filter(|path| fs::remove_file(path).is_ok())
        .map(|path| path.display().to_string())
        .collect()
}
