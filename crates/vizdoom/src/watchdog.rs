//! The last resort against an engine that is stopped while it holds a queue's lock.
//!
//! Waiting on a condition variable ends by taking the lock again, and that wait has no
//! limit of its own. So a process-wide thread watches the waits: one that is long past its
//! limit gets its engine killed, which frees the robust lock and ends the wait.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// How often the waits are looked at.
const PERIOD: Duration = Duration::from_millis(500);
/// How long past its limit a wait is left to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// One engine under watch.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The process itself, not its id, which may be another's by the time of the kill.
    process: OwnedFd,
    /// When the current wait ends, in milliseconds since the epoch below; 0 for no wait.
    limit: AtomicU64,
}

impl Watch {
    /// Puts a child under watch.
    pub(crate) fn new(pid: u32) -> io::Result<Arc<Self>> {
        // SAFETY: a plain system call; a result that is no error is a new descriptor.
        let process = unsafe {
            let fd = libc::syscall(libc::SYS_pidfd_open, pid, 0);
            let fd = i32::try_from(fd).unwrap_or(-1);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            OwnedFd::from_raw_fd(fd)
        };
        let watch = Arc::new(Self { process, limit: AtomicU64::new(0) });
        watched()?.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&watch));
        Ok(watch)
    }

    /// Notes the start of a wait with this limit.
    pub(crate) fn begin(&self, since: Instant, limit: Duration) {
        self.limit.store(millis(since + limit + GRACE), Ordering::Relaxed);
    }

    /// Notes the end of a wait.
    pub(crate) fn end(&self) {
        self.limit.store(0, Ordering::Relaxed);
    }

    fn check(&self, now: u64) {
        let limit = self.limit.load(Ordering::Relaxed);
        if limit != 0 && now > limit {
            tracing::warn!("killing an engine that is stopped with its queue locked");
            let no_info = std::ptr::null::<libc::siginfo_t>();
            // SAFETY: a plain system call on an open descriptor; a dead process is fine.
            unsafe {
                libc::syscall(libc::SYS_pidfd_send_signal, self.process.as_raw_fd(), libc::SIGKILL, no_info, 0);
            }
        }
    }
}

type Watched = Mutex<Vec<Weak<Watch>>>;

/// Returns the list of engines under watch, starting the thread with the first.
fn watched() -> io::Result<&'static Watched> {
    static WATCHED: Watched = Mutex::new(Vec::new());
    static THREAD: OnceLock<Result<(), io::ErrorKind>> = OnceLock::new();
    let thread = THREAD.get_or_init(|| {
        let watcher = thread::Builder::new().name("engine-watchdog".to_owned());
        watcher.spawn(|| watch(&WATCHED)).map(drop).map_err(|error| error.kind())
    });
    (*thread).map(|()| &WATCHED).map_err(io::Error::from)
}

fn watch(watched: &Watched) {
    loop {
        thread::sleep(PERIOD);
        let now = millis(Instant::now());
        let mut list = watched.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|watch| match watch.upgrade() {
            Some(watch) => {
                watch.check(now);
                true
            }
            None => false,
        });
    }
}

/// Milliseconds since the first call, plus one so that no time is 0.
fn millis(time: Instant) -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let since = time.saturating_duration_since(*EPOCH.get_or_init(Instant::now));
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_wait_past_its_limit_ends_the_process() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let watch = Watch::new(child.id()).unwrap();
        assert!(child.try_wait().unwrap().is_none());

        watch.begin(Instant::now(), Duration::ZERO);

        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGKILL));
        watch.end();
    }
}
