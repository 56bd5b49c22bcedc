//! Flags that say where PostgreSQL, NATS and RabbitMQ are.

use blobs::S3Config;
use clap::Args;
use messaging::jetstream::NatsConfig;
use messaging::rabbit::AmqpConfig;
use runtime::config::{AmqpArgs, BlobArgs, DatabaseArgs, NatsArgs, Secret, SecretError};
use store::StoreConfig;

use super::Failure;
use crate::app::{BlobPlace, Dependencies};

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
    /// Files of users' own.
    #[command(flatten)]
    pub(super) blobs: BlobArgs,
}

impl ServicesArgs {
    /// The services as the system connects to them.
    pub(super) fn dependencies(&self) -> Result<Dependencies, Failure> {
        Ok(Dependencies {
            store: store_config(&self.database)?,
            nats: nats_config(&self.nats)?,
            amqp: amqp_config(&self.amqp)?,
            blobs: blob_place(&self.blobs)?,
        })
    }
}

/// Where files of users' own are kept.
fn blob_place(args: &BlobArgs) -> Result<BlobPlace, Failure> {
    if let Some(root) = &args.blob_fs_root {
        return Ok(BlobPlace::Folder(root.clone()));
    }
    let Some(bucket) = &args.s3_bucket else { return Ok(BlobPlace::Ledger) };
    let access_key = args.access_key().map_err(|error| Failure::usage(error.to_string()))?;
    Ok(BlobPlace::S3(S3Config {
        endpoint: args.s3_endpoint.clone(),
        bucket: bucket.clone(),
        region: args.aws_region.clone(),
        access_key: access_key.map(|(id, key)| (id.expose().to_owned(), key.expose().to_owned())),
    }))
}

/// The event stream that these flags name.
pub(super) fn nats_config(args: &NatsArgs) -> Result<NatsConfig, Failure> {
    Ok(NatsConfig {
        tls: args.tls(),
        login: args.login().map_err(|error| Failure::usage(error.to_string()))?,
        prefix: args.nats_subject_prefix.clone(),
        stream: args.nats_stream.clone(),
        max_age: args.nats_max_age,
        max_bytes: args.nats_max_bytes,
        max_messages: args.nats_max_messages,
        consumer: args.nats_consumer.clone(),
        ..NatsConfig::new(url(args.url(), "--nats-url")?)
    })
}

/// The job queue that these flags name.
pub(super) fn amqp_config(args: &AmqpArgs) -> Result<AmqpConfig, Failure> {
    Ok(AmqpConfig {
        tls: args.tls(),
        exchange: args.amqp_exchange.clone(),
        queue: args.amqp_queue.clone(),
        routing_key: args.amqp_routing_key.clone(),
        rebuild_after: args.rebuild_after(),
        ..AmqpConfig::new(url(args.url(), "--amqp-url")?)
    })
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
        tls: args.tls(),
        allow_unsafe: args.db_allow_unsafe,
        max_connections: args.db_pool_max_size,
        acquire_timeout: args.pool_timeout(),
        ..StoreConfig::new(url(args.url(), "--database-url")?)
    })
}

pub(super) fn url(given: Result<Option<Secret>, SecretError>, flag: &str) -> Result<String, Failure> {
    let secret = given.map_err(|error| Failure::usage(error.to_string()))?;
    secret.map(|secret| secret.expose().to_owned()).ok_or_else(|| Failure::usage(format!("{flag} is missing")))
}
