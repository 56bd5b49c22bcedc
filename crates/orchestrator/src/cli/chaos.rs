//! `chaos`: proves that kills change no result.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use domain::ports::PortError;
use tokio_util::sync::CancellationToken;

use super::output;
use super::services::{self, ServicesArgs};
use super::{Failure, Place};
use crate::app::scratch;
use crate::chaos::certificate::Certificate;
use crate::chaos::control::Control;
use crate::chaos::fleet::{Counts, Home, Leases, Names};
use crate::chaos::run::{self, Points, Request};
use crate::chaos::schedule::Kind;
use crate::chaos::services::Urls;
use crate::experiment_file::Faults;

/// Whose services are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whose {
    /// Private ones, which are started for the run and killed as well.
    Private,
    /// Those of --database-url, --nats-url and --amqp-url, which are left alone.
    Given,
}

/// Forms of the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// What holds and what was found.
    Table,
    /// Everything, as one JSON value.
    Json,
    /// Everything, as a document.
    Markdown,
}

/// Arguments of `chaos`.
#[derive(Debug, Args)]
pub(super) struct ChaosArgs {
    /// The experiment file
    file: PathBuf,
    /// Processes to kill at drawn moments
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(..=100_000))]
    kills: u32,
    /// Number from which moments and victims are drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What is killed, separated by commas: engine, agent, worker, leader, standby, postgres, nats, rabbitmq; all that
    /// there is unless given
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Whether services are started for the run, and killed too, or given and left alone
    #[arg(long = "services", value_enum, default_value_t = Whose::Private)]
    whose: Whose,
    /// Workers, with one engine each
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Agent daemons; with 0, agents run in the workers
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(0..=64))]
    agents: u16,
    /// Orchestrators: one leads, the others stand by
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    serves: u16,
    /// Where a process dies at every crash point
    #[arg(long, value_enum, default_value_t = Points::All)]
    points: Points,
    /// Stop each private service once for so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    outage: Option<u64>,
    /// Break a rule in the private database and see that it is noticed: no-fence, no-key, no-outbox,
    /// other-value
    #[arg(long, value_name = "NAME")]
    control: Option<Control>,
    /// Change a field of the file: path=value; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Seconds that the experiment may take after the last fault
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    limit: u64,
    /// Milliseconds that a job is held without a sign of life
    #[arg(long, value_name = "MS", default_value_t = 3000, value_parser = clap::value_parser!(u64).range(1000..=600_000))]
    job_lease_ms: u64,
    /// Milliseconds that an orchestrator leads without a sign of life
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(500..=600_000))]
    leader_lease_ms: u64,
    /// The program `agent`; the one beside this program unless given
    #[arg(long, value_name = "FILE")]
    agent_binary: Option<PathBuf>,
    /// Keep data and logs of all processes in this folder, which must be empty or missing
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Form of the certificate on standard output
    #[arg(short, long, value_enum, default_value_t = Shape::Table)]
    output: Shape,
    /// Write the certificate to a file as well: JSON if its name ends in .json, else Markdown
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    connections: ServicesArgs,
}

/// Runs the experiment calmly and under faults, and says whether the results are the same.
pub(super) async fn run(args: ChaosArgs, place: &Place) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    runtime::signal::shutdown_signal(stop.clone())?;
    scratch::clean();
    let (folder, _removed) = folder(args.keep.as_deref())?;
    let request = request(&args, place, folder)?;
    let certificate = tokio::select! {
        certificate = run::run(&request) => certificate.map_err(explained)?,
        // Whatever was started goes with the run.
        () = stop.cancelled() => return Err(Failure::interrupted()),
    };
    if let Some(path) = &args.certificate {
        write(path, &certificate)?;
    }
    match args.output {
        Shape::Json => output::json(&certificate)?,
        Shape::Markdown => output::print(&certificate.markdown())?,
        Shape::Table => output::line(table(&certificate))?,
    }
    verdict(&certificate)
}

/// A control that is noticed is as good as a run in which everything holds.
fn verdict(certificate: &Certificate) -> Result<(), Failure> {
    let failed: Vec<_> = certificate.checks.iter().filter(|check| !check.holds).map(|check| check.claim).collect();
    match (certificate.control, failed.is_empty()) {
        (None, true) | (Some(_), false) => Ok(()),
        (None, false) => Err(Failure::internal(format!("it does not hold that {}", failed.join("; that ")))),
        (Some(control), true) => Err(Failure::internal(format!("the broken rule `{control}` was not noticed"))),
    }
}

fn request(args: &ChaosArgs, place: &Place, folder: PathBuf) -> Result<Request, Failure> {
    let given = match args.whose {
        Whose::Private => None,
        Whose::Given => Some(given(&args.connections)?),
    };
    if given.is_some() && (args.control.is_some() || args.outage.is_some()) {
        return Err(Failure::usage("--control and --outage break services: they need --services private"));
    }
    let possible: Vec<_> = Kind::ALL.into_iter().filter(|kind| is_there(*kind, args, given.is_some())).collect();
    if let Some(kind) = args.kinds.iter().find(|kind| !possible.contains(kind)) {
        return Err(Failure::usage(format!("there is no {kind} that could be killed in this run")));
    }
    place.engine.open(&place.env)?;
    let orchestrator = std::env::current_exe()?;
    let agent = args.agent_binary.clone().unwrap_or_else(|| orchestrator.with_file_name("agent"));
    if args.agents > 0 && !agent.is_file() {
        let help = "name it with --agent-binary, or use --agents 0";
        return Err(Failure::usage(format!("there is no program {}: {help}", agent.display())));
    }
    let engine = std::fs::canonicalize(place.engine.folder(&place.env))?;
    Ok(Request {
        file: std::fs::canonicalize(&args.file).map_err(|error| unreadable(&args.file, &error))?,
        overrides: args.set.clone(),
        kills: args.kills,
        seed: args.seed,
        kinds: if args.kinds.is_empty() { possible } else { args.kinds.clone() },
        given,
        counts: Counts { serves: args.serves, workers: args.workers, agents: args.agents },
        leases: Leases {
            job: Duration::from_millis(args.job_lease_ms),
            leader: Duration::from_millis(args.leader_lease_ms),
        },
        points: args.points,
        outage: args.outage.map(Duration::from_secs),
        control: args.control,
        limit: Duration::from_secs(args.limit),
        home: Home { orchestrator, agent, engine, folder },
    })
}

fn is_there(kind: Kind, args: &ChaosArgs, is_given: bool) -> bool {
    match kind {
        Kind::Agent => args.agents > 0,
        Kind::Standby => args.serves > 1,
        kind => kind.service().is_none() || !is_given,
    }
}

fn given(args: &ServicesArgs) -> Result<(Urls, Names), Failure> {
    let [database, nats, amqp] = services::urls(args)?;
    let names = Names {
        prefix: args.nats.nats_subject_prefix.clone(),
        stream: args.nats.nats_stream.clone(),
        exchange: args.amqp.amqp_exchange.clone(),
        queue: args.amqp.amqp_queue.clone(),
    };
    Ok((Urls { database, nats, amqp }, names))
}

/// A folder of this run, and what removes it if it is not to be kept.
fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    match keep {
        None => {
            let folder = scratch::create()?;
            Ok((folder.path().to_owned(), Some(folder)))
        }
        Some(path) => {
            std::fs::create_dir_all(path)?;
            if std::fs::read_dir(path)?.next().is_some() {
                return Err(Failure::usage(format!("{} is not empty", path.display())));
            }
            Ok((std::fs::canonicalize(path)?, None))
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read {}: {error}", path.display()))
}

fn explained(error: anyhow::Error) -> Failure {
    match error.downcast::<PortError>() {
        Ok(error) => error.into(),
        Err(error) => match error.downcast::<Faults>() {
            Ok(faults) => Box::new(faults).into(),
            Err(error) => Failure::internal(format!("{error:#}")),
        },
    }
}

fn write(path: &Path, certificate: &Certificate) -> Result<(), Failure> {
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let json = || serde_json::to_string_pretty(certificate).map_err(|error| Failure::internal(error.to_string()));
    let text = if is_json { json()? } else { certificate.markdown() };
    Ok(std::fs::write(path, text)?)
}

fn table(certificate: &Certificate) -> String {
    let rows = certificate.checks.iter().map(|check| {
        let holds = if check.holds { "yes" } else { "NO" };
        vec![check.claim.to_owned(), holds.to_owned(), check.found.clone()]
    });
    let mut text = output::table(&["claim", "holds", "found"], &[], rows);
    let counts = format!(
        "\n{} kills at drawn moments, {} deaths at crash points, {} freezes, {} takeovers, {} late writes refused",
        certificate.kills(),
        certificate.deaths_at_points(),
        certificate.freezes(),
        certificate.takeovers(),
        certificate.refused(),
    );
    text.push_str(&counts);
    if let Some(bound) = certificate.bound() {
        text.push_str(&format!("\nprobability of a failure per kill: below {:.2} % at 95 %", bound * 100.0));
    }
    text
}
