//! Elects one of several orchestrators, which drives experiments as long as it leads.
//!
//! The lease is renewed in a task of its own, so planning may take as long as it needs. Whoever loses the lease stops at
//! once: when it is told so, when the store does not answer until the lease may have run out by its own clock, and when
//! the store refuses a step of its planning. Even a leader that notices nothing of this, because it was frozen, can plan
//! nothing: the store checks the epoch of its term.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::Epoch;
use domain::ports::{Candidate, Election, Leader, Leadership, PortError, PortResult};
use runtime::outage::Outage;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::core::Core;
use crate::director;
use crate::metrics::LeaderMetrics;

/// Longest wait for the store when a leader resigns; after that its lease runs out.
const RESIGNATION: Duration = Duration::from_secs(2);

/// How a process leads.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it is called in the ledger.
    pub name: String,
    /// How long it leads without renewing its lease. Another takes over after this time at the latest.
    pub lease: Duration,
    /// How often the lease is renewed, and how often those who stand by look.
    pub renewal: Duration,
}

impl Settings {
    /// Renewing the lease three times before it runs out.
    #[must_use]
    pub fn new(name: impl Into<String>, lease: Duration) -> Self {
        Self { name: name.into(), lease, renewal: lease / 3 }
    }
}

/// Why a term ended.
#[derive(Debug)]
enum End {
    /// This process is about to stop.
    Shutdown,
    /// Another leads.
    Deposed(Leader),
    /// The lease ran out by the own clock before the store answered.
    Lapsed,
    /// The store refused to plan in this term.
    Fenced,
}

/// Stands for election until `shutdown`, and drives all running experiments while this process leads.
pub async fn run(core: Core, settings: Settings, shutdown: CancellationToken) {
    let candidate = Candidate::new(settings.name.clone());
    let electorate = Electorate::new(core.leadership.clone(), candidate, settings);
    let metrics = LeaderMetrics::new();
    let mut followed = None;
    while let Some(election) = shutdown.run_until_cancelled(electorate.stand()).await {
        let wait = match election {
            Ok((Election::Elected(epoch), until)) => {
                followed = None;
                metrics.leads(Some(epoch));
                tracing::info!(%epoch, "leading: this process plans");
                let end = lead(&core, &electorate, epoch, until, &shutdown).await;
                metrics.leads(None);
                tell_end(epoch, &end, &metrics);
                electorate.settings.renewal
            }
            Ok((Election::Led(leader), _)) => {
                if followed.replace(leader.epoch) != Some(leader.epoch) {
                    tracing::info!(leader = leader.name, epoch = %leader.epoch, "standing by: another process plans");
                }
                // The moment the lease runs out, or a look earlier in case the leader resigns.
                electorate.settings.renewal.min(leader.lease_left)
            }
            Err(_) => electorate.settings.renewal,
        };
        if shutdown.run_until_cancelled(sleep(wait)).await.is_none() {
            break;
        }
    }
    electorate.resign().await;
}

/// Drives experiments until the term ends.
async fn lead(core: &Core, electorate: &Electorate, epoch: Epoch, until: Instant, shutdown: &CancellationToken) -> End {
    let term = shutdown.child_token();
    let renewing = tokio::spawn(electorate.clone().keep(epoch, until, term.clone()));
    let renewing = AbortOnDropHandle::new(renewing);
    let driven = term.run_until_cancelled(director::drive(core, epoch)).await;
    term.cancel();
    let ended = renewing.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the renewal of the lease ended with a panic");
        End::Lapsed
    });
    match ended {
        End::Shutdown if driven.is_some() => End::Fenced,
        ended => ended,
    }
}

fn tell_end(epoch: Epoch, end: &End, metrics: &LeaderMetrics) {
    match end {
        End::Shutdown => tracing::info!(%epoch, "leads no more: stopping"),
        End::Deposed(leader) => {
            tracing::warn!(%epoch, leader = leader.name, later = %leader.epoch, "leads no more: another took over");
        }
        End::Lapsed => tracing::warn!(%epoch, "leads no more: the lease could not be renewed in time"),
        End::Fenced => {
            metrics.fenced();
            tracing::warn!(%epoch, "leads no more: the store refused to plan in this term");
        }
    }
}

/// Where this process stands for election, and as whom.
#[derive(Clone)]
struct Electorate {
    leadership: Arc<dyn Leadership>,
    candidate: Candidate,
    settings: Settings,
    /// Of elections and renewals alike: a store that goes during a term may come back after it.
    outage: Arc<Mutex<Outage>>,
}

impl Electorate {
    fn new(leadership: Arc<dyn Leadership>, candidate: Candidate, settings: Settings) -> Self {
        let outage = Arc::new(Mutex::new(Outage::new("the election")));
        Self { leadership, candidate, settings, outage }
    }

    /// Stands for election; with the result comes the moment when the lease ends at the earliest. It is counted from
    /// before the call, and so comes before the store's. A failure is told once, however often it comes.
    async fn stand(&self) -> PortResult<(Election, Instant)> {
        let until = Instant::now() + self.settings.lease;
        let standing = self.leadership.stand(&self.candidate, self.settings.lease);
        // A later answer would be worth nothing.
        let late = |_| PortError::new(ErrorKind::DeadlineExceeded, "the store does not answer");
        let election = timeout_at(until, standing).await.map_err(late).flatten();
        self.tell(&election);
        Ok((election?, until))
    }

    fn tell(&self, election: &PortResult<Election>) {
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        match election {
            Ok(_) => {
                outage.up();
            }
            Err(error) => outage.down(&error.message),
        }
    }

    /// Renews the lease until the term ends, and cancels `term` then.
    async fn keep(self, epoch: Epoch, until: Instant, term: CancellationToken) -> End {
        let _ended = term.clone().drop_guard();
        term.run_until_cancelled(self.renew(epoch, until)).await.unwrap_or(End::Shutdown)
    }

    async fn renew(&self, epoch: Epoch, mut until: Instant) -> End {
        let renewal = self.settings.renewal;
        let mut wait = renewal;
        loop {
            sleep_until((Instant::now() + wait).min(until)).await;
            // A store that refuses at once is heard before the time limit is looked at.
            if Instant::now() >= until {
                return End::Lapsed;
            }
            wait = renewal;
            match timeout_at(until, self.stand()).await {
                Ok(Ok((Election::Elected(same), renewed))) if same == epoch => until = renewed,
                Ok(Ok((Election::Elected(_), _))) | Err(_) => return End::Lapsed,
                Ok(Ok((Election::Led(leader), _))) => return End::Deposed(leader),
                Ok(Err(_)) => wait = renewal / 4,
            }
        }
    }

    async fn resign(&self) {
        let outcome = timeout(RESIGNATION, self.leadership.resign(&self.candidate)).await;
        if !matches!(outcome, Ok(Ok(()))) {
            tracing::warn!("could not resign: another takes over when the lease has run out");
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use domain::ports::Term;

    use super::*;

    const LEASE: Duration = Duration::from_secs(3);

    /// What the next calls come to; after that the store does not answer.
    struct Script(Mutex<Vec<PortResult<Election>>>);

    #[async_trait]
    impl Leadership for Script {
        async fn stand(&self, _: &Candidate, _: Duration) -> PortResult<Election> {
            let next = self.0.lock().unwrap().pop();
            match next {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        }

        async fn resign(&self, _: &Candidate) -> PortResult<()> {
            Ok(())
        }

        async fn leader(&self) -> PortResult<Option<Leader>> {
            Ok(None)
        }

        async fn terms(&self, _: u32) -> PortResult<Vec<Term>> {
            Ok(vec![])
        }
    }

    fn electorate(mut answers: Vec<PortResult<Election>>) -> Electorate {
        answers.reverse();
        let leadership = Arc::new(Script(Mutex::new(answers)));
        Electorate::new(leadership, Candidate::new("one"), Settings::new("one", LEASE))
    }

    /// Keeps the lease of a term that has just begun while the store answers like this; says why the term ended, and
    /// after how long.
    async fn keep(answers: Vec<PortResult<Election>>) -> (End, Duration) {
        let electorate = electorate(answers);
        let (begun, term) = (Instant::now(), CancellationToken::new());
        let end = electorate.keep(Epoch(7), begun + LEASE, term.clone()).await;
        assert!(term.is_cancelled(), "who drives must hear of it");
        (end, begun.elapsed())
    }

    fn away() -> PortResult<Election> {
        Err(PortError::new(ErrorKind::Unavailable, "away"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_leader_that_hears_nothing_stops_when_its_lease_may_have_run_out() {
        let renewed = |_| Ok(Election::Elected(Epoch(7)));

        let (end, after) = keep((0..5).map(renewed).collect()).await;

        assert!(matches!(end, End::Lapsed));
        // The last renewal was asked for after five seconds.
        assert_eq!(after, Duration::from_secs(5) + LEASE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_refuses_for_too_long_ends_the_term_in_time() {
        let (end, after) = keep((0..100).map(|_| away()).collect()).await;

        assert!(matches!(end, End::Lapsed));
        assert_eq!(after, LEASE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_comes_back_in_time_is_forgiven() {
        let (end, after) = keep(vec![away(), away(), Ok(Election::Elected(Epoch(7)))]).await;

        assert!(matches!(end, End::Lapsed));
        assert_eq!(after, Duration::from_millis(1500) + LEASE);
    }

    #[tokio::test(start_paused = true)]
    async fn one_outage_goes_on_from_the_term_to_the_next_election() {
        let mut answers: Vec<_> = (0..8).map(|_| away()).collect();
        answers.push(Ok(Election::Elected(Epoch(8))));
        let electorate = electorate(answers);
        let since = || electorate.outage.lock().unwrap().since();
        let begun = Instant::now();

        let end = electorate.clone().keep(Epoch(7), begun + Duration::from_secs(2), CancellationToken::new()).await;
        assert!(matches!(end, End::Lapsed));
        let failed = since();
        assert_eq!(failed, Some(begun + LEASE / 3), "the first renewal");
        while electorate.stand().await.is_err() {
            assert_eq!(since(), failed);
        }

        assert_eq!(since(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_deposed_stops_at_once() {
        let leader = Leader { name: "other".into(), epoch: Epoch(8), since_ms: 0, lease_left: LEASE };

        let (end, after) = keep(vec![Ok(Election::Led(leader))]).await;

        assert!(matches!(end, End::Deposed(leader) if leader.name == "other"));
        assert_eq!(after, LEASE / 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_term_of_ones_own_does_not_carry_on_the_earlier_one() {
        let (end, _) = keep(vec![Ok(Election::Elected(Epoch(9)))]).await;

        assert!(matches!(end, End::Lapsed));
    }
}
