//! The time under faults: laps on one side, everything that is done to their processes on the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::Request;
use crate::chaos::faults::{Done, Faults};
use crate::chaos::fleet::Fleet;
use crate::chaos::laps::{Lap, Laps};
use crate::chaos::schedule::schedule;
use crate::chaos::services::{PrivateServices, Service};
use crate::chaos::supervisor::{Supervisor, Then};
use crate::chaos::sweep::{self, FrozenPoint, Hit, Site};
use crate::chaos::witness::Witness;

/// How long PostgreSQL may take to end in order.
const GRACE: Duration = Duration::from_secs(10);
/// Pause between two outages.
const CALM: Duration = Duration::from_secs(2);

/// Everything that is there while laps are played.
pub(super) struct Field {
    pub(super) supervisor: Arc<Supervisor>,
    pub(super) fleet: Arc<Fleet>,
    pub(super) services: Option<Arc<PrivateServices>>,
    pub(super) witness: Arc<Witness>,
    pub(super) laps: Laps,
}

/// What the time under faults came to.
#[derive(Default)]
pub(super) struct Harassed {
    pub(super) faults: Vec<Done>,
    pub(super) outages: BTreeMap<&'static str, f64>,
    pub(super) points: Vec<Hit>,
    pub(super) frozen: Vec<FrozenPoint>,
    pub(super) laps: Vec<Lap>,
    pub(super) unfinished: Option<String>,
    pub(super) seconds_after: f64,
}

impl Field {
    /// Ends daemons in order, then the services. Returns who had to be killed.
    pub(super) async fn stop(&self) -> Vec<String> {
        let deaf = self.fleet.stop(&self.supervisor).await;
        if let Some(services) = &self.services {
            self.supervisor.remove(vec![Service::Postgres.name().to_owned()], GRACE).await;
            self.supervisor.remove(services.names(), Duration::ZERO).await;
        }
        deaf
    }

    fn site(&self, seed: u64) -> Site<'_> {
        Site { supervisor: &self.supervisor, fleet: &self.fleet, witness: &self.witness, laps: &self.laps, seed }
    }
}

/// Plays laps until all faults were inflicted and the last experiment has ended.
pub(super) async fn harass(request: &Request, field: &Field) -> Harassed {
    let (over, is_over) = watch::channel(false);
    let mut harassed = Harassed::default();
    let ended = {
        let mut laps = std::pin::pin!(field.laps.run(is_over, request.limit));
        let inflicted = tokio::select! {
            // They end before the faults are over only if an experiment cannot be launched.
            ended = &mut laps => Err(ended.err().unwrap_or_else(|| anyhow::anyhow!("the laps have ended too early"))),
            inflicted = inflict(request, field, &mut harassed) => inflicted,
        };
        let last_fault = Instant::now();
        let ended = match inflicted {
            Ok(()) => {
                over.send_replace(true);
                laps.await
            }
            Err(error) => Err(error),
        };
        harassed.seconds_after = last_fault.elapsed().as_secs_f64();
        ended
    };
    match ended {
        Ok(laps) => harassed.laps = laps,
        Err(error) => harassed.unfinished = Some(format!("{error:#}")),
    }
    harassed
}

async fn inflict(request: &Request, field: &Field, harassed: &mut Harassed) -> anyhow::Result<()> {
    let steps = schedule(request.seed, request.kills, &request.kinds);
    let Field { supervisor, fleet, services, witness, laps } = field;
    let mut faults =
        Faults::new(supervisor.clone(), fleet.clone(), services.clone(), witness.clone(), laps.now(), request.seed);
    let inflicted = faults.inflict(&steps).await;
    harassed.faults = faults.done();
    inflicted?;
    if let (Some(length), Some(services)) = (request.outage, services) {
        harassed.outages = outages(length, supervisor, services, laps).await?;
    }
    if request.points.services() {
        harassed.points = sweep::services(field.site(request.seed)).await;
    }
    let counts = fleet.plan().counts;
    if (request.kills > 0 || request.points.services()) && counts.workers > 1 && counts.serves > 1 {
        harassed.frozen = sweep::fenced(field.site(request.seed)).await;
    }
    Ok(())
}

/// Stops one service after the other while an experiment is played.
async fn outages(
    length: Duration,
    supervisor: &Supervisor,
    services: &PrivateServices,
    laps: &Laps,
) -> anyhow::Result<BTreeMap<&'static str, f64>> {
    let mut away = BTreeMap::new();
    for service in Service::ALL {
        laps.now().wait_for(Option::is_some).await?;
        tracing::info!(service = service.name(), ?length, "stopping a service");
        let begun = Instant::now();
        supervisor.kill(service.name(), Then::StayDown, true).await;
        sleep(length).await;
        supervisor.kill(service.name(), Then::StartAgain, false).await;
        services.wait_until_ready(service).await?;
        away.insert(service.name(), begun.elapsed().as_secs_f64());
        sleep(CALM).await;
    }
    Ok(away)
}
