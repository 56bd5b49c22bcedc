//! The command line of the program `agent`.

mod check;
mod explain;
mod output;
mod token;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use runtime::access::{FileBook, TokenBook};
use runtime::config::{ConfigArgs, GrpcServerArgs, GrpcTlsArgs, HttpArgs, Loader, TelemetryArgs};
use runtime::grpc::{self, Access, Address, Listener, ServerConfig, Stopped};
use runtime::http::{self, Metrics};
use runtime::telemetry::{self, TelemetryConfig};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::definition::Defined;
use crate::service::SERVICE_NAME;
use crate::settings::Settings;

/// Where the daemon listens unless told otherwise.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:50052";

/// Decides for agents that play Doom
#[derive(Parser, Debug)]
#[command(name = "agent", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve AgentService over gRPC
    Serve(Box<ServeArgs>),
    /// Ask a daemon whether it is ready; the exit code is the answer
    Health(HealthArgs),
    /// Tell what a definition makes, and everything that is wrong with it
    Check(check::CheckArgs),
    /// Tell what an agent would do in a game state, and why
    Explain(explain::ExplainArgs),
    /// Make, list and revoke the tokens that callers need
    #[command(subcommand)]
    Token(token::TokenCommand),
}

/// Flags of `agent health`.
#[derive(Args, Debug)]
struct HealthArgs {
    /// Daemon to ask: host:port or unix:///path
    #[arg(long, env = "AGENT_ADDR", value_name = "ADDR", default_value = DEFAULT_ADDRESS)]
    addr: Address,

    #[command(flatten)]
    tls: GrpcTlsArgs,
}

/// Flags of `agent serve`.
#[derive(Args, Debug)]
struct ServeArgs {
    #[command(flatten)]
    grpc: GrpcServerArgs,

    #[command(flatten)]
    http: HttpArgs,

    /// Listen on this Unix socket instead of --grpc-addr
    #[arg(long, env = "AGENT_UDS", value_name = "PATH", help_heading = "gRPC")]
    uds: Option<PathBuf>,

    /// File with the tokens of callers, as `agent token create` writes it
    #[arg(long, env = "AGENT_TOKENS_FILE", value_name = "FILE", help_heading = "gRPC")]
    tokens_file: Option<PathBuf>,

    /// Definition of the agent that GetAction answers with; `agent check` tells what it makes
    #[arg(long, env = "AGENT_DEFINITION", value_name = "FILE")]
    definition: Option<PathBuf>,

    /// Milliseconds for one decision: GetAction fails above it, sessions count it
    #[arg(long, env = "AGENT_BUDGET_MS", value_name = "MS", default_value_t = 100,
          value_parser = clap::value_parser!(u64).range(1..=60_000))]
    budget_ms: u64,

    /// Milliseconds that sessions have to end their episodes when the daemon stops
    #[arg(long, env = "AGENT_DRAIN_MS", value_name = "MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(0..=600_000))]
    drain_ms: u64,

    /// Stop once standard input ends, as it does when the process at its other end does
    #[arg(long)]
    until_stdin_ends: bool,

    #[command(flatten)]
    telemetry: TelemetryArgs,

    #[command(flatten)]
    config: ConfigArgs,
}

impl Cli {
    /// Reads the command line with its variables and config file; leaves with a message if it is wrong.
    #[must_use]
    pub fn load() -> Self {
        Loader::new().default_value("grpc-addr", DEFAULT_ADDRESS).load()
    }

    /// Does what was asked for; the code says whether what was looked at is right.
    ///
    /// # Errors
    /// What went wrong, for people.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let runtime = || tokio::runtime::Runtime::new().context("cannot start the async runtime");
        match self.command {
            Command::Serve(args) => runtime()?.block_on(serve(*args))?,
            Command::Health(args) => runtime()?.block_on(health(&args))?,
            Command::Check(args) => return check::run(&args),
            Command::Explain(args) => return explain::run(&args),
            Command::Token(command) => runtime()?.block_on(token::run(command))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn health(args: &HealthArgs) -> anyhow::Result<()> {
    grpc::ready(&args.addr, &args.tls.client()?, SERVICE_NAME).await?;
    Ok(writeln!(std::io::stdout(), "SERVING {}", args.addr)?)
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let config = TelemetryConfig::from_args(&args.telemetry, "agent").with_scraping(args.http.http_addr.is_some());
    let telemetry = telemetry::init(&config)?;
    let shutdown = CancellationToken::new();
    runtime::signal::shutdown_signal(shutdown.clone()).context("cannot watch for signals")?;
    if args.until_stdin_ends {
        stop_with_stdin(shutdown.clone());
    }
    let outcome = listen_and_serve(&args, telemetry.scraped(), shutdown).await;
    telemetry.shutdown().await;
    match outcome? {
        Stopped::Drained => info!("stopped"),
        Stopped::Cut => info!("stopped; some sessions did not end in time"),
    }
    Ok(())
}

/// A thread of its own: the runtime would wait for a blocking task when it ends.
fn stop_with_stdin(shutdown: CancellationToken) {
    std::thread::spawn(move || {
        // What is said there means nothing; an error is as much an end as the end.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        info!("standard input has ended");
        shutdown.cancel();
    });
}

async fn listen_and_serve(
    args: &ServeArgs,
    metrics: Option<Metrics>,
    shutdown: CancellationToken,
) -> anyhow::Result<Stopped> {
    let settings = args.settings()?;
    let http = args.http.server(&args.grpc.tls, args.grpc.insecure)?;
    let listener = Listener::bind(&args.address()).await?;
    let probed = match &args.http.http_addr {
        Some(address) => Some((Listener::bind(address).await?, http)),
        None => None,
    };
    info!(address = %listener.address()?, "serving");
    let readiness = crate::server::readiness();
    let access = Arc::new(settings.server.access.clone());
    let probes = http::probes(readiness.clone(), SERVICE_NAME, metrics, access);
    // Probes are answered to the very end.
    let over = CancellationToken::new();
    let probing = async {
        if let Some((listener, server)) = probed {
            info!(address = ?listener.address(), "answering HTTP");
            http::serve(server, listener, probes, over.clone(), Duration::ZERO).await;
        }
    };
    let serving = async {
        let served = crate::server::serve_with(listener, settings, readiness, shutdown).await;
        over.cancel();
        served
    };
    let (served, ()) = tokio::join!(serving, probing);
    Ok(served?)
}

impl ServeArgs {
    fn address(&self) -> Address {
        self.uds.clone().map_or_else(|| self.grpc.grpc_addr.clone(), Address::Unix)
    }

    fn book(&self) -> anyhow::Result<Option<Arc<dyn TokenBook>>> {
        let Some(path) = &self.tokens_file else { return Ok(None) };
        Ok(Some(Arc::new(FileBook::open(path)?)))
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        let book = self.book()?;
        let server = self.grpc.server(&self.address(), book.is_some())?;
        Ok(Settings {
            budget: Duration::from_millis(self.budget_ms),
            drain_limit: Duration::from_millis(self.drain_ms),
            definition: self.definition.as_deref().map(Defined::read).transpose()?,
            reflection: self.grpc.reflection,
            server: ServerConfig { access: Access { book, ..server.access }, ..server },
            ..Settings::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> ServeArgs {
        let loader = Loader::<Cli>::new().default_value("grpc-addr", DEFAULT_ADDRESS);
        let Command::Serve(args) = loader.load_from(arguments).unwrap().config.command else { panic!("not `serve`") };
        *args
    }

    #[test]
    fn a_socket_path_takes_the_place_of_the_address() {
        let args = parse(&["agent", "serve", "--uds", "/run/agent.sock"]);
        assert_eq!(args.address(), Address::Unix("/run/agent.sock".into()));
    }

    #[test]
    fn defaults_are_those_of_the_settings() {
        let args = parse(&["agent", "serve", "--grpc-addr", DEFAULT_ADDRESS]);
        let (settings, default) = (args.settings().unwrap(), Settings::default());
        assert_eq!((settings.budget, settings.drain_limit), (default.budget, default.drain_limit));
        assert_eq!(args.address().to_string(), DEFAULT_ADDRESS);
    }
}
