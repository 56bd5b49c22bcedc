//! Delays between attempts: exponential, capped, and jittered so that many clients do not come back at once.

use std::time::Duration;

use uuid::Uuid;

/// A growing delay. The random half never influences a result, only when something is tried again.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    cap: Duration,
    current: Duration,
}

impl Backoff {
    /// Begins at `first` and doubles up to `cap`.
    pub(crate) fn new(first: Duration, cap: Duration) -> Self {
        Self { first, cap, current: first }
    }

    /// The next delay, between half of the current step and all of it.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let step = self.current;
        self.current = (step * 2).min(self.cap);
        jittered(step)
    }

    /// Begins again, after a success.
    pub(crate) fn reset(&mut self) {
        self.current = self.first;
    }
}

/// Between half of `delay` and all of it.
fn jittered(delay: Duration) -> Duration {
    // A random UUID is the workspace's source of operating system randomness.
    let random = (Uuid::new_v4().as_u128() >> 96) as u32;
    delay.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}

/// The delay before attempt number `attempt`, for clients that count attempts themselves.
pub(crate) fn delay_of_attempt(attempt: usize, first: Duration, cap: Duration) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    jittered((first * (1 << doublings)).min(cap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_cap_and_starts_again() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(300));

        let delays: Vec<_> = (0..4).map(|_| backoff.next_delay().as_millis()).collect();

        for (delay, step) in delays.iter().zip([100, 200, 300, 300]) {
            assert!((step / 2..=step).contains(delay), "{delay} is not within the step {step}");
        }
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_millis(100));
        let far = delay_of_attempt(usize::MAX, Duration::from_millis(1), Duration::from_secs(1));
        assert!(far <= Duration::from_secs(1));
    }
}
