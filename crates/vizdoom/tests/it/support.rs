//! What the tests share: the installed engine, folders, names.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// Returns what a process has in /dev/shm under this driver's names.
pub(crate) fn leftovers(pid: u32) -> Vec<String> {
    let owner = format!("x{pid:x}x");
    let entries = std::fs::read_dir("/dev/shm").unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("ViZDoom") && name.contains(&owner)).collect()
}

/// Says whether a process runs; a zombie does not.
pub(crate) fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// Waits until a condition holds; says whether it did in time.
pub(crate) fn holds_within(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + limit;
    while !condition() {
        if Instant::now() > until {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Sends a signal.
pub(crate) fn signal(pid: u32, signal: i32) {
    // SAFETY: a plain system call; the tests signal only processes they started.
    assert_eq!(unsafe { libc::kill(pid.cast_signed(), signal) }, 0);
}

/// What a helper process shall do; the variable is read by the helper tests only.
const HELPER: &str = "VIZDOOM_TEST_HELPER";
/// Where a helper process keeps its files, so that its parent can look and clean.
const HELPER_DIR: &str = "VIZDOOM_TEST_HELPER_DIR";

/// Runs one test of this binary as another process, told what to do.
pub(crate) fn helper(test: &str, task: &str, dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(HELPER, task)
        .env(HELPER_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Returns the folder of this process if it is a helper with this task.
pub(crate) fn helper_dir(task: &str) -> Option<PathBuf> {
    let mine = std::env::var_os(HELPER).is_some_and(|told| told == task);
    mine.then(|| std::env::var_os(HELPER_DIR).map(PathBuf::from))?
}
