//! The daemons: `serve` drives experiments and answers calls, `worker` plays jobs.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use clap::Args;
use clap::builder::BoolishValueParser;
use domain::ErrorKind;
use domain::ports::PortError;
use runtime::config::{DatabaseArgs, GrpcServerArgs, GrpcTlsArgs, HttpArgs};
use runtime::grpc::{self, Access, Address, Listener, Reflection, ServerConfig, Trust};
use runtime::health::Readiness;
use runtime::retry::Backoff;
use runtime::tasks::{OnError, Tasks};
use store::Keeper;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::agents::AgentArgs;
use super::connect::SERVICE;
use super::file_args::{FileCacheArgs, FileLimitArgs};
use super::http::Http;
use super::nats_control::{self, NatsControlArgs};
use super::retrospection::RetrospectionArgs;
use super::services::{self, ServicesArgs};
use super::worker_health::{LIVE, WorkerHealth};
use super::{Exit, Failure, Place, games, output};
use crate::app::watch::{self, DEPENDENCIES};
use crate::app::{Playing, PlayingSettings, Remote, host_name, scratch};
use crate::broadcast;
use crate::core::Core;
use crate::events::processor::Processor;
use crate::events::{EventPorts, audit};
use crate::games::doom::DoomGames;
use crate::leader;
use crate::look;
use crate::metrics::{Looked, observe_health, observe_looks};
use crate::pool::Pool;
use crate::practice::{GAMES, Practices};
use crate::retrospection;
use crate::service::Service;
use crate::shard::{Agents, Pin};

/// How long open calls may take to end once the daemon is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How much a process plays.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Playing")]
pub(super) struct PlayingArgs {
    #[command(flatten)]
    agents: AgentArgs,
    /// Pin shards to processors: auto or off
    #[arg(long, env = "PIN", default_value = "auto")]
    pin: Pin,
    /// Milliseconds after which another worker may take a job from one that has gone silent; prolonged at a third
    #[arg(long, env = "JOB_LEASE_MS", value_name = "MS", default_value_t = 30_000,
          value_parser = clap::value_parser!(u64).range(300..=3_600_000))]
    job_lease_ms: u64,
    /// Milliseconds after which a job is given to another worker although this one lives, if no tick is played; the
    /// start of an engine has to fit in
    #[arg(long, env = "JOB_STUCK_MS", value_name = "MS", default_value_t = 60_000,
          value_parser = clap::value_parser!(u64).range(1_000..=86_400_000))]
    job_stuck_ms: u64,
}

impl PlayingArgs {
    fn settings(&self, engines: usize, sockets: PathBuf, pool: Option<&Pool>) -> PlayingSettings {
        let mut settings = PlayingSettings::local(engines, self.pin, sockets);
        settings.worker.lease = Duration::from_millis(self.job_lease_ms);
        settings.worker.patience = Duration::from_millis(self.job_stuck_ms);
        if let Some(pool) = pool {
            settings.agents = Agents::Pool(pool.clone());
        }
        settings
    }
}

/// How a process leads.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Leading")]
pub(super) struct LeadingArgs {
    /// Milliseconds after which another orchestrator takes over from one that has gone silent; renewed at a third
    #[arg(long, env = "LEADER_LEASE_MS", value_name = "MS", default_value_t = 3_000,
          value_parser = clap::value_parser!(u64).range(500..=600_000))]
    leader_lease_ms: u64,
}

impl LeadingArgs {
    fn settings(&self) -> leader::Settings {
        leader::Settings::new(own_name(), Duration::from_millis(self.leader_lease_ms))
    }
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    grpc: GrpcServerArgs,
    #[command(flatten)]
    http: HttpArgs,
    #[command(flatten)]
    services: ServicesArgs,
    #[command(flatten)]
    control: NatsControlArgs,
    /// Games that this process plays itself, side by side
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = games())]
    workers: usize,
    /// Games at once of agents that dial in to practise
    #[arg(long, env = "PRACTICE_GAMES", value_name = "N", default_value_t = GAMES, value_parser = games())]
    practice_games: usize,
    #[command(flatten)]
    leading: LeadingArgs,
    #[command(flatten)]
    retrospection: RetrospectionArgs,
    #[command(flatten)]
    playing: PlayingArgs,
    #[command(flatten)]
    files: FileCacheArgs,
    #[command(flatten)]
    limit: FileLimitArgs,
}

impl ServeArgs {
    /// Whether it answers scrapers of metrics.
    pub(super) fn is_scraped(&self) -> bool {
        self.http.http_addr.is_some()
    }
}

/// Runs the daemon until it is told to stop.
pub(super) async fn serve(args: ServeArgs, place: &Place) -> Result<(), Failure> {
    let stop = stop_on_signal()?;
    let operator = args.control.operator()?;
    let config = args.grpc.server(&args.grpc.grpc_addr, true).map_err(|error| Failure::usage(error.to_string()))?;
    let pool = args.playing.agents.pool(&args.grpc.tls, place)?;
    let retrospection = args.retrospection.settings(&args.grpc.tls)?.as_ref().map(retrospection::connected);
    let retrospection = retrospection.transpose().map_err(|error| Failure::usage(format!("{error:#}")))?;
    // A busy port is told before anything else is begun.
    let listener = Listener::bind(&args.grpc.grpc_addr).await.map_err(unavailable)?;
    let http = Http::bind(&args.http, &args.grpc.tls, args.grpc.insecure).await?;
    let install = place.engine.open(&place.env)?;
    let scratch = scratch()?;
    let cache = args.files.cache(place);
    let games = Arc::new(DoomGames::new(install, scratch.path().join("engines")).with_files(cache.clone()));
    let mut dependencies = args.services.dependencies()?;
    dependencies.store.max_blob_bytes = args.limit.max_bytes();
    let nats = dependencies.nats.clone();
    let remote = Remote::connect(dependencies, games.clone(), cache, &own_name()).await;
    let remote = remote.map_err(unconnected)?;
    let core = Core { retrospection, ..remote.core.clone() };
    let access = Access { book: Some(remote.tokens.clone()), ..config.access };
    let config = ServerConfig { methods: proto::methods::OF_ORCHESTRATORS, access, ..config };
    let readiness = DEPENDENCIES
        .iter()
        .fold(Readiness::builder().service(SERVICE, DEPENDENCIES), |builder, name| builder.service(name, [*name]))
        .service(LIVE, [])
        .build();
    observe_health(readiness.clone());
    let tasks = background(remote, &core, args.leading.settings(), &readiness);
    if let Some(http) = http {
        let access = Arc::new(config.access.clone());
        let events = crate::http::routes(core.clone(), access.clone(), stop.clone());
        http.spawn(&tasks, &readiness, access, place, events);
    }
    if let Some(operator) = operator {
        nats_control::spawn(&tasks, core.clone(), operator, nats);
    }
    // A task that cannot go on ends the daemon, so that whoever watches it starts it anew.
    let failed = tasks.token().clone();
    let ended = stop.clone();
    tasks.spawn("failure", OnError::Log, move |_| {
        let (failed, ended) = (failed.clone(), ended.clone());
        async move {
            failed.cancelled().await;
            ended.cancel();
            Ok::<(), Infallible>(())
        }
    });
    if let Some(pool) = &pool {
        pool.start();
    }
    let playing = match args.workers {
        0 => None,
        engines => {
            let mut settings = args.playing.settings(engines, scratch.path().to_owned(), pool.as_ref());
            settings.worker.prefetch = Some(args.services.amqp.amqp_prefetch);
            Some(Playing::start(&core, games, settings).await?)
        }
    };
    let reflection = Reflection { descriptors: proto::FILE_DESCRIPTOR_SET, service: SERVICE };
    let routes = grpc::base_routes(&readiness, args.grpc.reflection.then_some(reflection)).map_err(unavailable)?;
    let practice = Practices::new(core.games.clone(), args.practice_games, stop.clone());
    let pool = pool.unwrap_or_else(|| Pool::fixed(Vec::new()));
    let service = Service::server(core, pool.clone(), practice, args.grpc.max_message_bytes());
    let routes = routes.add_service(service);
    if let Ok(address) = listener.address() {
        tracing::info!(%address, workers = args.workers, "serving");
    }
    let served = grpc::serve(&config, routes, listener, stop.clone(), GRACE).await;
    readiness.drain();
    if let Some(playing) = playing {
        playing.stop().await;
    }
    pool.stop().await;
    let late = tasks.shutdown(GRACE).await;
    if !late.is_empty() {
        tracing::warn!(?late, "tasks did not stop in time");
    }
    match tasks.failure() {
        Some(failure) => Err(Failure::internal(failure.to_string())),
        None => served.map(drop).map_err(unavailable),
    }
}

/// What runs beside the service: the relay of events, the leader or who stands by, metrics, the watch over dependencies.
fn background(remote: Remote, core: &Core, leading: leader::Settings, readiness: &Readiness) -> Tasks {
    let tasks = Tasks::new();
    let mut relay = Some(remote.relay);
    tasks.spawn("relay", OnError::Shutdown, move |token| {
        let relay = relay.take();
        async move {
            let relay = relay.ok_or("the relay cannot be started twice")?;
            relay.run(token.cancelled_owned()).await;
            Ok::<(), &str>(())
        }
    });
    events(&tasks, remote.events, remote.processor, core.events.clone());
    let led = core.clone();
    tasks.spawn("leader", OnError::Restart(Backoff::default()), move |token| {
        let (core, leading) = (led.clone(), leading.clone());
        async move {
            leader::run(core, leading, token).await;
            Ok::<(), Infallible>(())
        }
    });
    let (store, metrics) = (core.store.clone(), remote.metrics);
    tasks.spawn("metrics", OnError::Restart(Backoff::default()), move |token| {
        let (store, metrics) = (store.clone(), metrics.clone());
        async move {
            broadcast::run(store, metrics, token).await;
            Ok::<(), Infallible>(())
        }
    });
    let (store, counts, looked) = (core.store.clone(), remote.counts, Arc::new(Mutex::new(Looked::default())));
    observe_looks(looked.clone());
    tasks.spawn("look", OnError::Restart(Backoff::default()), move |token| {
        let looking = look::run(store.clone(), counts.clone(), looked.clone(), token);
        async move {
            looking.await;
            Ok::<(), Infallible>(())
        }
    });
    keep(&tasks, remote.keeper);
    let (watched, readiness) = (core.clone(), readiness.clone());
    tasks.spawn("watch", OnError::Restart(Backoff::default()), move |token| {
        let (core, readiness) = (watched.clone(), readiness.clone());
        async move {
            watch::run(core, readiness, token).await;
            Ok::<(), Infallible>(())
        }
    });
    tasks
}

/// What makes summaries of events, and what looks after the stream.
fn events(tasks: &Tasks, ports: EventPorts, processor: Processor, outbox: Arc<Notify>) {
    tasks.spawn("events", OnError::Restart(Backoff::default()), move |token| {
        let processor = processor.clone();
        async move {
            processor.run(token).await;
            Ok::<(), Infallible>(())
        }
    });
    tasks.spawn("audit", OnError::Restart(Backoff::default()), move |token| {
        let (ports, outbox) = (ports.clone(), outbox.clone());
        async move {
            audit::run(ports, outbox, token).await;
            Ok::<(), Infallible>(())
        }
    });
}

/// Reaches the database, and looks after it.
fn keep(tasks: &Tasks, keeper: Keeper) {
    let mut keeper = Some(keeper);
    tasks.spawn("keeper", OnError::Shutdown, move |token| {
        let keeper = keeper.take();
        async move {
            let keeper = keeper.ok_or("the keeper cannot be started twice")?;
            keeper.run(token.cancelled_owned()).await;
            Ok::<(), &str>(())
        }
    });
}

/// Arguments of `worker`.
#[derive(Debug, Args)]
pub(super) struct WorkerArgs {
    /// Games side by side; one per processor unless given
    #[arg(long, env = "ENGINES", value_name = "N", default_value_t = 0, value_parser = games())]
    engines: usize,
    /// Name of the worker in claims; made of host and process unless given
    #[arg(long, env = "WORKER_NAME", value_name = "NAME")]
    name: Option<String>,
    /// Where to answer health checks: host:port, or unix:///path/to.sock; nowhere unless given
    #[arg(long, env = "HEALTH_ADDR", value_name = "ADDR")]
    health_addr: Option<Address>,
    #[command(flatten)]
    http: HttpArgs,
    /// Answer HTTP in the clear on an address that other machines can reach
    #[arg(long, env = "HTTP_INSECURE", value_name = "BOOL", default_value = "false", num_args = 0..=1,
          require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    insecure: bool,
    #[command(flatten)]
    services: ServicesArgs,
    #[command(flatten)]
    playing: PlayingArgs,
    #[command(flatten)]
    tls: GrpcTlsArgs,
    #[command(flatten)]
    files: FileCacheArgs,
}

impl WorkerArgs {
    /// Whether it answers scrapers of metrics.
    pub(super) fn is_scraped(&self) -> bool {
        self.http.http_addr.is_some()
    }
}

/// Plays jobs until it is told to stop.
pub(super) async fn worker(args: WorkerArgs, place: &Place) -> Result<(), Failure> {
    let stop = stop_on_signal()?;
    let name = args.name.clone().unwrap_or_else(own_name);
    let pool = args.playing.agents.pool(&args.tls, place)?;
    let http = Http::bind(&args.http, &args.tls, args.insecure).await?;
    let install = place.engine.open(&place.env)?;
    let scratch = scratch()?;
    let cache = args.files.cache(place);
    let games = Arc::new(DoomGames::new(install, scratch.path().join("engines")).with_files(cache.clone()));
    let remote = Remote::connect(args.services.dependencies()?, games.clone(), cache, &name).await;
    let remote = remote.map_err(unconnected)?;
    let core = remote.core.clone();
    let mut settings = args.playing.settings(args.engines, scratch.path().to_owned(), pool.as_ref());
    if let Some(pool) = &pool {
        pool.start();
    }
    settings.worker.name = name;
    settings.worker.prefetch = Some(args.services.amqp.amqp_prefetch);
    let tasks = Tasks::new();
    keep(&tasks, remote.keeper);
    let playing = Playing::start(&core, games, settings).await?;
    let health = WorkerHealth::start(args.health_addr.as_ref(), &core, playing.meter.clone()).await?;
    if let Some(http) = http {
        // A worker knows no tokens: scrapers are local, or trusted by `--insecure`.
        let trust = if args.insecure { Trust::All } else { Trust::Local };
        let access = Arc::new(Access { trust, ..Access::default() });
        http.spawn(&tasks, health.readiness(), access, place, Router::new());
    }
    tracing::info!(engines = playing.engines, "playing");
    // Every process publishes what it commits, so that events do not wait for the daemon.
    remote.relay.run(stop.cancelled_owned()).await;
    health.drain();
    playing.stop().await;
    if let Some(pool) = pool {
        pool.stop().await;
    }
    health.stop().await;
    tasks.shutdown(GRACE).await;
    Ok(())
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Creates or updates the tables.
pub(super) async fn migrate(args: MigrateArgs) -> Result<(), Failure> {
    store::migrate(&services::store_config(&args.database)?).await?;
    output::line("the database is up to date")
}

fn stop_on_signal() -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    runtime::signal::shutdown_signal(stop.clone())?;
    Ok(stop)
}

/// A folder for sockets and engines; removed at the end.
fn scratch() -> Result<tempfile::TempDir, Failure> {
    scratch::clean();
    Ok(scratch::create()?)
}

/// Host and process: unique among the processes that share a database.
fn own_name() -> String {
    format!("{}-{}", host_name(), std::process::id())
}

/// A ledger without its tables, or with those of another version, is a service that is not there.
fn unconnected(error: anyhow::Error) -> Failure {
    let kind = error.downcast_ref::<PortError>().map(|error| error.kind);
    let failure = Failure::from(error);
    if kind == Some(ErrorKind::FailedPrecondition) { failure.with_exit(Exit::Unavailable) } else { failure }
}

pub(super) fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Unavailable, miette::miette!("{error}"))
}
