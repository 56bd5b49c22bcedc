//! What a run leaves behind.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use crate::chaos::certificate::Left;
use crate::chaos::fleet::Home;
use crate::chaos::supervisor::{Supervisor, proc};

/// How long what was ended may take to be gone.
const SETTLE: Duration = Duration::from_secs(10);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Looks for what is left once everything was ended.
pub(super) async fn left(supervisor: &Supervisor, home: &Home, begun: SystemTime) -> Left {
    let until = Instant::now() + SETTLE;
    let mut processes = proc::below(&home.folder);
    while !processes.is_empty() && Instant::now() < until {
        sleep(LOOK).await;
        processes = proc::below(&home.folder);
    }
    let pids = supervisor.ever().await.into_iter().collect();
    let shared_memory = shared_memory_of(&pids).into_iter().chain(segments_of(&pids, begun)).collect();
    Left { processes, deaf: vec![], shared_memory, temporary: names(&home.scratch()) }
}

/// Names in /dev/shm of engines that one of these processes owned.
fn shared_memory_of(pids: &HashSet<u32>) -> Vec<String> {
    names(Path::new("/dev/shm")).into_iter().filter(|name| owner(name).is_some_and(|pid| pids.contains(&pid))).collect()
}

/// System V segments that one of these processes made, as PostgreSQL does. What is older than the run was made by a
/// process that had the same number.
fn segments_of(pids: &HashSet<u32>, begun: SystemTime) -> Vec<String> {
    let table = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let since = begun.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let segments = table.lines().skip(1).filter_map(Segment::read);
    let ours = segments.filter(|segment| pids.contains(&segment.maker) && segment.made >= since);
    ours.map(|segment| format!("segment {}", segment.id)).collect()
}

/// A System V segment.
#[derive(Debug, PartialEq, Eq)]
struct Segment {
    id: u32,
    maker: u32,
    /// In seconds since 1970.
    made: u64,
}

impl Segment {
    /// Of a line of the kernel's table: key, id, permissions, size, maker, last user, attached, four owners, times of
    /// the last attachment, detachment and change.
    fn read(line: &str) -> Option<Self> {
        let fields: Vec<_> = line.split_whitespace().collect();
        let field = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self { id: field(1)? as u32, maker: field(4)? as u32, made: field(13)? })
    }
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
        let line = "  1234567          7  600                    56   4321  4400      0   101   104   101   104 \
                    1764350000 1764350001 1764349999                  4096                     0";
        assert_eq!(Segment::read(line), Some(Segment { id: 7, maker: 4321, made: 1_764_349_999 }));
    }
}
