//! For how long a queue has confirmed nothing although its broker answers.

use std::time::Duration;

use tokio::time::Instant;

/// Tries that are farther apart than this do not follow each other: nobody asked in between.
const GAP: Duration = Duration::from_secs(30);

/// The tries since the last confirmation.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// When the first and the last of them began.
    tries: Option<(Instant, Instant)>,
}

impl Silence {
    /// A try begins. Returns for how long tries have followed each other in vain; zero for the first of them.
    pub(super) fn tried(&mut self, now: Instant) -> Duration {
        let first = match self.tries {
            Some((first, last)) if now.duration_since(last) <= GAP => first,
            _ => now,
        };
        self.tries = Some((first, now));
        now.duration_since(first)
    }

    /// The queue has confirmed something, or cannot be blamed.
    pub(super) fn end(&mut self) {
        self.tries = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_tries_that_follow_each_other_add_up() {
        let begun = Instant::now();
        let mut silence = Silence::default();
        assert_eq!(silence.tried(begun), Duration::ZERO);
        assert_eq!(silence.tried(begun + 5 * SECOND), 5 * SECOND);
        assert_eq!(silence.tried(begun + 31 * SECOND), 31 * SECOND);
        assert_eq!(silence.tried(begun + 31 * SECOND + GAP + SECOND), Duration::ZERO);

        silence.end();

        assert_eq!(silence.tried(begun + 63 * SECOND), Duration::ZERO);
    }
}
