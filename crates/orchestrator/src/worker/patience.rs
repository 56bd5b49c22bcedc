//! Waiting for a store that is away, with a job in hand.
//!
//! A job that is held is one message that does not come back again and again, which would count against it; and scores
//! that are held are not played twice.

use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Longest wait with a job in hand; the broker takes back what is held for half an hour.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a lane waits for the store: until it is there, the worker stops, or the wait is too long.
pub(super) struct Patience<'a> {
    stop: &'a CancellationToken,
    deadline: Instant,
}

impl<'a> Patience<'a> {
    pub(super) fn new(stop: &'a CancellationToken) -> Self {
        Self { stop, deadline: Instant::now() + LONGEST }
    }

    /// Calls until the store answers, whatever it says.
    ///
    /// # Errors
    /// What the store said last.
    pub(super) async fn wait<T, F: Future<Output = PortResult<T>>>(self, call: impl Fn() -> F) -> PortResult<T> {
        loop {
            let error = match call().await {
                Err(error) if is_away(&error) => error,
                answer => return answer,
            };
            tracing::debug!(%error, "a job in hand waits for the store");
            if Instant::now() + PAUSE >= self.deadline || self.stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                return Err(error);
            }
        }
    }
}

/// Whether something that is needed is away.
pub(super) fn is_away(error: &PortError) -> bool {
    matches!(error.kind, ErrorKind::Unavailable | ErrorKind::DeadlineExceeded)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn away() -> PortError {
        PortError::new(ErrorKind::Unavailable, "away")
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_comes_back_gets_its_call() {
        let (stop, calls) = (CancellationToken::new(), Cell::new(0));
        let answer = Patience::new(&stop).wait(|| async {
            calls.set(calls.get() + 1);
            if calls.get() < 50 { Err(away()) } else { Ok(calls.get()) }
        });
        assert_eq!(answer.await.unwrap(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_the_worker_stops_and_when_it_takes_too_long() {
        let stop = CancellationToken::new();
        let begun = Instant::now();
        assert!(Patience::new(&stop).wait(|| async { Err::<(), _>(away()) }).await.is_err());
        assert!(begun.elapsed() >= LONGEST - Duration::from_secs(1));

        stop.cancel();
        let begun = Instant::now();
        assert!(Patience::new(&stop).wait(|| async { Err::<(), _>(away()) }).await.is_err());
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn any_other_answer_is_an_answer() {
        let stop = CancellationToken::new();
        let fenced = || async { Err::<(), _>(PortError::new(ErrorKind::Fenced, "fenced")) };
        assert_eq!(Patience::new(&stop).wait(fenced).await.unwrap_err().kind, ErrorKind::Fenced);
    }
}
