//! The trace of a run: a hash over every step, and the steps themselves where somebody wants to read them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// Most lines that are kept.
const LINES: usize = 20_000;

/// The trace of a run.
pub(crate) struct Journal {
    begun: Instant,
    state: Mutex<State>,
    /// Whether lines are kept.
    told: bool,
}

struct State {
    hasher: blake3::Hasher,
    steps: u64,
    lines: VecDeque<String>,
}

impl Journal {
    pub(crate) fn new(told: bool) -> Self {
        let state = State { hasher: blake3::Hasher::new(), steps: 0, lines: VecDeque::new() };
        Self { begun: Instant::now(), state: Mutex::new(state), told }
    }

    /// Milliseconds of simulated time since the start of the run.
    pub(crate) fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }

    /// Takes a step down: who did what, to what, and what came of it.
    pub(crate) fn note(&self, who: &str, what: &str, about: u128, outcome: &str) {
        let now = self.now_ms();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.steps += 1;
        let State { hasher, .. } = &mut *state;
        for part in [who.as_bytes(), what.as_bytes(), outcome.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.update(&now.to_le_bytes());
        hasher.update(&about.to_le_bytes());
        if self.told {
            if state.lines.len() == LINES {
                state.lines.pop_front();
            }
            let about = (about >> 96) as u32;
            state
                .lines
                .push_back(format!("{:>9.3} s  {who:<12} {what:<18} {about:08x}  {outcome}", now as f64 / 1000.0));
        }
    }

    /// The hash over all steps, and how many there were.
    pub(crate) fn finish(&self) -> Trace {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut state.lines);
        Trace { hash: *state.hasher.finalize().as_bytes(), steps: state.steps, lines: lines.into() }
    }
}

/// What is left of a run.
#[derive(Clone)]
pub(crate) struct Trace {
    pub(crate) hash: [u8; 32],
    pub(crate) steps: u64,
    pub(crate) lines: Vec<String>,
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
