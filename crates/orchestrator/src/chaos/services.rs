//! Private PostgreSQL, NATS with JetStream and RabbitMQ: below one folder, on ports of their own, each able to come back
//! on the same data and the same port after SIGKILL.

mod nats;
mod postgres;
mod rabbitmq;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::supervisor::{Program, Supervisor};

pub use nats::Nats;
pub use postgres::Postgres;
pub use rabbitmq::RabbitMq;

/// Programs that services call, where distributions put them.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long a service may take to answer after it was started, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// One of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// PostgreSQL, the ledger.
    Postgres,
    /// NATS, the event stream.
    Nats,
    /// RabbitMQ, the job queue.
    RabbitMq,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Nats, Self::RabbitMq];

    /// Its name among the supervised.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Nats => "nats",
            Self::RabbitMq => "rabbitmq",
        }
    }
}

/// Where the services are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Urls {
    /// Of the database.
    pub database: String,
    /// Of NATS.
    pub nats: String,
    /// Of RabbitMQ.
    pub amqp: String,
}

/// Three services of one's own.
#[derive(Debug)]
pub struct PrivateServices {
    /// The ledger.
    pub postgres: Postgres,
    /// The event stream.
    pub nats: Nats,
    /// The job queue.
    pub rabbitmq: RabbitMq,
}

impl PrivateServices {
    /// Starts all three below `folder`, to which other users must have access, and waits until they answer.
    ///
    /// # Errors
    /// If a program is not installed or does not come up.
    pub async fn start(supervisor: &Supervisor, folder: &Path) -> anyhow::Result<Self> {
        let below = folder.to_owned();
        // initdb takes a while; it is waited for on a thread that may wait.
        let postgres = tokio::task::spawn_blocking(move || Postgres::create(&below)).await??;
        let services = Self { postgres, nats: Nats::create(folder)?, rabbitmq: RabbitMq::create(folder)? };
        for program in services.programs() {
            let name = program.name.clone();
            supervisor.start(program).await.with_context(|| format!("cannot start {name}"))?;
        }
        for service in Service::ALL {
            services.wait_until_ready(service).await?;
        }
        Ok(services)
    }

    fn programs(&self) -> Vec<Program> {
        let [names, broker] = self.rabbitmq.programs();
        vec![names, broker, self.postgres.program(), self.nats.program()]
    }

    /// Names of all programs among the supervised.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.programs().into_iter().map(|program| program.name).collect()
    }

    /// Where they are.
    #[must_use]
    pub fn urls(&self) -> Urls {
        Urls { database: self.postgres.url(), nats: self.nats.url(), amqp: self.rabbitmq.url() }
    }

    /// What their programs say about their versions.
    #[must_use]
    pub fn versions(&self) -> Vec<(&'static str, String)> {
        let said = [("PostgreSQL", self.postgres.version()), ("NATS", self.nats.version())];
        said.into_iter().filter_map(|(name, version)| Some((name, version?))).collect()
    }

    /// Whether a service lets clients in.
    pub async fn is_ready(&self, service: Service) -> bool {
        let ready = async {
            match service {
                Service::Postgres => self.postgres.is_ready().await,
                Service::Nats => self.nats.is_ready().await,
                Service::RabbitMq => self.rabbitmq.is_ready().await,
            }
        };
        timeout(ANSWER, ready).await.unwrap_or(false)
    }

    /// Waits until a service lets clients in.
    ///
    /// # Errors
    /// If it does not for minutes.
    pub async fn wait_until_ready(&self, service: Service) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        while !self.is_ready(service).await {
            if Instant::now() > until {
                bail!("{} does not answer after {} s; its log says why", service.name(), PATIENCE.as_secs());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}

/// Sends `question` to a local port and reads the first `N` bytes of the answer.
async fn first_bytes<const N: usize>(port: u16, question: &[u8]) -> Option<[u8; N]> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(question).await.ok()?;
    let mut answer = [0; N];
    stream.read_exact(&mut answer).await.ok()?;
    Some(answer)
}

/// The first number that `program --version` says, such as `15.18`.
fn version(program: &Path) -> Option<String> {
    let output = std::process::Command::new(program).arg("--version").env_clear().output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let words = said.split_whitespace().map(|word| word.trim_start_matches('v'));
    words.into_iter().find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}

/// The first of `candidates` that is a file, or a word on what to install.
fn program(candidates: &[&str], package: &str) -> anyhow::Result<std::path::PathBuf> {
    let found = candidates.iter().map(Path::new).find(|path| path.is_file());
    match found {
        Some(path) => Ok(path.to_owned()),
        None => bail!("{} is not there: install the package {package}", candidates.join(" or ")),
    }
}
