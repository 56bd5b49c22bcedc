//! The keeper of the gate: looks at the database again and again, and says what it sees.
//!
//! It looks over the pool for bulk data, so that the one bound on connections holds and so that an answer of the
//! server is told in its own words: the other pool would only say that it timed out.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::time::{Instant, sleep, timeout};

use crate::config::Target;
use crate::gate::{Gate, Passage};
use crate::look::{Closely, Facts, Looker};

/// How often a database that is there is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Shortest time between two looks, however many calls fail.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits while nobody answers.
const AWAY: Backoff = Backoff { first: Duration::from_millis(200), factor: 2.0, cap: Duration::from_secs(3) };

/// Waits where somebody has to act first: credentials that are refused, tables that are missing, a full disk.
const WRONG: Backoff = Backoff { first: Duration::from_secs(1), factor: 2.0, cap: Duration::from_secs(15) };

/// For how long a database has to take writes before an earlier failure to do so is forgotten.
const SOUND: Duration = Duration::from_secs(60);

/// Keeps a ledger usable. Run it for as long as the ledger is used.
pub struct Keeper {
    /// Absent for SQLite, which is a file that is there.
    watched: Option<Watched>,
}

struct Watched {
    looker: Looker,
    gate: Arc<Gate>,
    outage: Outage,
    away: Waits,
    wrong: Waits,
    /// When it last could not be written to.
    impaired: Option<Instant>,
}

impl Keeper {
    pub(crate) fn idle() -> Self {
        Self { watched: None }
    }

    pub(crate) fn of(looker: Looker, gate: Arc<Gate>) -> Self {
        let outage = Outage::new("the database");
        let watched =
            Watched { looker, gate, outage, away: Waits::new(AWAY), wrong: Waits::new(WRONG), impaired: None };
        Self { watched: Some(watched) }
    }

    /// Looks after the database until `shutdown` completes.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let Some(mut watched) = self.watched else { return shutdown.await };
        loop {
            let next = tokio::select! {
                biased;
                () = &mut shutdown => return,
                next = watched.look() => next,
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = next => {}
            }
        }
    }
}

impl Watched {
    /// One look; returns the wait until the next.
    async fn look(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let was = self.gate.passage();
        let close = match was {
            Passage::Shut(_) => Closely::AtFirst,
            Passage::Open => Closely::AsBefore,
            Passage::Reads(_) => Closely::AfterFailedWrites,
        };
        if close == Closely::AfterFailedWrites {
            self.impaired = Some(Instant::now());
        }
        let seen = self.looker.look(close).await;
        let (wait, listens) = match seen {
            Ok(facts) => self.sound(&was, &facts),
            Err(error) => self.unsound(error),
        };
        let gate = Arc::clone(&self.gate);
        async move {
            if listens {
                let _ = timeout(wait, gate.suspicion.notified()).await;
                sleep(PAUSE.min(wait)).await;
            } else {
                sleep(wait).await;
            }
        }
    }

    fn sound(&mut self, was: &Passage, facts: &Facts) -> (Duration, bool) {
        if self.outage.up().is_none() && matches!(was, Passage::Shut(_)) {
            tracing::info!(database = %self.looker.target(), version = facts.version, tls = facts.tls, "connected");
        }
        if !facts.unsafe_settings.is_empty() && matches!(was, Passage::Shut(_)) {
            let settings = facts.unsafe_settings.join(", ");
            tracing::warn!(settings, "committed scores may be lost with the power: that was accepted");
        }
        self.gate.set(Passage::Open);
        self.away.reset();
        if self.impaired.is_none_or(|since| since.elapsed() > SOUND) {
            self.wrong.reset();
        }
        (LOOK, true)
    }

    fn unsound(&mut self, error: PortError) -> (Duration, bool) {
        let away = error.kind == ErrorKind::Unavailable;
        self.outage.down(&error.message);
        let writes_only = error.kind == ErrorKind::Exhausted;
        self.gate.set(if writes_only { Passage::Reads(error.message) } else { Passage::Shut(error.message) });
        // A look that fails at once must not become a busy loop, so the wait has a floor under its jitter.
        let wait = if away { self.away.next_wait().max(PAUSE) } else { self.wrong.next_wait().max(PAUSE * 5) };
        (wait, false)
    }
}

/// One look before the ledger is used at all, for whoever does not wait.
pub(crate) async fn look_once(looker: &Looker, target: &Target, limit: Duration) -> PortResult<Facts> {
    match timeout(limit, looker.look(Closely::AtFirst)).await {
        Ok(seen) => seen,
        Err(_) => {
            let message = format!("cannot connect to {target}: no answer within {} s", limit.as_secs_f64());
            Err(PortError::new(ErrorKind::Unavailable, message))
        }
    }
}
