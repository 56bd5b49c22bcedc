//! What `/proc` tells about processes.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// Children of a process that are alive, in the order they were started.
#[must_use]
pub fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let listed = lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>());
    let mut children: Vec<u32> = listed.filter(|&pid| is_running(pid)).collect();
    children.sort_unstable();
    children
}

/// Whether a process runs; one that has ended and waits for its parent does not.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    state(pid).is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Whether a process was stopped by a signal and not continued.
#[must_use]
pub fn is_stopped(pid: u32) -> bool {
    state(pid) == Some('T')
}

fn state(pid: u32) -> Option<char> {
    stat(pid)?.0
}

/// State and parent.
fn stat(pid: u32) -> Option<(Option<char>, Option<u32>)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name may hold blanks and brackets; the fields follow its last bracket.
    let mut fields = stat.rsplit_once(") ")?.1.split_whitespace();
    let state = fields.next().and_then(|field| field.chars().next());
    Some((state, fields.next().and_then(|field| field.parse().ok())))
}

/// A running child of `parent`, as itself: whoever gets its number later is somebody else.
#[derive(Debug)]
pub struct ChildHandle(OwnedFd);

impl ChildHandle {
    /// The child `pid` of `parent`; nothing if there is none.
    #[must_use]
    pub fn of(parent: u32, pid: u32) -> Option<Self> {
        let handle = pidfd_open(Pid::from_raw(i32::try_from(pid).ok()?)?, PidfdFlags::empty()).ok()?;
        // Looked at after it was opened: it is the process that the handle stands for.
        (stat(pid)?.1 == Some(parent)).then_some(Self(handle))
    }

    /// Sends it a signal; false if it has ended.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> bool {
        pidfd_send_signal(&self.0, signal).is_ok()
    }
}

/// Running processes, besides this one, that work below `folder` or were told to keep temporary files there.
#[must_use]
pub fn below(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let own = std::process::id();
    pids.filter(|&pid| pid != own && is_running(pid) && belongs(pid, folder)).collect()
}

fn belongs(pid: u32, folder: &Path) -> bool {
    let works = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd: PathBuf| cwd.starts_with(folder));
    let marker = [b"TMPDIR=", folder.as_os_str().as_bytes()].concat();
    let told = |environ: Vec<u8>| environ.split(|&byte| byte == 0).any(|variable| variable.starts_with(&marker));
    works || fs::read(format!("/proc/{pid}/environ")).is_ok_and(told)
}
