//! A process: tasks that stand still together and die together.
//!
//! What a process does is seen only at its ports. So a frozen one is held there, while its own timers go on, and a dead
//! one never passes them again; its tasks are dropped besides.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

/// Index of whoever is at the command line, who is not among the processes of a run.
const CLIENT: usize = usize::MAX;

/// Whether a process may pass its ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    Frozen,
    Dead,
}

/// One life of a process, from its start to its end.
pub(crate) struct Process {
    /// Which of the run's processes it is.
    pub(crate) index: usize,
    /// Name in claims and traces; every life has its own.
    pub(crate) name: String,
    /// Asks it to stop.
    pub(crate) stop: CancellationToken,
    life: Mutex<Life>,
    /// Not a watch channel: that one wakes those who wait in an order of its own, which is random.
    changed: Notify,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Process {
    pub(crate) fn new(index: usize, name: String) -> Self {
        let life = Mutex::new(Life::Running);
        Self { index, name, stop: CancellationToken::new(), life, changed: Notify::new(), tasks: Mutex::default() }
    }

    pub(crate) fn client() -> Self {
        Self::new(CLIENT, "client".to_owned())
    }

    /// Whether it is whoever is at the command line, who is spared.
    pub(crate) fn is_client(&self) -> bool {
        self.index == CLIENT
    }

    pub(crate) fn owns(&self, task: AbortHandle) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    pub(crate) fn life(&self) -> Life {
        *self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the process may go on; for ever if it is dead.
    pub(crate) async fn pass(&self) {
        while self.life() != Life::Running {
            // Nothing comes between the look and the wait: all of a run is on one thread.
            self.changed.notified().await;
        }
    }

    /// Lets it run, stand still or die, and says whether that is news. The dead stay dead.
    pub(crate) fn set(&self, next: Life) -> bool {
        let mut life = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = *life != Life::Dead && *life != next;
        if changes {
            *life = next;
            self.changed.notify_waiters();
        }
        changes
    }

    /// Drops its tasks. The one that calls this ends at its next wait.
    pub(crate) fn end(&self) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }

    /// Whether its tasks have come to their end.
    pub(crate) fn is_over(&self) -> bool {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).iter().all(AbortHandle::is_finished)
    }
}
