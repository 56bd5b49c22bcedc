//! Private PostgreSQL, NATS with JetStream and RabbitMQ below one folder, under a supervisor.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use servers::{Nats, Postgres, PostgresOptions, Program, RabbitMq, Server};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::supervisor::Supervisor;

/// Enough for every pool of the daemons.
const CONNECTIONS: &str = "max_connections=300";
/// How long a service may take to answer after it was started, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);

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
        let postgres = spawn_blocking(move || {
            let options = PostgresOptions { settings: &[CONNECTIONS], ..PostgresOptions::default() };
            Postgres::create(&below, &options)
        });
        let services =
            Self { postgres: postgres.await??, nats: Nats::create(folder)?, rabbitmq: RabbitMq::create(folder, None)? };
        for program in services.programs() {
            let name = program.name.clone();
            supervisor.start(program).await.with_context(|| format!("cannot start {name}"))?;
        }
        for service in Service::ALL {
            services.wait_until_ready(service).await?;
        }
        Ok(services)
    }

    fn server(&self, service: Service) -> Box<dyn Server> {
        match service {
            Service::Postgres => Box::new(self.postgres.clone()),
            Service::Nats => Box::new(self.nats.clone()),
            Service::RabbitMq => Box::new(self.rabbitmq.clone()),
        }
    }

    fn programs(&self) -> Vec<Program> {
        let servers = Service::ALL.map(|service| self.server(service));
        let helpers = servers.iter().flat_map(|server| server.helpers());
        helpers.chain(servers.iter().map(|server| server.program())).collect()
    }

    /// Names of all programs among the supervised.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.programs().into_iter().map(|program| program.name).collect()
    }

    /// Where they are.
    #[must_use]
    pub fn urls(&self) -> Urls {
        Urls { database: format!("{}/postgres", self.postgres.url()), nats: self.nats.url(), amqp: self.rabbitmq.url() }
    }

    /// What their programs say about their versions.
    #[must_use]
    pub fn versions(&self) -> Vec<(&'static str, String)> {
        let said = [("PostgreSQL", self.postgres.version()), ("NATS", self.nats.version())];
        said.into_iter().filter_map(|(name, version)| Some((name, version?))).collect()
    }

    /// Whether a service lets clients in.
    pub async fn is_ready(&self, service: Service) -> bool {
        let server = self.server(service);
        spawn_blocking(move || server.answers()).await.unwrap_or(false)
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
