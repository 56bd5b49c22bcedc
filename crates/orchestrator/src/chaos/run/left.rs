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
    let shared_memory = shared_memory_of(&pids).into_iter().chain(segments_of(&pids)).collect();
    Left { processes, deaf: vec![], shared_memory, temporary: names(&home.scratch()) }
}

/// Names in /dev/shm of engines that one of these processes owned.
fn shared_memory_of(pids: &HashSet<u32>) -> Vec<String> {
    names(Path::new("/dev/shm")).into_iter().filter(|name| owner(name).is_some_and(|pid| pids.contains(&pid))).collect()
}

/// System V segments that one of these processes made, as PostgreSQL does.
fn segments_of(pids: &HashSet<u32>) -> Vec<String> {
    let table = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    table.lines().skip(1).filter_map(segment).filter(|(_, pid)| pids.contains(pid)).map(|(id, _)| id).collect()
}

/// The id and the maker of a segment, from a line of key, id, permissions, size and maker.
fn segment(line: &str) -> Option<(String, u32)> {
    let mut fields = line.split_whitespace().skip(1);
    let id = fields.next()?;
    Some((format!("segment {id}"), fields.nth(2)?.parse().ok()?))
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
        let line = "  1234567          7  600                    56   4321  4400      0   101   104";
        assert_eq!(segment(line), Some(("segment 7".to_owned(), 4321)));
    }
}
