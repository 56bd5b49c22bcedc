//! How commands reach the service: a daemon over gRPC, or the same service in this process over a socket of its own.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use runtime::config::{GrpcTlsArgs, TokenFileArgs};
use runtime::grpc::{self, Address, ClientConfig, Listener, ServerConfig};
use runtime::health::Readiness;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Exit, Failure, Place, output};
use crate::app::watch::DEPENDENCIES;
use crate::app::{Embedded, EmbeddedSettings, scratch};
use crate::pool::Pool;
use crate::practice::{GAMES, Practices};
use crate::retrospection;
use crate::service::Service;
use crate::shard::Pin;

/// Name of the service in health checks.
pub(super) const SERVICE: &str = "claudoom.orchestrator.v1.OrchestratorService";

/// A client of the service, whose calls say who makes them.
pub(super) type Client = OrchestratorServiceClient<grpc::Client>;

/// Which service a command talks to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Service")]
pub(super) struct ServiceArgs {
    /// Daemon to talk to
    #[arg(long, env = "ORCHESTRATOR_URL", value_name = "URL", default_value = "http://127.0.0.1:50051")]
    server: Address,

    /// Use no daemon: run the service in this process, over the data folder
    #[arg(long)]
    embedded: bool,

    /// Data folder for --embedded
    #[arg(long, value_name = "DIR", requires = "embedded")]
    data: Option<PathBuf>,

    #[command(flatten)]
    pub(super) tls: GrpcTlsArgs,

    #[command(flatten)]
    token: TokenFileArgs,
}

/// How games are played in this process.
pub(super) struct Here {
    /// Games side by side; 0 for one per processor.
    pub(super) engines: usize,
    /// Whether shards are pinned to processors.
    pub(super) pin: Pin,
    /// Who looks back on generations, if there is somebody.
    pub(super) retrospection: Option<retrospection::Settings>,
}

/// An open way to the service.
pub(super) struct Connection {
    /// Makes the calls.
    pub(super) client: Client,
    embedded: Option<Running>,
}

struct Running {
    system: Embedded,
    stop: CancellationToken,
    server: JoinHandle<()>,
    _socket: tempfile::TempDir,
}

impl Connection {
    /// Opens the way. With `--embedded`, games are played in this process as `here` says as long as it is open.
    pub(super) async fn open(args: &ServiceArgs, place: &Place, here: Option<Here>) -> Result<Self, Failure> {
        if !args.embedded {
            return Ok(Self { client: client(&args.server, channel(&args.tls, &args.token)?, place)?, embedded: None });
        }
        let data = args.data.clone().unwrap_or_else(|| place.env.data_home().join("embedded"));
        std::fs::create_dir_all(&data)?;
        let engine = match (place.engine.open(&place.env), &here) {
            // What was played can be looked at without an engine.
            (Err(_), None) => None,
            (install, here) => Some((install?, here.as_ref().map(|here| here.engines))),
        };
        let (pin, retrospection) = here.map_or((Pin::Off, None), |here| (here.pin, here.retrospection));
        let system = Embedded::start(EmbeddedSettings { data, engine, pin, retrospection }).await?;
        let socket = scratch::create()?;
        let address = Address::Unix(socket.path().join("service.sock"));
        let listener = Listener::bind(&address).await.map_err(|error| Failure::internal(error.to_string()))?;
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(system.core.clone(), listener, stop.clone()));
        let client = client(&address, ClientConfig::default(), place)?;
        Ok(Self { client, embedded: Some(Running { system, stop, server, _socket: socket }) })
    }

    /// Whether games are played in this process, so that it must stay until they are over.
    pub(super) fn plays_here(&self) -> bool {
        self.embedded.as_ref().is_some_and(|running| running.system.playing.is_some())
    }

    /// Closes the way.
    pub(super) async fn close(self) {
        if let Some(running) = self.embedded {
            running.stop.cancel();
            let _ = running.server.await;
            running.system.stop().await;
        }
    }
}

/// Asks a service and closes the connection, whatever the answer is.
pub(super) async fn asked<T>(
    service: &ServiceArgs,
    place: &Place,
    ask: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut connection = Connection::open(service, place, None).await?;
    let answer = ask(&mut connection.client).await;
    connection.close().await;
    answer
}

async fn serve(core: crate::core::Core, listener: Listener, stop: CancellationToken) {
    let config = ServerConfig { methods: proto::methods::OF_ORCHESTRATORS, ..ServerConfig::default() };
    let readiness = Readiness::builder().build();
    let routes = match grpc::base_routes(&readiness, None) {
        Ok(routes) => {
            let practice = Practices::new(core.games.clone(), GAMES, stop.clone());
            routes.add_service(Service::server(core, Pool::fixed(Vec::new()), practice, config.max_message_bytes))
        }
        Err(error) => {
            tracing::error!(%error, "the service in this process cannot be built");
            return;
        }
    };
    if let Err(error) = grpc::serve(&config, routes, listener, stop, Duration::from_secs(1)).await {
        tracing::error!(%error, "the service in this process ended");
    }
}

/// How servers are dialled.
pub(super) fn channel(tls: &GrpcTlsArgs, token: &TokenFileArgs) -> Result<ClientConfig, Failure> {
    let token = token.token().map_err(|error| Failure::usage(error.to_string()))?;
    let config = tls.client().map_err(|error| Failure::usage(error.to_string()))?;
    Ok(ClientConfig { token, ..config })
}

fn client(address: &Address, config: ClientConfig, place: &Place) -> Result<Client, Failure> {
    let config = ClientConfig { user: Some(place.env.whoami()), ..config };
    let client = grpc::Client::new(address, &config, proto::methods::OF_ORCHESTRATORS);
    let client = client.map_err(|error| Failure::usage(format!("{address}: {error}")))?;
    Ok(OrchestratorServiceClient::new(client).max_decoding_message_size(grpc::DEFAULT_MAX_MESSAGE_BYTES))
}

/// Arguments of `health`.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// Daemon to ask
    #[arg(long, env = "ORCHESTRATOR_URL", value_name = "URL", default_value = "http://127.0.0.1:50051")]
    server: Address,

    /// What is asked for: this service, `worker`, or `live`, which is false when a restart would help
    #[arg(long, value_name = "NAME", default_value = SERVICE)]
    service: String,

    #[command(flatten)]
    tls: GrpcTlsArgs,
}

/// Asks a daemon whether it is ready; the exit code is the answer.
pub(super) async fn health(args: HealthArgs) -> Result<(), Failure> {
    let channel = channel(&args.tls, &TokenFileArgs::default())?;
    if let Err(error) = grpc::ready(&args.server, &channel, &args.service).await {
        let away = away(&args.server, &channel).await;
        let told = if away.is_empty() { String::new() } else { format!("; not ready: {}", away.join(", ")) };
        return Err(Failure::new(Exit::Unavailable, miette::miette!("{error}{told}")));
    }
    output::line(format!("SERVING {}", args.server))
}

/// The dependencies that a daemon, which is there, waits for.
async fn away(server: &Address, channel: &ClientConfig) -> Vec<&'static str> {
    let mut away = Vec::new();
    for name in DEPENDENCIES {
        match grpc::ready(server, channel, name).await {
            Ok(()) => {}
            Err(grpc::NotReady::Status { .. }) => away.push(name),
            Err(_) => return Vec::new(),
        }
    }
    away
}
