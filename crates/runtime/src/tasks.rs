//! Supervised tasks: each has a name, an owner and a written answer to "what if it fails?".
//!
//! [`Tasks`] is passed as a value. A task is a factory of futures, so that it can be started again; it gets the token
//! that tells it to end. A panic is an error like any other.

use std::{
    collections::BTreeMap,
    fmt::Display,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::FutureExt as _;
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument as _, error, info_span, warn};

use crate::retry::{Backoff, Jitter};

/// What happens when a task fails. A task that returns `Ok` has ended as meant, whatever its policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OnError {
    /// The failure is logged; the others go on. For work whose loss concerns nobody else: one session, one request.
    Log,
    /// The task is started again after a wait that grows while it keeps failing. For relays and consumers.
    Restart(Backoff),
    /// Everything is asked to stop. For tasks without which the daemon has no purpose: the server.
    Shutdown,
}

/// The failure that stopped everything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task {task} failed: {reason}")]
pub struct TaskFailure {
    /// The task.
    pub task: String,
    /// Its error or panic message.
    pub reason: String,
}

/// The tasks of a daemon, or of a part of it.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    token: CancellationToken,
    tracker: TaskTracker,
    next_id: AtomicU64,
    running: Mutex<BTreeMap<u64, Running>>,
    failure: Mutex<Option<TaskFailure>>,
}

#[derive(Debug)]
struct Running {
    name: String,
    abort: Option<AbortHandle>,
}

impl Tasks {
    /// Starts with no tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts with no tasks; they are asked to stop when `token` is cancelled, for a part of a daemon:
    /// `Tasks::under(parent.token().child_token())`.
    pub fn under(token: CancellationToken) -> Self {
        Self { inner: Arc::new(Inner { token, ..Inner::default() }) }
    }

    /// Returns the token that is cancelled when the tasks are asked to stop.
    pub fn token(&self) -> &CancellationToken {
        &self.inner.token
    }

    /// Returns the failure of a task with [`OnError::Shutdown`], if that is why the token was cancelled.
    pub fn failure(&self) -> Option<TaskFailure> {
        lock(&self.inner.failure).clone()
    }

    /// Returns the names of the tasks that run now.
    pub fn running(&self) -> Vec<String> {
        lock(&self.inner.running).values().map(|task| task.name.clone()).collect()
    }

    /// Starts a task. The factory is called once per start with the token that ends the task.
    pub fn spawn<F, Fut, E>(&self, name: impl Into<String>, on_error: OnError, mut factory: F)
    where
        F: FnMut(CancellationToken) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let (name, inner) = (name.into(), Arc::clone(&self.inner));
        let id = inner.next_id.fetch_add(1, Ordering::Relaxed);
        // Entered before the task exists: however soon it ends, its entry is there to be removed.
        lock(&inner.running).insert(id, Running { name: name.clone(), abort: None });
        let entry = Entry { inner: Arc::clone(&inner), id };
        let span = info_span!("task", task = %name);
        let task = async move {
            let _entry = entry;
            let token = inner.token.clone();
            let mut failures = 0;
            loop {
                let begun = Instant::now();
                let attempt = AssertUnwindSafe(async { factory(token.clone()).await });
                let reason = match attempt.catch_unwind().await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(panic) => format!("panicked: {}", panic_message(panic.as_ref())),
                };
                match on_error {
                    OnError::Log => return error!(task = %name, error = %reason, "task failed"),
                    OnError::Shutdown => {
                        error!(task = %name, error = %reason, "task failed, stopping");
                        lock(&inner.failure).get_or_insert(TaskFailure { task: name, reason });
                        return token.cancel();
                    }
                    OnError::Restart(backoff) => {
                        // A task that ran well for longer than the longest wait starts from the first wait again.
                        failures = if begun.elapsed() > backoff.cap { 0 } else { failures };
                        let wait = backoff.delay(failures, Jitter::random().next_unit());
                        failures += 1;
                        warn!(task = %name, error = %reason, wait_ms = wait.as_millis() as u64, "task failed, restarting");
                        if token.run_until_cancelled(sleep(wait)).await.is_none() {
                            return;
                        }
                    }
                }
            }
        };
        let handle = self.inner.tracker.spawn(task.instrument(span));
        if let Some(running) = lock(&self.inner.running).get_mut(&id) {
            running.abort = Some(handle.abort_handle());
        }
    }

    /// Asks all tasks to stop and waits for them. Those that have not stopped at the deadline are aborted; their names
    /// are returned.
    pub async fn shutdown(&self, deadline: Duration) -> Vec<String> {
        self.inner.token.cancel();
        self.inner.tracker.close();
        if timeout(deadline, self.inner.tracker.wait()).await.is_ok() {
            return Vec::new();
        }
        let running = lock(&self.inner.running);
        running.values().filter_map(|task| task.abort.as_ref()).for_each(AbortHandle::abort);
        running.values().map(|task| task.name.clone()).collect()
    }
}

/// Takes the task out of the list of running ones, however it ends.
struct Entry {
    inner: Arc<Inner>,
    id: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.inner.running).remove(&self.id);
    }
}

/// The maps stay consistent when a holder panics, so poison carries no information.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    type Outcome = Result<(), String>;

    #[tokio::test(start_paused = true)]
    async fn tasks_that_listen_end_at_shutdown() {
        let tasks = Tasks::new();
        tasks.spawn("listener", OnError::Log, |token| async move {
            token.cancelled().await;
            Outcome::Ok(())
        });

        let left = tasks.shutdown(Duration::from_secs(1)).await;

        assert!(left.is_empty());
        assert!(tasks.running().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_that_do_not_stop_are_named_and_aborted() {
        let tasks = Tasks::new();
        tasks.spawn("deaf", OnError::Log, |_| std::future::pending::<Outcome>());

        let left = tasks.shutdown(Duration::from_secs(5)).await;
        tasks.inner.tracker.wait().await;

        assert_eq!(left, ["deaf"]);
        assert!(tasks.running().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn restarted_task_comes_back_after_errors_and_panics() {
        let (tasks, starts) = (Tasks::new(), Arc::new(AtomicU32::new(0)));
        let (done, finished) = tokio::sync::oneshot::channel();
        let (counter, mut done) = (Arc::clone(&starts), Some(done));

        tasks.spawn("relay", OnError::Restart(Backoff::default()), move |_| {
            let start = counter.fetch_add(1, Ordering::Relaxed);
            let done = if start == 2 { done.take() } else { None };
            async move {
                match start {
                    0 => Err("broker is away".to_owned()),
                    1 => panic!("unlucky"),
                    _ => done.unwrap().send(()).map_err(|()| "nobody waits".to_owned()),
                }
            }
        });
        finished.await.unwrap();

        assert_eq!(starts.load(Ordering::Relaxed), 3);
        assert!(tasks.failure().is_none());
        assert!(!tasks.token().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_restart_does_not_delay_shutdown() {
        let tasks = Tasks::new();
        let slow = Backoff { first: Duration::from_secs(3_600), factor: 1.0, cap: Duration::from_secs(3_600) };
        tasks.spawn("relay", OnError::Restart(slow), |_| async { Outcome::Err("down".to_owned()) });
        tokio::task::yield_now().await;

        let begun = Instant::now();
        let left = tasks.shutdown(Duration::from_secs(10)).await;

        assert!(left.is_empty());
        assert!(begun.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn indispensable_task_stops_everything_and_says_why() {
        let tasks = Tasks::new();
        tasks.spawn("server", OnError::Shutdown, |_| async {
            if true {
                panic!("no more sockets");
            }
            Outcome::Ok(())
        });

        tasks.token().cancelled().await;

        let failure = tasks.failure().unwrap();
        assert_eq!(failure.to_string(), "task server failed: panicked: no more sockets");
    }

    #[tokio::test(start_paused = true)]
    async fn logged_failure_leaves_the_others_alone() {
        let tasks = Tasks::new();
        tasks.spawn("session", OnError::Log, |_| async { Outcome::Err("peer left".to_owned()) });
        tasks.spawn("other", OnError::Log, |token| async move {
            token.cancelled().await;
            Outcome::Ok(())
        });

        tokio::time::sleep(Duration::from_secs(1)).await;

        assert_eq!(tasks.running(), ["other"]);
        assert!(!tasks.token().is_cancelled());
    }
}
