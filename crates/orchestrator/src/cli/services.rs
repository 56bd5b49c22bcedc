//! Flags that say where PostgreSQL, NATS and RabbitMQ are.

use clap::Args;
use messaging::jetstream::NatsConfig;
use messaging::rabbit::AmqpConfig;
use runtime::config::{AmqpArgs, DatabaseArgs, NatsArgs, Secret, SecretError};
use store::StoreConfig;

use super::Failure;
use crate::app::Dependencies;

/// Where the services are.
#[derive(Debug, Clone, Args)]
pub(super) struct ServicesArgs {
    /// The database.
    #[command(flatten)]
    pub(super) database: DatabaseArgs,
    /// The event stream.
    #[command(flatten)]
    pub(super) nats: NatsArgs,
    /// The job queue.
    #[command(flatten)]
    pub(super) amqp: AmqpArgs,
}

impl ServicesArgs {
    /// The services as the system connects to them.
    pub(super) fn dependencies(&self) -> Result<Dependencies, Failure> {
        let nats_url = url(self.nats.url(), "--nats-url")?;
        let amqp_url = url(self.amqp.url(), "--amqp-url")?;
        Ok(Dependencies {
            store: store_config(&self.database)?,
            nats: NatsConfig {
                prefix: self.nats.nats_subject_prefix.clone(),
                stream: self.nats.nats_stream.clone(),
                ..NatsConfig::new(nats_url)
            },
            amqp: AmqpConfig {
                exchange: self.amqp.amqp_exchange.clone(),
                queue: self.amqp.amqp_queue.clone(),
                routing_key: self.amqp.amqp_routing_key.clone(),
                ..AmqpConfig::new(amqp_url)
            },
        })
    }
}

/// Where database, event stream and job queue are.
pub(super) fn urls(args: &ServicesArgs) -> Result<[String; 3], Failure> {
    Ok([
        url(args.database.url(), "--database-url")?,
        url(args.nats.url(), "--nats-url")?,
        url(args.amqp.url(), "--amqp-url")?,
    ])
}

/// The ledger that these flags name.
pub(super) fn store_config(args: &DatabaseArgs) -> Result<StoreConfig, Failure> {
    Ok(StoreConfig {
        max_connections: args.db_pool_max_size,
        acquire_timeout: args.pool_timeout(),
        ..StoreConfig::new(url(args.url(), "--database-url")?)
    })
}

fn url(given: Result<Option<Secret>, SecretError>, flag: &str) -> Result<String, Failure> {
    let secret = given.map_err(|error| Failure::usage(error.to_string()))?;
    secret.map(|secret| secret.expose().to_owned()).ok_or_else(|| Failure::usage(format!("{flag} is missing")))
}
