//! Answering health checks of a worker: a daemon without a service of its own still says whether it does its work.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use runtime::grpc::{self, Address, Listener, ServerConfig};
use runtime::health::Readiness;
use runtime::retry::Backoff;
use runtime::tasks::{OnError, Tasks};

use super::Failure;
use super::daemon::unavailable;
use crate::app::watch::{self, DEPENDENCIES};
use crate::core::Core;
use crate::metrics::observe_health;
use crate::shard::Meter;

/// What is asked for to learn whether the worker can work: services are there and play moves.
const WORKER: &str = "worker";
/// What is asked for to learn whether the process should be started anew: play does not move.
pub(super) const LIVE: &str = "live";
/// The condition of both: while jobs are in hand, decisions are made or jobs end.
const PLAY: &str = "play";
/// Without either for so long, nothing will come any more. An agent may think for a minute at most.
const STANDSTILL: Duration = Duration::from_secs(180);
/// How often play is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How long a check that is being answered may take at the end.
const GRACE: Duration = Duration::from_secs(1);

/// The answering part of a worker.
pub(super) struct WorkerHealth {
    readiness: Readiness,
    tasks: Tasks,
}

impl WorkerHealth {
    /// Begins to watch, and to answer at `address` if one is given.
    pub(super) async fn start(address: Option<&Address>, core: &Core, meter: Arc<Meter>) -> Result<Self, Failure> {
        let readiness = DEPENDENCIES
            .iter()
            .fold(Readiness::builder(), |builder, name| builder.service(name, [*name]))
            .service(WORKER, DEPENDENCIES.into_iter().chain([PLAY]))
            .service(LIVE, [PLAY])
            .progress_limit(PLAY, STANDSTILL)
            .build();
        observe_health(readiness.clone());
        let health = Self { readiness, tasks: Tasks::new() };
        health.watch(core, meter);
        if let Some(address) = address {
            health.answer(address).await?;
        }
        Ok(health)
    }

    fn watch(&self, core: &Core, meter: Arc<Meter>) {
        let (core, readiness) = (core.clone(), self.readiness.clone());
        self.tasks.spawn("watch", OnError::Restart(Backoff::default()), move |token| {
            let (core, readiness) = (core.clone(), readiness.clone());
            async move {
                watch::run(core, readiness, token).await;
                Ok::<(), Infallible>(())
            }
        });
        let readiness = self.readiness.clone();
        self.tasks.spawn("play", OnError::Restart(Backoff::default()), move |token| {
            let (meter, readiness) = (meter.clone(), readiness.clone());
            async move {
                token.run_until_cancelled(look(&meter, &readiness)).await;
                Ok::<(), Infallible>(())
            }
        });
    }

    async fn answer(&self, address: &Address) -> Result<(), Failure> {
        let mut listener = Some(Listener::bind(address).await.map_err(unavailable)?);
        let routes = grpc::base_routes(&self.readiness, None).map_err(unavailable)?;
        self.tasks.spawn("health", OnError::Log, move |token| {
            let (listener, routes) = (listener.take(), routes.clone());
            async move {
                let listener = listener.ok_or_else(|| "health checks cannot be answered twice".to_owned())?;
                let served = grpc::serve(&ServerConfig::default(), routes, listener, token, GRACE).await;
                served.map(drop).map_err(|error| error.to_string())
            }
        });
        Ok(())
    }

    /// What is told.
    pub(super) fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// Says that the worker is about to leave.
    pub(super) fn drain(&self) {
        self.readiness.drain();
    }

    /// Ends.
    pub(super) async fn stop(self) {
        let late = self.tasks.shutdown(GRACE * 2).await;
        if !late.is_empty() {
            tracing::warn!(?late, "tasks did not stop in time");
        }
    }
}

/// Follows play for ever.
async fn look(meter: &Meter, readiness: &Readiness) {
    let mut before = None;
    loop {
        let now = Some((meter.ticks(), meter.ended()));
        if meter.jobs() == 0 || now != before {
            readiness.set(PLAY, Ok(()));
        }
        before = now;
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_does_not_move_with_a_job_in_hand_is_not_live() {
        let meter = Meter::default();
        let readiness = Readiness::builder().service(LIVE, [PLAY]).progress_limit(PLAY, STANDSTILL).build();
        let follow = async |time| {
            let _ = tokio::time::timeout(time, look(&meter, &readiness)).await;
            readiness.is_ready(LIVE)
        };

        assert_eq!(follow(STANDSTILL * 2).await, Some(true), "idle");
        meter.begin();
        meter.tick();
        assert_eq!(follow(STANDSTILL / 2).await, Some(true), "it played lately");
        assert_eq!(follow(STANDSTILL + LOOK).await, Some(false));
        meter.end();
        assert_eq!(follow(LOOK).await, Some(true), "it has given the job up");
    }
}
