//! The whole run: calm, then under faults, then everything that can be counted.

mod counts;
mod harass;
mod left;
mod summaries;
mod template;
mod versions;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use tokio::time::Instant;

use super::certificate::{Calm, Certificate, Left, Summaries};
use super::control::Control;
use super::fleet::{Counts, Fleet, Home, Leases, Names, Plan};
use super::laps::Laps;
use super::schedule::Kind;
use super::services::{PrivateServices, Urls};
use super::supervisor::Supervisor;
use super::sweep;
use crate::app::witness;
use harass::Field;
use template::template;

/// What is run, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// The experiment file.
    pub file: PathBuf,
    /// What is changed of it.
    pub overrides: Vec<String>,
    /// How many processes are killed at drawn moments.
    pub kills: u32,
    /// What the moments and victims are drawn from.
    pub seed: u64,
    /// What is killed.
    pub kinds: Vec<Kind>,
    /// Services that are there already, and the names to use there; private ones unless given.
    pub given: Option<(Urls, Names)>,
    /// How many processes there are.
    pub counts: Counts,
    /// How long jobs and the leadership are held.
    pub leases: Leases,
    /// Where every crash point is visited.
    pub points: Points,
    /// For how long each private service is stopped once.
    pub outage: Option<Duration>,
    /// The rule that is broken, to see that it is noticed.
    pub control: Option<Control>,
    /// How long the experiment may take after the last fault.
    pub limit: Duration,
    /// The programs, the engine, and the folder for everything, through which other users must be able to pass.
    pub home: Home,
}

/// Where crash points are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Points {
    /// By daemons and by embedded systems.
    All,
    /// By daemons.
    Services,
    /// By embedded systems.
    Embedded,
    /// Nowhere.
    None,
}

impl Points {
    /// Whether daemons visit them.
    #[must_use]
    pub fn services(self) -> bool {
        matches!(self, Self::All | Self::Services)
    }

    /// Whether embedded systems visit them.
    #[must_use]
    pub fn embedded(self) -> bool {
        matches!(self, Self::All | Self::Embedded)
    }
}

/// Runs the experiment calmly, then under faults, and counts.
///
/// # Errors
/// If the run itself cannot be done. That something does not hold is no error: the certificate says so.
pub async fn run(request: &Request) -> anyhow::Result<Certificate> {
    let (begun, started_at) = (Instant::now(), SystemTime::now());
    let home = &request.home;
    fs::set_permissions(&home.folder, Permissions::from_mode(0o755))?;
    home.create()?;
    let supervisor = Arc::new(Supervisor::new()?);
    let template = template(request)?;
    let embedded = sweep::Embedded { supervisor: &supervisor, home, file: &request.file, template: &template };
    tracing::info!("calm run, embedded; services are started meanwhile");
    let (calm, services) = tokio::join!(calm(&embedded), services(request, &supervisor));
    let (mut calm, services) = (calm?, services?);
    let plan = plan(request, services.as_deref());
    witness::prepare(&plan.urls.database).await?;
    if let (Some(control), Some(services)) = (request.control, &services) {
        tracing::info!(%control, "breaking a rule");
        control.apply(&services.postgres)?;
    }

    tracing::info!("starting the processes");
    let fleet = Arc::new(Fleet::start(&supervisor, plan).await?);
    let witness = Arc::new(witness::of_services(&fleet.plan().urls).await?);
    let servers = fleet.serves.iter().map(|(_, address)| address.clone()).collect();
    let laps = Laps::new(template.clone(), servers, witness.store.clone());
    let field = Field { supervisor, fleet, services, witness, laps };
    let harassed = harass::harass(request, &field).await;
    tracing::info!("counting");
    let mut counted = counts::count(&field).await?;
    let terms = field.witness.terms().await?;
    let unexpected_ends = counts::unexpected_ends(&field.supervisor).await;
    let deaf = field.stop().await;

    let mut points = harassed.points;
    if request.points.embedded() {
        let embedded =
            sweep::Embedded { supervisor: &field.supervisor, home, file: &request.file, template: &template };
        let (hits, eras) = sweep::embedded(&embedded, request.seed).await?;
        points.extend(hits);
        for era in eras {
            calm.embedded.push(counts::of_folder(&era, &mut counted.summaries).await?.0);
        }
    }
    let left = Left { deaf, ..left::left(&field.supervisor, home, started_at).await };
    let certificate = Certificate {
        versions: versions::versions(field.services.as_deref()),
        file: request.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        overrides: template.overrides.clone(),
        seed: request.seed,
        processes: processes(request.counts),
        control: request.control.map(Control::name),
        kills_asked: request.kills,
        faults: harassed.faults,
        outages: harassed.outages,
        points,
        frozen_points: harassed.frozen,
        calm,
        laps: harassed.laps,
        unfinished: harassed.unfinished,
        rows: counted.rows,
        terms,
        events: counted.events,
        summaries: counted.summaries,
        unexpected_ends,
        left,
        seconds_after_last_fault: harassed.seconds_after,
        seconds: begun.elapsed().as_secs_f64(),
        checks: vec![],
    };
    Ok(certificate.judged())
}

async fn calm(embedded: &sweep::Embedded<'_>) -> anyhow::Result<Calm> {
    let folder = embedded.home.folder.join("calm");
    embedded.play(&folder, None).await?;
    let (digest, planned) = counts::of_folder(&folder, &mut Summaries::default()).await?;
    Ok(Calm { digest, planned, embedded: vec![] })
}

async fn services(request: &Request, supervisor: &Supervisor) -> anyhow::Result<Option<Arc<PrivateServices>>> {
    if request.given.is_some() {
        return Ok(None);
    }
    Ok(Some(Arc::new(PrivateServices::start(supervisor, &request.home.folder).await?)))
}

/// On private services the names are the documented ones.
fn plan(request: &Request, services: Option<&PrivateServices>) -> Plan {
    let (urls, names) = match (&request.given, services) {
        (Some((urls, names)), _) => (urls.clone(), names.clone()),
        (None, services) => (services.map(PrivateServices::urls).unwrap_or_default(), Names::default()),
    };
    Plan { home: request.home.clone(), urls, names, counts: request.counts, leases: request.leases }
}

fn processes(counts: Counts) -> std::collections::BTreeMap<&'static str, u16> {
    [("serve", counts.serves), ("worker", counts.workers), ("agent", counts.agents)].into()
}
