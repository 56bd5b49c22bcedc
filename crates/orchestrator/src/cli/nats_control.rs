//! Flags of control over NATS.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use domain::ports::PortError;
use messaging::jetstream::{NatsConfig, NatsControl};
use runtime::config::Secret;
use runtime::retry::Backoff;
use runtime::tasks::{OnError, Tasks};

use super::Failure;
use crate::core::Core;
use crate::nats_control::{self, Operator};

/// Whether messages over NATS may pause, resume and stop experiments.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Control over NATS")]
pub(super) struct NatsControlArgs {
    /// Obey control messages over NATS that carry the operator's token
    #[arg(long, env = "NATS_CONTROL", value_name = "BOOL", default_value = "false", num_args = 0..=1,
          require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    nats_control: bool,
    /// The operator's token
    #[arg(long, env = "NATS_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    nats_control_token: Option<Secret>,
    /// File that holds the operator's token
    #[arg(long, env = "NATS_CONTROL_TOKEN_FILE", value_name = "FILE")]
    nats_control_token_file: Option<PathBuf>,
}

impl NatsControlArgs {
    /// Who is obeyed; nobody unless control over NATS is asked for.
    pub(super) fn operator(&self) -> Result<Option<Operator>, Failure> {
        let (value, file) = (self.nats_control_token.as_ref(), self.nats_control_token_file.as_deref());
        let token = Secret::resolve("nats-control-token", value, file);
        let token = token.map_err(|error| Failure::usage(error.to_string()))?;
        match token {
            _ if !self.nats_control => Ok(None),
            Some(token) if !token.expose().trim().is_empty() => Ok(Some(Operator::with_token(token.expose()))),
            _ => Err(Failure::usage(
                "--nats-control needs an operator token: give --nats-control-token-file, or NATS_CONTROL_TOKEN",
            )),
        }
    }
}

/// Listens to control messages beside the service.
pub(super) fn spawn(tasks: &Tasks, core: Core, operator: Operator, nats: NatsConfig) {
    tasks.spawn("control", OnError::Restart(Backoff::default()), move |token| {
        let (core, operator, nats) = (core.clone(), operator.clone(), nats.clone());
        async move {
            let source = NatsControl::connect(&nats).await?;
            tracing::info!(subject = nats.control_subject("*"), "obeying control messages over NATS");
            nats_control::run(core, operator, source, token).await;
            Ok::<(), PortError>(())
        }
    });
}
