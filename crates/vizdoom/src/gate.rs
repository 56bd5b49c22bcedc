//! The start-up gate: starting an engine loads 30 MB and takes a core for a while, so
//! no more start at once than there are cores.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// 0 until it was set or first used.
    limit: usize,
    starting: usize,
}

static GATE: Gate = Gate { state: Mutex::new(State { limit: 0, starting: 0 }), changed: Condvar::new() };

/// Sets how many engines of this process may start at once, at least one. The default is
/// the number of cores.
pub fn set_start_limit(limit: usize) {
    state().limit = limit.max(1);
    GATE.changed.notify_all();
}

/// A place among the starting engines; given back on drop.
pub(crate) struct Pass(());

/// Waits for a place. Every holder has a start timeout, so the wait ends.
pub(crate) fn enter() -> Pass {
    let mut state = state();
    if state.limit == 0 {
        state.limit = cores();
    }
    while state.starting >= state.limit {
        state = GATE.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state.starting += 1;
    Pass(())
}

impl Drop for Pass {
    fn drop(&mut self) {
        state().starting -= 1;
        GATE.changed.notify_one();
    }
}

fn state() -> MutexGuard<'static, State> {
    GATE.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts all cores: a thread pinned to one must not shrink the gate for the others.
fn cores() -> usize {
    // SAFETY: a plain query.
    let cores = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    usize::try_from(cores).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_than_the_limit_are_inside() {
        set_start_limit(2);
        let inside = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);

        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _pass = enter();
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(2));
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });

        assert!(most.load(Ordering::SeqCst) <= 2);
    }
}
