//! Publishes what waits in the outbox, and marks it once the stream has it.
//!
//! Crash safe without any memory of its own: an event that was published but not marked is published again, and the
//! stream recognises its id. Several relays may run; each holds the experiments whose events it publishes, so that the
//! events of one experiment stay in order.

mod counters;
mod round;
mod settings;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use domain::ports::{EventPublisher, ExperimentStore, PortResult};
use runtime::outage::Outage;
use runtime::retry::Waits;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use round::Held;

pub use counters::RelayCounters;
pub use round::Round;
pub use settings::RelaySettings;

/// The owner of the way from the outbox to the stream.
pub struct OutboxRelay {
    store: Arc<dyn ExperimentStore>,
    publisher: Arc<dyn EventPublisher>,
    settings: RelaySettings,
    wake: Arc<Notify>,
    counters: Arc<RelayCounters>,
    held: Held,
}

impl OutboxRelay {
    /// A relay that has not begun.
    #[must_use]
    pub fn new(store: Arc<dyn ExperimentStore>, publisher: Arc<dyn EventPublisher>, settings: RelaySettings) -> Self {
        Self { store, publisher, settings, wake: Arc::default(), counters: Arc::default(), held: Held::default() }
    }

    /// Tell this after a commit that wrote events, so that they do not wait for the next look.
    #[must_use]
    pub fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// What the relay has done so far.
    #[must_use]
    pub fn counters(&self) -> Arc<RelayCounters> {
        Arc::clone(&self.counters)
    }

    /// Relays until `shutdown` completes, then once more what is left, within the deadline of the settings. Errors are
    /// logged and tried again, so this ends only with `shutdown`.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut waits = Waits::with_jitter(self.settings.backoff, self.settings.jitter.clone());
        let mut outage = Outage::new("the way from the outbox to the stream");
        let end = loop {
            let drain = self.settings.drain;
            let ran = {
                let mut round = pin!(self.run_once());
                tokio::select! {
                    biased;
                    () = &mut shutdown => {
                        // What is on its way is not given up at once: it would have to be published again.
                        let end = Instant::now() + drain;
                        let _ = timeout_at(end, round).await;
                        Err(end)
                    }
                    outcome = &mut round => Ok(outcome),
                }
            };
            let outcome = match ran {
                Ok(outcome) => outcome,
                Err(end) => break end,
            };
            tell(&outcome, &mut outage);
            let pause = self.pause(&outcome, &mut waits);
            tokio::select! {
                biased;
                () = &mut shutdown => break Instant::now() + drain,
                () = pause => {}
            }
        };
        self.drain(end).await;
    }

    /// Waits as long as the outcome of a round asks for.
    fn pause(&self, outcome: &PortResult<Round>, waits: &mut Waits) -> impl Future<Output = ()> + Send + use<> {
        let delay = match outcome {
            Ok(round) if round.failed == 0 => {
                waits.reset();
                (!round.more).then_some(self.settings.poll)
            }
            Ok(_) => Some(waits.next_wait()),
            Err(_) => Some(waits.next_wait()),
        };
        let idle = matches!(outcome, Ok(round) if round.failed == 0);
        let wake = self.wake();
        async move {
            match delay {
                None => {}
                // News does not shorten a backoff: it would only be refused too.
                Some(delay) if !idle => sleep(delay).await,
                // Woken or not, it is time to look.
                Some(delay) => {
                    let _ = timeout(delay, wake.notified()).await;
                }
            }
        }
    }

    /// Publishes until the outbox is empty or something fails, but not longer than until `end`.
    async fn drain(&mut self, end: Instant) {
        let drained = timeout_at(end, async {
            while matches!(self.run_once().await, Ok(round) if round.more && round.failed == 0) {}
        });
        if drained.await.is_err() {
            tracing::warn!(deadline = ?self.settings.drain, "stopped with events left in the outbox");
        }
    }
}

/// Says once that events wait, and once that they do not any more.
fn tell(outcome: &PortResult<Round>, outage: &mut Outage) {
    match outcome {
        Ok(round) if round.failed == 0 => {
            outage.up();
        }
        Ok(round) => outage.down(&format!("the stream did not take {} events, which stay in the outbox", round.failed)),
        Err(error) => outage.down(&error.message),
    }
}
