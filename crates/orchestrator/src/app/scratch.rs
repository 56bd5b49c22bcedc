//! Folders for what lives only as long as the process: sockets, working folders of engines.

use std::fs;
use std::path::Path;

const PREFIX: &str = "claudoom-";

/// A folder of this process; removed when it is dropped. Its name holds the process id, so that what a killed process
/// left behind can be told from what is in use.
///
/// # Errors
/// If the system's folder for temporary files cannot be written to.
pub fn create() -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir()
}

/// Removes the folders of processes that are gone; returns how many.
pub fn clean() -> usize {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let stale = entries.filter(|entry| entry.file_name().to_str().and_then(owner).is_some_and(is_gone));
    stale.filter(|entry| fs::remove_dir_all(entry.path()).is_ok()).count()
}

fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split_once('-')?.0.parse().ok()
}

fn is_gone(pid: u32) -> bool {
    !Path::new("/proc").join(pid.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_dead_processes_are_removed() {
        let mine = create().unwrap();
        let dead = std::env::temp_dir().join(format!("{PREFIX}4194999-{}", std::process::id()));
        fs::create_dir(&dead).unwrap();

        clean();

        assert!(mine.path().exists() && !dead.exists());
        assert_eq!(owner("claudoom-12-x"), Some(12));
        assert_eq!(owner("claudoom-x"), None);
    }
}
