//! Flags that say which agents games are played with.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use runtime::config::{GrpcTlsArgs, TokenFileArgs};
use runtime::grpc::Address;

use super::connect::channel;
use super::{Exit, Failure, Place, games};
use crate::pool::{DnsName, Pool, Settings, SpawnSettings};

/// Which agents.
#[derive(Debug, Clone, Args)]
pub(super) struct AgentArgs {
    /// Agents to play with, separated by commas: addresses, or dns://host:port (with TLS dns+https://host:port) for all
    /// addresses of a name; without any, agents run in this process
    #[arg(long, env = "AGENT_ENDPOINTS", value_name = "ADDR", value_delimiter = ',')]
    agent_endpoints: Vec<Endpoint>,
    /// File that holds the token for agents that ask for one
    #[arg(long, env = "AGENT_TOKEN_FILE", value_name = "FILE")]
    agent_token_file: Option<PathBuf>,
    /// Agents to start on this machine, and to start again when they end
    #[arg(long, env = "AGENT_POOL_SIZE", value_name = "N", value_parser = games())]
    agent_pool_size: Option<usize>,
    /// First port of agents that are started here
    #[arg(long, env = "AGENT_BASE_PORT", value_name = "PORT", default_value_t = 50_052,
          value_parser = clap::value_parser!(u16).range(1..))]
    agent_base_port: u16,
    /// How many ports there are for agents that are started here, and so how many of them there may be
    #[arg(long, env = "AGENT_PORT_RANGE", value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    agent_port_range: u16,
    /// Milliseconds that an agent may take until it serves
    #[arg(long, env = "AGENT_INIT_TIMEOUT_MS", value_name = "MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(100..=600_000))]
    agent_init_timeout: u64,
    /// Program of agents that are started here; the one beside this program unless given
    #[arg(long, env = "AGENT_PROGRAM", value_name = "FILE")]
    agent_program: Option<PathBuf>,
}

/// Where an agent is, or several.
#[derive(Debug, Clone)]
enum Endpoint {
    Address(Address),
    Name(DnsName),
}

impl std::str::FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if DnsName::is_meant(text) {
            return text.parse().map(Self::Name);
        }
        text.parse().map(Self::Address).map_err(|error: runtime::grpc::AddressError| error.to_string())
    }
}

impl AgentArgs {
    /// The agents in daemons; none if they run in this process.
    pub(super) fn pool(&self, tls: &GrpcTlsArgs, place: &Place) -> Result<Option<Pool>, Failure> {
        if self.agent_endpoints.is_empty() && self.agent_pool_size.is_none() {
            return Ok(None);
        }
        let (mut fixed, mut dns) = (Vec::new(), Vec::new());
        for endpoint in self.agent_endpoints.iter().cloned() {
            match endpoint {
                Endpoint::Address(address) => fixed.push(address),
                Endpoint::Name(name) => dns.push(name),
            }
        }
        let spawn = self.agent_pool_size.map(|size| self.spawn(size, place)).transpose()?;
        let channel = channel(tls, &TokenFileArgs { token_file: self.agent_token_file.clone() })?;
        Ok(Some(Pool::new(Settings { fixed, dns, spawn, channel })))
    }

    fn spawn(&self, size: usize, place: &Place) -> Result<SpawnSettings, Failure> {
        if size > usize::from(self.agent_port_range) {
            let range = self.agent_port_range;
            return Err(Failure::usage(format!("--agent-pool-size {size} needs more than --agent-port-range {range}")));
        }
        let program = match &self.agent_program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?.with_file_name("agent"),
        };
        if !program.is_file() {
            let text = format!("there is no agent program at {}: name one with --agent-program", program.display());
            return Err(Failure::new(Exit::Unavailable, miette::miette!("{text}")));
        }
        let init_timeout = Duration::from_millis(self.agent_init_timeout);
        let collector =
            place.collector.iter().flat_map(|url| ["--otel-exporter-otlp-endpoint".to_owned(), url.clone()]);
        let flags = collector.collect();
        let (base_port, ports) = (self.agent_base_port, self.agent_port_range);
        Ok(SpawnSettings { program, size, base_port, ports, init_timeout, flags })
    }
}
