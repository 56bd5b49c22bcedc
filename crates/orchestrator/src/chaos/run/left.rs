//! What a run leaves behind.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::chaos::certificate::Left;
use crate::chaos::fleet::Home;
use crate::chaos::supervisor::{Supervisor, proc};

/// How long what was ended may take to be gone.
const SETTLE: Duration = Duration::from_secs(10);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Looks for what is left once everything was ended.
pub(super) async fn left(supervisor: &Supervisor, home: &Home) -> Left {
    let until = Instant::now() + SETTLE;
    let mut processes = proc::below(&home.folder);
    while !processes.is_empty() && Instant::now() < until {
        sleep(LOOK).await;
        processes = proc::below(&home.folder);
    }
    let pids = supervisor.ever().await.into_iter().collect();
    Left { processes, deaf: vec![], shared_memory: shared_memory_of(&pids), temporary: names(&home.scratch()) }
}

/// Names in /dev/shm of engines that one of these processes owned.
fn shared_memory_of(pids: &HashSet<u32>) -> Vec<String> {
    names(Path::new("/dev/shm")).into_iter().filter(|name| owner(name).is_some_and(|pid| pids.contains(&pid))).collect()
}

/// The process in the name of shared memory, `ViZDoom...cd<namespace>x<pid>x<start>x<number>` in hex.
fn owner(name: &str) -> Option<u32> {
    let id = name.strip_prefix("ViZDoom")?;
    u32::from_str_radix(id.split('x').nth(1)?, 16).ok()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_names_its_owner() {
        assert_eq!(owner("ViZDoomMQCtrcdf0000001x1a2bx5f0x3"), Some(0x1a2b));
        assert_eq!(owner("ViZDoomSMabcdefghij"), None);
        assert_eq!(owner("sem.other"), None);
    }
}
