//! Configuration as one value, complete before a port is bound.
//!
//! Layers, the first that answers wins: flag, environment variable, config file, default. [`Loader`] applies them
//! once at start-up; nothing reads the environment later. The groups of flags that daemons share are in [`args`].

pub mod args;
mod load;
mod secret;
mod span;

pub use args::{
    AmqpArgs, AuthArgs, BlobArgs, DatabaseArgs, GrpcArgsError, GrpcServerArgs, GrpcTlsArgs, HttpArgs, LogFormat,
    NatsArgs, NatsLogin, TelemetryArgs, TokenFileArgs,
};
pub use load::{ConfigArgs, Loaded, Loader};
pub use secret::{Secret, SecretError};
pub use span::parse as parse_span;
