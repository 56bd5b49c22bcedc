//! What the tests share: the installed engine, folders, names.

use std::path::{Path, PathBuf};

use vizdoom::{GameConfig, Install, StartOptions};

/// Returns the workspace's root.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Opens the installed engine, or says how to get it.
pub(crate) fn install() -> Install {
    let root = std::env::var_os("CLAUDOOM_ENGINE_DIR").map_or_else(|| workspace().join(".data/engine"), PathBuf::from);
    Install::open(&root).unwrap_or_else(|error| {
        panic!(
            "{error}\nthe tests play the real engine: install it to {} with `orchestrator engine \
             install`, or set CLAUDOOM_ENGINE_DIR",
            root.display()
        )
    })
}

/// Returns a shipped scenario's config.
pub(crate) fn scenario(name: &str) -> GameConfig {
    install().scenario(name).unwrap()
}

/// Returns start options with a folder that goes with the test.
pub(crate) fn options() -> (tempfile::TempDir, StartOptions) {
    let dir = tempfile::tempdir().unwrap();
    let options = StartOptions::new(dir.path());
    (dir, options)
}
