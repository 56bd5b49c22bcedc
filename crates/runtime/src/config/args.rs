//! Groups of flags with the same names and variables in every daemon.
//!
//! A flag is required when it has no default here: the daemon gives one with [`Loader::default_value`](super::Loader::default_value).

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::{Args, ValueEnum, builder::BoolishValueParser};

use super::{Secret, SecretError};
use crate::access::Role;
use crate::grpc::{
    Access, Address, ClientCertificates, ClientConfig, ClientTls, ServerConfig, ServerTls, TlsError, Trust,
};
use crate::http::HttpServer;
use crate::tls::TlsFiles;

/// How the gRPC server listens.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "gRPC")]
pub struct GrpcServerArgs {
    /// Where to listen: host:port, or unix:///path/to.sock
    #[arg(long, env = "GRPC_ADDR", value_name = "ADDR")]
    pub grpc_addr: Address,

    /// Milliseconds between keepalive pings, sent on idle connections too
    #[arg(long, env = "GRPC_KEEPALIVE_MS", value_name = "MS", default_value_t = 20_000,
          value_parser = clap::value_parser!(u64).range(1_000..=3_600_000))]
    pub grpc_keepalive_ms: u64,

    /// Largest message in MiB, in either direction
    #[arg(long, env = "GRPC_MAX_MESSAGE_MB", value_name = "MIB", default_value_t = 16,
          value_parser = clap::value_parser!(u32).range(1..=100))]
    pub grpc_max_message_mb: u32,

    /// Deadline in milliseconds of calls that bring none
    #[arg(long, env = "GRPC_TIMEOUT_MS", value_name = "MS", default_value_t = 30_000,
          value_parser = clap::value_parser!(u64).range(1..=86_400_000))]
    pub grpc_timeout_ms: u64,

    /// Serve reflection (v1 and v1alpha), so that grpcurl needs no proto files
    #[arg(long, env = "GRPC_REFLECTION", value_name = "BOOL", default_value = "false", num_args = 0..=1,
          require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub reflection: bool,

    /// Serve in the clear on an address that other machines can reach
    #[arg(long, env = "GRPC_INSECURE", value_name = "BOOL", default_value = "false", num_args = 0..=1,
          require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub insecure: bool,

    /// Certificates
    #[command(flatten)]
    pub tls: GrpcTlsArgs,

    /// Whether clients need a certificate of --grpc-tls-ca, or may come without and show a token
    #[arg(long, env = "GRPC_CLIENT_CERTIFICATES", value_name = "WHETHER", value_enum, default_value_t)]
    pub client_certificates: ClientCertificates,

    /// Who may call
    #[command(flatten)]
    pub auth: AuthArgs,
}

/// Who may call.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "gRPC")]
pub struct AuthArgs {
    /// Who needs a token or a certificate to call
    #[arg(long, env = "GRPC_AUTH", value_name = "WHO", value_enum, default_value_t = Trust::Local)]
    pub auth: Trust,

    /// What callers may do who show a certificate of --grpc-tls-ca and no token
    #[arg(long, env = "GRPC_CERTIFICATE_ROLE", value_name = "ROLE", value_enum, default_value_t = Role::Operator)]
    pub certificate_role: Role,
}

/// Where plain HTTP is answered.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArgs {
    /// Where to answer /livez, /readyz and /metrics over HTTP: host:port, or unix:///path/to.sock; nowhere unless given
    #[arg(long, env = "HTTP_ADDR", value_name = "ADDR")]
    pub http_addr: Option<Address>,
}

impl HttpArgs {
    /// Returns how the server treats its connections, with the certificate of gRPC.
    ///
    /// # Errors
    /// If certificates cannot be used, or there are none and the address can be reached from other machines without
    /// `insecure`.
    pub fn server(&self, tls: &GrpcTlsArgs, insecure: bool) -> Result<HttpServer, GrpcArgsError> {
        let tls =
            tls.grpc_tls_cert.is_some().then(|| ServerTls::load_for_http(tls.files()).map(Arc::new)).transpose()?;
        match &self.http_addr {
            Some(address) if tls.is_none() && !insecure && !address.is_local() => {
                Err(GrpcArgsError::Clear(address.clone()))
            }
            _ => Ok(HttpServer { tls }),
        }
    }
}

/// Why a server cannot be set up as its flags say.
#[derive(Debug, thiserror::Error)]
pub enum GrpcArgsError {
    /// A certificate file cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Others could read along.
    #[error(
        "{0} can be reached from other machines, and everything would travel in the clear; give --grpc-tls-cert and \
         --grpc-tls-key, listen on 127.0.0.1 or a Unix socket, or say --insecure where something else keeps it safe"
    )]
    Clear(Address),
    /// Nobody could call.
    #[error(
        "everybody needs a token or a certificate, and none would be accepted: give a file of tokens, or --grpc-tls-ca"
    )]
    Nobody,
}

impl GrpcServerArgs {
    /// Returns the settings of the server that listens on `address`; the book that tokens are looked up in, if there is to
    /// be one, is the caller's to add.
    ///
    /// # Errors
    /// If certificates cannot be used, or there are none and the address can be reached from other machines, or nobody
    /// could call.
    pub fn server(&self, address: &Address, with_book: bool) -> Result<ServerConfig, GrpcArgsError> {
        let tls = self.tls.server(self.client_certificates)?;
        if tls.is_none() && !self.insecure && !address.is_local() {
            return Err(GrpcArgsError::Clear(address.clone()));
        }
        let AuthArgs { auth: trust, certificate_role: certificates } = self.auth;
        if trust == Trust::None && !with_book && self.tls.grpc_tls_ca.is_none() {
            return Err(GrpcArgsError::Nobody);
        }
        Ok(ServerConfig {
            keepalive: Duration::from_millis(self.grpc_keepalive_ms),
            default_deadline: Duration::from_millis(self.grpc_timeout_ms),
            max_message_bytes: self.max_message_bytes(),
            tls,
            access: Access { trust, certificates, ..Access::default() },
            ..ServerConfig::default()
        })
    }

    /// Returns the message limit in bytes, for the generated services and clients.
    pub fn max_message_bytes(&self) -> usize {
        self.grpc_max_message_mb as usize * 1024 * 1024
    }
}

/// Who this process is in gRPC, and whom it trusts: as a server, as a client, or both.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "gRPC")]
pub struct GrpcTlsArgs {
    /// Certificate (PEM) with its chain: a server speaks TLS with it, a client shows it where it is asked
    #[arg(long, env = "GRPC_TLS_CERT", value_name = "FILE", requires = "grpc_tls_key")]
    pub grpc_tls_cert: Option<PathBuf>,

    /// Key (PEM) of the certificate
    #[arg(long, env = "GRPC_TLS_KEY", value_name = "FILE", requires = "grpc_tls_cert")]
    pub grpc_tls_key: Option<PathBuf>,

    /// Authorities (PEM): of servers at https:// addresses, instead of the well-known ones, and of clients' certificates
    #[arg(long, env = "GRPC_TLS_CA", value_name = "FILE")]
    pub grpc_tls_ca: Option<PathBuf>,
}

impl GrpcTlsArgs {
    fn files(&self) -> TlsFiles {
        let Self { grpc_tls_cert: cert, grpc_tls_key: key, grpc_tls_ca: ca } = self.clone();
        TlsFiles { ca, cert, key }
    }

    /// Returns what a server speaks; in the clear without a certificate.
    ///
    /// # Errors
    /// If a file cannot be used.
    pub fn server(&self, clients: ClientCertificates) -> Result<Option<Arc<ServerTls>>, TlsError> {
        if self.grpc_tls_cert.is_none() {
            return Ok(None);
        }
        Ok(Some(Arc::new(ServerTls::load(self.files(), clients)?)))
    }

    /// Returns the settings of channels to servers.
    ///
    /// # Errors
    /// If a file cannot be used.
    pub fn client(&self) -> Result<ClientConfig, TlsError> {
        Ok(ClientConfig { tls: ClientTls::load(self.files())?, ..ClientConfig::default() })
    }
}

/// Which token goes with calls. A token itself is no flag: every user of a machine can read the flags of a process.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "gRPC")]
pub struct TokenFileArgs {
    /// File that holds the token for calls
    #[arg(long, env = "CLAUDOOM_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

impl TokenFileArgs {
    /// Returns the token, if there is a file of one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn token(&self) -> Result<Option<Secret>, SecretError> {
        Secret::resolve("token", None, self.token_file.as_deref())
    }
}

/// Form of the log lines.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What is logged, and where traces and metrics go.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryArgs {
    /// What to log, for example info or info,store=debug
    #[arg(long = "log", env = "RUST_LOG", value_name = "FILTER", default_value = "info", global = true)]
    pub log: String,

    /// Form of the log lines on standard error
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,

    /// OTLP collector (gRPC), for example http://localhost:4317; without it nothing is exported
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL", global = true)]
    pub otel_exporter_otlp_endpoint: Option<String>,

    /// Name of this service in traces and metrics; the program's name unless given
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME", global = true)]
    pub otel_service_name: Option<String>,
}

/// Which database, and how many connections to it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// Database, for example postgres://user:password@host/name or sqlite:path/to.db
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Secret>,

    /// File that holds the database URL
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,

    /// Most connections of this process, at least 2: one of them copies bulk data and looks after the others
    #[arg(long, env = "DB_POOL_MAX_SIZE", value_name = "N", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub db_pool_max_size: u32,

    /// Milliseconds to wait for a connection of the pool
    #[arg(long, env = "DB_POOL_TIMEOUT_MS", value_name = "MS", default_value_t = 5_000,
          value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub db_pool_timeout_ms: u64,

    /// Authorities (PEM) that the database's certificate must come from; demands TLS with the right host name
    #[arg(long, env = "DB_TLS_CA", value_name = "FILE")]
    pub db_tls_ca: Option<PathBuf>,

    /// Client certificate (PEM) for the database
    #[arg(long, env = "DB_TLS_CERT", value_name = "FILE", requires = "db_tls_key")]
    pub db_tls_cert: Option<PathBuf>,

    /// Key (PEM) of the client certificate for the database
    #[arg(long, env = "DB_TLS_KEY", value_name = "FILE", requires = "db_tls_cert")]
    pub db_tls_key: Option<PathBuf>,

    /// Use a PostgreSQL that may lose commits with the power: fsync, synchronous_commit or full_page_writes is off
    #[arg(long, env = "DB_ALLOW_UNSAFE", value_name = "BOOL", default_value = "false", num_args = 0..=1,
          require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub db_allow_unsafe: bool,
}

impl DatabaseArgs {
    /// Returns the files that secure the connection.
    pub fn tls(&self) -> TlsFiles {
        TlsFiles { ca: self.db_tls_ca.clone(), cert: self.db_tls_cert.clone(), key: self.db_tls_key.clone() }
    }

    /// Returns the database URL, from its flag or from its file.
    pub fn url(&self) -> Result<Option<Secret>, SecretError> {
        Secret::resolve("database-url", self.database_url.as_ref(), self.database_url_file.as_deref())
    }

    /// Returns how long to wait for a connection of the pool.
    pub fn pool_timeout(&self) -> Duration {
        Duration::from_millis(self.db_pool_timeout_ms)
    }
}

/// Where files of users' own are kept: in the database, unless a folder or a bucket is named.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Files")]
pub struct BlobArgs {
    /// Folder for the contents of files, shared by all processes
    #[arg(long, env = "BLOB_FS_ROOT", value_name = "DIR", conflicts_with = "s3_bucket")]
    pub blob_fs_root: Option<PathBuf>,

    /// Bucket of S3 for the contents of files
    #[arg(long, env = "S3_BUCKET", value_name = "NAME")]
    pub s3_bucket: Option<String>,

    /// Service that has the bucket, if it is not Amazon's, for example http://localhost:9000
    #[arg(long, env = "S3_ENDPOINT", value_name = "URL", requires = "s3_bucket")]
    pub s3_endpoint: Option<String>,

    /// Region of the bucket
    #[arg(long, env = "AWS_REGION", value_name = "NAME", default_value = "us-east-1")]
    pub aws_region: String,

    /// Id of the access key for the bucket; without it the machine's role is used
    #[arg(long, env = "AWS_ACCESS_KEY_ID", value_name = "ID", hide_env_values = true)]
    pub aws_access_key_id: Option<Secret>,

    /// Access key for the bucket
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", value_name = "KEY", hide_env_values = true)]
    pub aws_secret_access_key: Option<Secret>,

    /// File that holds the access key for the bucket
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY_FILE", value_name = "FILE")]
    pub aws_secret_access_key_file: Option<PathBuf>,
}

impl BlobArgs {
    /// Returns the id of the access key and the key, from its flag or from its file, where there is an id.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn access_key(&self) -> Result<Option<(Secret, Secret)>, SecretError> {
        let file = self.aws_secret_access_key_file.as_deref();
        let key = Secret::resolve("aws-secret-access-key", self.aws_secret_access_key.as_ref(), file)?;
        Ok(self.aws_access_key_id.clone().zip(key))
    }
}

/// Which NATS server, and under which names.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "NATS")]
pub struct NatsArgs {
    /// NATS server, for example nats://localhost:4222
    #[arg(long, env = "NATS_URL", value_name = "URL", hide_env_values = true)]
    pub nats_url: Option<Secret>,

    /// File that holds the NATS URL
    #[arg(long, env = "NATS_URL_FILE", value_name = "FILE")]
    pub nats_url_file: Option<PathBuf>,

    /// First token of every subject
    #[arg(long, env = "NATS_SUBJECT_PREFIX", value_name = "PREFIX")]
    pub nats_subject_prefix: String,

    /// JetStream stream that keeps the events
    #[arg(long, env = "NATS_STREAM", value_name = "NAME")]
    pub nats_stream: String,

    /// How long the stream keeps events and recognises repeated ones, such as 90m, 24h or 7d
    #[arg(long, env = "NATS_MAX_AGE", value_name = "AGE", default_value = "24h", value_parser = super::span::parse)]
    pub nats_max_age: Duration,

    /// Most bytes in the stream; full, it refuses events, which then wait. Left as it is unless given
    #[arg(long, env = "NATS_MAX_BYTES", value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub nats_max_bytes: Option<u64>,

    /// Most messages in the stream; full, it refuses events, which then wait. Left as it is unless given
    #[arg(long, env = "NATS_MAX_MESSAGES", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub nats_max_messages: Option<u64>,

    /// Durable consumer that makes summaries of events
    #[arg(long, env = "NATS_CONSUMER", value_name = "NAME", default_value = "analytics-processor")]
    pub nats_consumer: String,

    /// Authorities (PEM) that the NATS server's certificate must come from; demands TLS with the right host name
    #[arg(long, env = "NATS_TLS_CA", value_name = "FILE")]
    pub nats_tls_ca: Option<PathBuf>,

    /// Client certificate (PEM) for NATS
    #[arg(long, env = "NATS_TLS_CERT", value_name = "FILE", requires = "nats_tls_key")]
    pub nats_tls_cert: Option<PathBuf>,

    /// Key (PEM) of the client certificate for NATS
    #[arg(long, env = "NATS_TLS_KEY", value_name = "FILE", requires = "nats_tls_cert")]
    pub nats_tls_key: Option<PathBuf>,

    /// User for NATS, where the URL names none
    #[arg(long, env = "NATS_USER", value_name = "NAME", requires = "nats_password_file")]
    pub nats_user: Option<String>,

    /// File that holds the password of that user
    #[arg(long, env = "NATS_PASSWORD_FILE", value_name = "FILE", requires = "nats_user")]
    pub nats_password_file: Option<PathBuf>,

    /// File that holds a token for NATS
    #[arg(long, env = "NATS_TOKEN_FILE", value_name = "FILE", conflicts_with_all = ["nats_user", "nats_creds_file"])]
    pub nats_token_file: Option<PathBuf>,

    /// Credentials file for NATS, as nsc writes it
    #[arg(long, env = "NATS_CREDS_FILE", value_name = "FILE", conflicts_with = "nats_user")]
    pub nats_creds_file: Option<PathBuf>,
}

/// Who we are for NATS, besides what the URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NatsLogin {
    /// Name and password.
    User(String, Secret),
    /// A token.
    Token(Secret),
    /// The text of a credentials file.
    Credentials(Secret),
}

impl NatsArgs {
    /// Returns the files that secure the connection.
    pub fn tls(&self) -> TlsFiles {
        TlsFiles { ca: self.nats_tls_ca.clone(), cert: self.nats_tls_cert.clone(), key: self.nats_tls_key.clone() }
    }

    /// Returns who we are, from the files that hold it.
    pub fn login(&self) -> Result<Option<NatsLogin>, SecretError> {
        let read = |flag, file: &Option<PathBuf>| Secret::resolve(flag, None, file.as_deref());
        if let Some(token) = read("nats-token", &self.nats_token_file)? {
            return Ok(Some(NatsLogin::Token(token)));
        }
        if let Some(credentials) = read("nats-creds", &self.nats_creds_file)? {
            return Ok(Some(NatsLogin::Credentials(credentials)));
        }
        let password = read("nats-password", &self.nats_password_file)?;
        Ok(self.nats_user.clone().zip(password).map(|(user, password)| NatsLogin::User(user, password)))
    }

    /// Returns the NATS URL, from its flag or from its file.
    pub fn url(&self) -> Result<Option<Secret>, SecretError> {
        Secret::resolve("nats-url", self.nats_url.as_ref(), self.nats_url_file.as_deref())
    }
}

/// Which RabbitMQ broker, and under which names.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "RabbitMQ")]
pub struct AmqpArgs {
    /// RabbitMQ broker, for example amqp://guest:guest@localhost:5672/%2f
    #[arg(long, env = "AMQP_URL", value_name = "URL", hide_env_values = true)]
    pub amqp_url: Option<Secret>,

    /// File that holds the RabbitMQ URL
    #[arg(long, env = "AMQP_URL_FILE", value_name = "FILE")]
    pub amqp_url_file: Option<PathBuf>,

    /// Most deliveries a consumer holds unacknowledged
    #[arg(long, env = "AMQP_PREFETCH", value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub amqp_prefetch: u16,

    /// Exchange that jobs are published to
    #[arg(long, env = "AMQP_EXCHANGE", value_name = "NAME")]
    pub amqp_exchange: String,

    /// Queue that jobs are taken from
    #[arg(long, env = "AMQP_QUEUE", value_name = "NAME")]
    pub amqp_queue: String,

    /// Routing key between the exchange and the queue
    #[arg(long, env = "AMQP_ROUTING_KEY", value_name = "KEY")]
    pub amqp_routing_key: String,

    /// Milliseconds without a confirmation, although the broker answers, after which the queue is made anew
    #[arg(long, env = "AMQP_REBUILD_AFTER_MS", value_name = "MS", default_value_t = 30_000,
          value_parser = clap::value_parser!(u64).range(5_000..))]
    pub amqp_rebuild_after_ms: u64,

    /// Authorities (PEM) that the broker's certificate must come from; the URL must be amqps://
    #[arg(long, env = "AMQP_TLS_CA", value_name = "FILE")]
    pub amqp_tls_ca: Option<PathBuf>,

    /// Client certificate (PEM) for RabbitMQ
    #[arg(long, env = "AMQP_TLS_CERT", value_name = "FILE", requires = "amqp_tls_key")]
    pub amqp_tls_cert: Option<PathBuf>,

    /// Key (PEM) of the client certificate for RabbitMQ
    #[arg(long, env = "AMQP_TLS_KEY", value_name = "FILE", requires = "amqp_tls_cert")]
    pub amqp_tls_key: Option<PathBuf>,
}

impl AmqpArgs {
    /// Returns the files that secure the connection.
    pub fn tls(&self) -> TlsFiles {
        TlsFiles { ca: self.amqp_tls_ca.clone(), cert: self.amqp_tls_cert.clone(), key: self.amqp_tls_key.clone() }
    }

    /// Returns how long a queue may confirm nothing although its broker answers.
    pub fn rebuild_after(&self) -> Duration {
        Duration::from_millis(self.amqp_rebuild_after_ms)
    }

    /// Returns the RabbitMQ URL, from its flag or from its file.
    pub fn url(&self) -> Result<Option<Secret>, SecretError> {
        Secret::resolve("amqp-url", self.amqp_url.as_ref(), self.amqp_url_file.as_deref())
    }
}
