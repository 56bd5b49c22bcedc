//! Trying again: how long to wait, how often, and for how long in all.
//!
//! Waits are jittered, so that many clients of one server that failed do not come back at the same moment. Nothing
//! that is computed here may reach a result: only when something happens depends on it.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// Growing waits: `first`, then times `factor`, at most `cap`, each multiplied by a random part (full jitter).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Longest wait before the first repetition.
    pub first: Duration,
    /// Growth from one wait to the next, at least 1.
    pub factor: f64,
    /// Longest wait of all.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(10) }
    }
}

impl Backoff {
    /// Returns the longest wait before repetition `attempt`, counted from 0.
    pub fn ceiling(&self, attempt: u32) -> Duration {
        let exponent = i32::try_from(attempt).unwrap_or(i32::MAX);
        let seconds = self.first.as_secs_f64() * self.factor.max(1.0).powi(exponent);
        if seconds < self.cap.as_secs_f64() { Duration::from_secs_f64(seconds) } else { self.cap }
    }

    /// Returns the wait before repetition `attempt`; `jitter` is in `[0, 1)`.
    pub fn delay(&self, attempt: u32, jitter: f64) -> Duration {
        self.ceiling(attempt).mul_f64(jitter.clamp(0.0, 1.0))
    }
}

/// A small generator for jitter (splitmix64). Not for anything that a result depends on.
#[derive(Clone, Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// Starts at a seed, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Starts somewhere else in every process and every call.
    pub fn random() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// Returns the next number in `[0, 1)`.
    pub fn next_unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The waits of whoever tries until it succeeds: they grow from failure to failure and begin again after a success.
#[derive(Clone, Debug)]
pub struct Waits {
    backoff: Backoff,
    jitter: Jitter,
    failures: u32,
}

impl Waits {
    /// Begins with the first wait of `backoff`.
    pub fn new(backoff: Backoff) -> Self {
        Self::with_jitter(backoff, Jitter::random())
    }

    /// Like [`Waits::new`], with jitter from the caller.
    pub fn with_jitter(backoff: Backoff, jitter: Jitter) -> Self {
        Self { backoff, jitter, failures: 0 }
    }

    /// Returns the wait after one more failure.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.backoff.delay(self.failures, self.jitter.next_unit());
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// Waits after one more failure; false, and at once, if that would last until `deadline`.
    pub async fn pause_before(&mut self, deadline: Instant) -> bool {
        let until = Instant::now() + self.next_wait();
        if until >= deadline {
            return false;
        }
        sleep_until(until).await;
        true
    }

    /// Begins again, after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// How often and how long to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Waits between tries.
    pub backoff: Backoff,
    /// Repetitions after the first try.
    pub retries: u32,
    /// Time for all tries and waits together.
    pub deadline: Option<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { backoff: Backoff::default(), retries: 3, deadline: None }
    }
}

/// Why [`retry`] gave up.
#[derive(Debug, thiserror::Error)]
pub enum RetryError<E> {
    /// The last try failed and no further one is due.
    #[error("{error} (tries: {tries})")]
    Failed {
        /// What the last try said.
        error: E,
        /// Tries made.
        tries: u32,
    },
    /// The overall deadline passed.
    #[error("no success within {limit:?} (tries: {tries}); last error: {}", .last.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string))]
    Deadline {
        /// The overall deadline.
        limit: Duration,
        /// Tries begun.
        tries: u32,
        /// What the last finished try said.
        last: Option<E>,
    },
}

impl<E> RetryError<E> {
    /// Returns what the last finished try said.
    pub fn into_last(self) -> Option<E> {
        match self {
            Self::Failed { error, .. } => Some(error),
            Self::Deadline { last, .. } => last,
        }
    }
}

/// What an error asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Trying again is pointless.
    No,
    /// Try again after the next wait of the backoff.
    Yes,
    /// Try again, but not sooner than this: the other side said so.
    After(Duration),
}

impl From<bool> for Retry {
    fn from(retryable: bool) -> Self {
        if retryable { Self::Yes } else { Self::No }
    }
}

/// Runs `op` until it succeeds, an error is not worth repeating, or the policy ends it. `judge` returns a `bool` or
/// a [`Retry`].
pub async fn retry<T, E, J, F, Fut>(policy: &RetryPolicy, judge: impl Fn(&E) -> J, op: F) -> Result<T, RetryError<E>>
where
    J: Into<Retry>,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    retry_with(policy, &mut Jitter::random(), judge, op).await
}

/// Like [`retry`], with jitter from the caller.
pub async fn retry_with<T, E, J, F, Fut>(
    policy: &RetryPolicy,
    jitter: &mut Jitter,
    judge: impl Fn(&E) -> J,
    mut op: F,
) -> Result<T, RetryError<E>>
where
    J: Into<Retry>,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let end = policy.deadline.map(|limit| (Instant::now() + limit, limit));
    let mut last = None;
    let mut tries = 0;
    loop {
        tries += 1;
        let outcome = match end {
            None => op().await,
            Some((at, limit)) => match timeout_at(at, op()).await {
                Ok(outcome) => outcome,
                Err(_) => return Err(RetryError::Deadline { limit, tries, last }),
            },
        };
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let wait = match judge(&error).into() {
            Retry::No => return Err(RetryError::Failed { error, tries }),
            _ if tries > policy.retries => return Err(RetryError::Failed { error, tries }),
            Retry::Yes => policy.backoff.delay(tries - 1, jitter.next_unit()),
            Retry::After(wait) => wait.max(policy.backoff.delay(tries - 1, jitter.next_unit())),
        };
        if let Some((at, limit)) = end
            && Instant::now() + wait >= at
        {
            // Waiting would only spend the caller's time: no try fits in what is left.
            return Err(RetryError::Deadline { limit, tries, last: Some(error) });
        }
        last = Some(error);
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn policy(retries: u32, deadline: Option<Duration>) -> RetryPolicy {
        RetryPolicy { retries, deadline, ..RetryPolicy::default() }
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let backoff = Backoff::default();

        let ceilings: Vec<u64> = (0..9).map(|attempt| backoff.ceiling(attempt).as_millis() as u64).collect();

        assert_eq!(ceilings, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        assert_eq!(backoff.ceiling(u32::MAX), Duration::from_secs(10));
        assert_eq!(backoff.delay(1, 0.5), Duration::from_millis(100));
    }

    #[test]
    fn jitter_fills_the_unit_interval() {
        let mut jitter = Jitter::seeded(7);

        let draws: Vec<f64> = (0..10_000).map(|_| jitter.next_unit()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;

        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }

    #[test]
    fn waits_grow_until_something_succeeds() {
        let backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_millis(300) };
        let mut waits = Waits::new(backoff);

        for ceiling in [100, 200, 300, 300] {
            assert!(waits.next_wait() <= Duration::from_millis(ceiling));
        }
        waits.reset();

        assert!(waits.next_wait() <= Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_lasts_until_the_deadline() {
        let steady = Backoff { first: Duration::from_secs(1), factor: 1.0, cap: Duration::from_secs(1) };
        let mut waits = Waits::with_jitter(steady, Jitter::seeded(7));
        let deadline = Instant::now() + Duration::from_secs(10);

        let mut pauses = 0;
        while waits.pause_before(deadline).await {
            pauses += 1;
        }

        assert!(pauses >= 10 && Instant::now() < deadline, "{pauses}");
    }

    #[tokio::test(start_paused = true)]
    async fn third_try_succeeds() {
        let calls = Cell::new(0);

        let result = retry(
            &policy(3, None),
            |_: &&str| true,
            || async {
                calls.set(calls.get() + 1);
                if calls.get() < 3 { Err("down") } else { Ok(calls.get()) }
            },
        )
        .await;

        assert_eq!(result.unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn permanent_error_is_not_repeated() {
        let result = retry(&policy(3, None), |_: &&str| false, || async { Err::<(), _>("bad request") }).await;

        assert!(matches!(result, Err(RetryError::Failed { tries: 1, error: "bad request" })));
    }

    #[tokio::test(start_paused = true)]
    async fn tries_are_counted() {
        let result = retry(&policy(3, None), |_: &&str| true, || async { Err::<(), _>("down") }).await;

        assert_eq!(result.unwrap_err().to_string(), "down (tries: 4)");
    }

    #[tokio::test(start_paused = true)]
    async fn deadline_ends_a_try_that_hangs() {
        let start = Instant::now();

        let result = retry(
            &policy(3, Some(Duration::from_secs(2))),
            |_: &&str| true,
            || async { std::future::pending::<Result<(), &str>>().await },
        )
        .await;

        assert!(matches!(result, Err(RetryError::Deadline { tries: 1, last: None, .. })));
        assert_eq!(start.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn wait_that_does_not_fit_is_not_begun() {
        let start = Instant::now();
        let asks_for_a_minute = |_: &&str| Retry::After(Duration::from_secs(60));

        let result =
            retry(&policy(3, Some(Duration::from_secs(5))), asks_for_a_minute, || async { Err::<(), _>("busy") }).await;

        assert_eq!(result.unwrap_err().into_last(), Some("busy"));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn wait_the_server_asks_for_is_kept() {
        let start = Instant::now();
        let asks = |_: &&str| Retry::After(Duration::from_secs(3));

        let _ = retry(&policy(2, None), asks, || async { Err::<(), _>("busy") }).await;

        assert_eq!(start.elapsed(), Duration::from_secs(6));
    }
}
