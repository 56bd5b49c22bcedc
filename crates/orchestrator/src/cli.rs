//! The command line.

mod agents;
mod analyse;
mod artifacts;
mod bench;
mod chaos;
mod compare;
mod completions;
mod connect;
mod control;
mod crash;
mod daemon;
mod decisions;
mod demo;
mod design;
mod doctor;
mod engine;
mod events;
mod evolve;
mod experiments;
mod export;
mod failure;
mod figures;
mod file_args;
mod files;
mod finding;
mod http;
mod jobs;
mod journal;
mod ledger;
mod nats_control;
mod output;
mod pool;
mod power;
mod report;
mod retrospection;
mod scores;
mod services;
mod sql;
mod token;
mod upload;
mod watch;
mod worker_health;

use clap::builder::TypedValueParser;
use clap::{Parser, Subcommand};
use runtime::config::{ConfigArgs, Loader, TelemetryArgs};
use runtime::http::Metrics;
use runtime::telemetry::{self, TelemetryConfig};

pub use failure::{Exit, Failure};

use crate::app::{EngineArgs, Env};

/// Experiments with agents that play Doom
#[derive(Debug, Parser)]
#[command(name = "orchestrator", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    telemetry: TelemetryArgs,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    env: Env,
    #[command(flatten)]
    crash: crash::CrashArgs,
}

const AFTER_HELP: &str = "\
Exit codes:
  0    done
  1    failed
  2    wrong arguments, or an invalid experiment
  3    not found
  4    a service or the engine is not there
  5    the experiment failed or was stopped
  130  interrupted

Example: orchestrator demo --seed 7";

#[derive(Debug, Subcommand)]
enum Command {
    /// Evolve agents in the real game, here and now
    Demo(demo::DemoArgs),
    /// Launch the experiment of a file, or go on with it
    Launch(experiments::LaunchArgs),
    /// List experiments
    List(experiments::ListArgs),
    /// Show one experiment
    Show(experiments::ShowArgs),
    /// Follow an experiment until it ends
    Watch(watch::WatchArgs),
    /// Pause an experiment: no new job is started, jobs in play finish
    Pause(control::ChangeArgs),
    /// Resume a paused experiment
    Resume(control::ChangeArgs),
    /// Stop an experiment for good, once jobs in play have finished
    Stop(control::StopArgs),
    /// Plan more of an experiment: replicates of a design, generations of an evolution
    Extend(control::ExtendArgs),
    /// Print who did what to an experiment, when and why
    Journal(journal::JournalArgs),
    /// Print what decided at every tick of an episode, where its experiment keeps that
    Decisions(decisions::DecisionsArgs),
    /// Print the scores of an experiment
    Scores(scores::ScoresArgs),
    /// Recompute the digest of an experiment from its scores
    Digest(scores::DigestArgs),
    /// Write the report of an experiment: what was asked, played, measured and concluded
    Report(report::ReportArgs),
    /// Compare two agents, of one experiment or two
    Compare(compare::CompareArgs),
    /// Look at an evolution: how it stands, its best agent, lineages, checkpoints, champions against each other
    #[command(subcommand)]
    Evolve(evolve::EvolveCommand),
    /// Tell how many episodes a question needs, or what so many can find
    Power(power::PowerArgs),
    /// Analyse a table of data: gate, model, diagnostics, contrasts and verdicts
    Analyse(analyse::AnalyseArgs),
    /// List the files that were taken in, or the checkpoints of an evolution
    Artifacts(artifacts::ArtifactsArgs),
    /// Write every episode of an experiment, with its factors and measures, for other programs
    Export(export::ExportArgs),
    /// Ask the database in SQL; nothing can be changed
    Sql(sql::SqlArgs),
    /// Keep what an experiment shows, and see what became of it
    #[command(subcommand)]
    Finding(finding::FindingCommand),
    /// List events, and prove that ledger, event stream and summaries agree
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Look at jobs, and put them into the queue again
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// Check an experiment file
    Validate(files::ValidateArgs),
    /// Print the conditions of a design and what they can tell, or write a new experiment file
    Design(design::DesignArgs),
    /// Print the JSON Schema of experiment files
    Schema,
    /// List the policies and their parameters
    Policies(files::PoliciesArgs),
    /// List the scenarios
    Scenarios(files::ScenariosArgs),
    /// Run the daemon
    Serve(daemon::ServeArgs),
    /// Play jobs for a daemon
    Worker(daemon::WorkerArgs),
    /// Ask a daemon whether it is ready
    Health(connect::HealthArgs),
    /// Prove that kills change no result: play an experiment calmly, then while processes are killed
    Chaos(Box<chaos::ChaosArgs>),
    /// Create or update the tables of the database
    Migrate(daemon::MigrateArgs),
    /// List, start and stop the agents that a daemon plays with
    #[command(subcommand)]
    Agents(pool::AgentsCommand),
    /// Make, list and revoke the tokens that callers need
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Check everything that is needed, and say what is missing
    Doctor(doctor::DoctorArgs),
    /// Install or find the engine
    #[command(subcommand)]
    Engine(engine::EngineCommand),
    /// Measure
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
}

impl Command {
    fn is_daemon(name: Option<&str>) -> bool {
        matches!(name, Some("serve" | "worker"))
    }

    /// Whether it answers scrapers of metrics.
    fn is_scraped(&self) -> bool {
        match self {
            Self::Serve(args) => args.is_scraped(),
            Self::Worker(args) => args.is_scraped(),
            _ => false,
        }
    }
}

/// Reads the command line, does what it says and returns how it went.
pub fn run() -> Exit {
    // Messages quote commands and paths, which broken lines would spoil.
    let unbroken = |_: &_| Box::new(miette::MietteHandlerOpts::new().wrap_lines(false).build()) as Box<_>;
    if let Err(error) = miette::set_hook(Box::new(unbroken)) {
        return Failure::internal(error.to_string()).print();
    }
    let name = std::env::args().nth(1);
    // A daemon tells what it does; a command prints its result and only warns besides.
    let filter = match name.as_deref() {
        name if Command::is_daemon(name) => "info",
        // It takes minutes, so it says what it does.
        Some("chaos") => "warn,orchestrator::chaos=info",
        _ => "warn",
    };
    let cli = Loader::<Cli>::new()
        .default_value("log", filter)
        .default_value("grpc-addr", "127.0.0.1:50051")
        .default_value("nats-subject-prefix", "clau-doom")
        .default_value("nats-stream", "EXPERIMENTS")
        .default_value("amqp-exchange", "claudoom")
        .default_value("amqp-queue", "claudoom.jobs")
        .default_value("amqp-routing-key", "job")
        .load();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::internal(format!("cannot start the runtime: {error}")).print(),
    };
    // The command runs in a task: a runtime's own thread is slower at waking up than its workers.
    let outcome = runtime.block_on(async { tokio::spawn(dispatch(cli)).await });
    match outcome {
        Ok(Ok(())) => Exit::Done,
        Ok(Err(failure)) => failure.print(),
        Err(panic) => Failure::internal(format!("the command ended unexpectedly: {panic}")).print(),
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let config = TelemetryConfig::from_args(&cli.telemetry, "orchestrator").with_scraping(cli.command.is_scraped());
    let telemetry = telemetry::init(&config).map_err(|error| Failure::usage(error.to_string()))?;
    // One command's future is as large as the largest of all commands.
    let outcome = Box::pin(execute(cli, telemetry.scraped(), config.otlp_endpoint)).await;
    telemetry.shutdown().await;
    outcome
}

async fn execute(cli: Cli, metrics: Option<Metrics>, collector: Option<String>) -> Result<(), Failure> {
    let Cli { command, engine, env, crash, .. } = cli;
    crash.arm();
    let place = Place { engine, env, metrics, collector };
    match command {
        Command::Demo(args) => demo::run(args, &place).await,
        Command::Launch(args) => experiments::launch(args, &place).await,
        Command::List(args) => experiments::list(args, &place).await,
        Command::Show(args) => experiments::show(args, &place).await,
        Command::Watch(args) => watch::run(args, &place).await,
        Command::Pause(args) => control::change(args, control::Change::Pause, &place).await,
        Command::Resume(args) => control::change(args, control::Change::Resume, &place).await,
        Command::Stop(args) => control::stop(args, &place).await,
        Command::Extend(args) => control::extend(args, &place).await,
        Command::Journal(args) => journal::run(args, &place).await,
        Command::Decisions(args) => decisions::run(args, &place).await,
        Command::Scores(args) => scores::run(args, &place).await,
        Command::Digest(args) => scores::digest(args, &place).await,
        Command::Report(args) => report::run(args, &place).await,
        Command::Compare(args) => compare::run(args, &place).await,
        Command::Evolve(command) => evolve::run(command, &place).await,
        Command::Power(args) => power::run(&args),
        Command::Analyse(args) => analyse::run(&args),
        Command::Artifacts(args) => artifacts::run(args, &place).await,
        Command::Export(args) => export::run(args, &place).await,
        Command::Sql(args) => sql::run(args, &place).await,
        Command::Finding(command) => finding::run(command, &place).await,
        Command::Events(command) => events::run(command, &place).await,
        Command::Jobs(command) => jobs::run(command, &place).await,
        Command::Validate(args) => files::validate(&args, &place).await,
        Command::Design(args) => design::run(args, &place).await,
        Command::Schema => files::schema(),
        Command::Policies(args) => files::policies(&args),
        Command::Scenarios(args) => files::scenarios(&args, &place),
        Command::Serve(args) => daemon::serve(args, &place).await,
        Command::Worker(args) => daemon::worker(args, &place).await,
        Command::Health(args) => connect::health(args).await,
        Command::Chaos(args) => chaos::run(*args, &place).await,
        Command::Migrate(args) => daemon::migrate(args).await,
        Command::Agents(command) => pool::run(command, &place).await,
        Command::Token(command) => token::run(command).await,
        Command::Doctor(args) => doctor::run(args, &place).await,
        Command::Engine(command) => engine::run(command, &place),
        Command::Bench(command) => bench::run(command, &place).await,
        Command::Completions(args) => completions::run(&args),
    }
}

/// A number of games side by side; 0 stands for one per processor, where that is the default. The bound keeps a slip of
/// the finger from starting a game for every byte of memory.
fn games() -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(0..=1024).map(usize::from)
}

/// Where the engine and the user's data are, and who is told what of this process.
#[derive(Debug, Clone)]
struct Place {
    engine: EngineArgs,
    env: Env,
    /// What scrapers of this process are told.
    metrics: Option<Metrics>,
    /// Where its traces and metrics go.
    collector: Option<String>,
}
