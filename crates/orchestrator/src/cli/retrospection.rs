//! Flags that say who looks back on generations, where an experiment wants somebody outside.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use runtime::config::{GrpcTlsArgs, TokenFileArgs};
use runtime::grpc::Address;

use super::Failure;
use super::connect::channel;
use crate::retrospection::Settings;

/// Who looks back.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Retrospection")]
pub(super) struct RetrospectionArgs {
    /// Process that writes documents for experiments with `retrospection = "external"`
    #[arg(long, env = "RETROSPECTION_ADDR", value_name = "ADDR")]
    retrospection: Option<Address>,
    /// File that holds the token for it
    #[arg(long, env = "RETROSPECTION_TOKEN_FILE", value_name = "FILE")]
    retrospection_token_file: Option<PathBuf>,
    /// Milliseconds that one of its answers may take
    #[arg(long, env = "RETROSPECTION_TIMEOUT_MS", value_name = "MS", default_value_t = 600_000,
          value_parser = clap::value_parser!(u64).range(100..=86_400_000))]
    retrospection_timeout_ms: u64,
}

impl RetrospectionArgs {
    /// How it is asked, if there is one.
    pub(super) fn settings(&self, tls: &GrpcTlsArgs) -> Result<Option<Settings>, Failure> {
        let Some(address) = self.retrospection.clone() else { return Ok(None) };
        let channel = channel(tls, &TokenFileArgs { token_file: self.retrospection_token_file.clone() })?;
        let timeout = Duration::from_millis(self.retrospection_timeout_ms);
        Ok(Some(Settings { address, channel, timeout }))
    }
}
