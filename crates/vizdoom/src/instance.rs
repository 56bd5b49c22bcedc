//! Names of one engine: of its shared memory, and of the process that owns them.
//!
//! The id says whose it is, so that what a killed process left behind can be recognised:
//! `cd<pid namespace>x<pid>x<start time>x<number>`, in hex. Process ids are reused and
//! are the same in many containers; start time and namespace tell them apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::mapping::SHM_DIR;

const PREFIX: &str = "cd";
const KINDS: [&str; 3] = ["ViZDoomMQDoom", "ViZDoomMQCtr", "ViZDoomSM"];

/// The names of one engine. Unlinks what is left of them on drop.
#[derive(Debug)]
pub(crate) struct Instance {
    id: String,
}

impl Instance {
    /// Makes up a name that no other engine has.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self { id: format!("{}x{number:x}", own_prefix()) }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Queue from the driver to the engine.
    pub(crate) fn engine_inbox(&self) -> PathBuf {
        self.path(0)
    }

    /// Queue from the engine to the driver.
    pub(crate) fn engine_outbox(&self) -> PathBuf {
        self.path(1)
    }

    /// State and buffers.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(2)
    }

    /// Removes the names. Whoever has the objects open or mapped keeps them.
    pub(crate) fn unlink(&self) {
        for kind in 0..KINDS.len() {
            // Absent is fine: removed before, or never created.
            let _ = fs::remove_file(self.path(kind));
        }
    }

    fn path(&self, kind: usize) -> PathBuf {
        Path::new(SHM_DIR).join(format!("{}{}", KINDS[kind], self.id))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.unlink();
    }
}

/// Strips the engine's part of a shared memory name and returns the id.
pub(crate) fn id_of_shm_name(name: &str) -> Option<&str> {
    KINDS.iter().find_map(|kind| name.strip_prefix(kind))
}

/// Says whether an id is one of ours whose process is gone. Ids of other programs, and
/// of processes in other namespaces, are never ours.
pub(crate) fn is_stale(id: &str) -> bool {
    let Some((namespace, pid, started)) = parse(id) else {
        return false;
    };
    namespace == own_namespace() && start_time(pid) != Some(started)
}

fn parse(id: &str) -> Option<(u64, u32, u64)> {
    let mut parts = id.strip_prefix(PREFIX)?.split('x');
    let namespace = u64::from_str_radix(parts.next()?, 16).ok()?;
    let pid = u32::from_str_radix(parts.next()?, 16).ok()?;
    let started = u64::from_str_radix(parts.next()?, 16).ok()?;
    u64::from_str_radix(parts.next()?, 16).ok()?;
    parts.next().is_none().then_some((namespace, pid, started))
}

fn own_prefix() -> &'static str {
    static OWN: OnceLock<String> = OnceLock::new();
    OWN.get_or_init(|| {
        let pid = std::process::id();
        let started = start_time(pid).unwrap_or(0);
        format!("{PREFIX}{:x}x{pid:x}x{started:x}", own_namespace())
    })
}

/// Returns the inode of this process's pid namespace.
fn own_namespace() -> u64 {
    static OWN: OnceLock<u64> = OnceLock::new();
    *OWN.get_or_init(|| {
        let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let text = link.to_string_lossy();
        let digits = text.trim_start_matches("pid:[").trim_end_matches(']');
        digits.parse().unwrap_or(0)
    })
}

/// Returns when a process was started, in clock ticks since boot; none if it is gone.
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command name may hold blanks and brackets; the fields follow its last bracket.
    let fields = &stat[stat.rfind(')')? + 1..];
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    // Field 22 of the line; the state was field 3.
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_alive_and_distinct() {
        let (a, b) = (Instance::new(), Instance::new());
        assert_ne!(a.id(), b.id());
        assert!(!is_stale(a.id()));
        assert!(parse(a.id()).is_some());
    }

    #[test]
    fn dead_and_reused_process_ids_are_stale() {
        let namespace = own_namespace();
        assert!(is_stale(&format!("cd{namespace:x}x7fffffffx1x0")));
        assert!(is_stale(&format!("cd{namespace:x}x{:x}x1x0", std::process::id())));
    }

    #[test]
    fn names_of_others_are_not_ours() {
        for id in ["", "cd", "abcdefghij", "cd1", "cdx1x1x1", "cd1x7fffffffx1x0", "cdé"] {
            assert!(!is_stale(id), "{id}");
        }
    }
}
