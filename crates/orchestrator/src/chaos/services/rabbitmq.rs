//! A RabbitMQ of one's own, with the name server that its node needs.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PATH, first_bytes, program};
use crate::chaos::ports::free_port;
use crate::chaos::supervisor::Program;

/// What a client of AMQP 0-9-1 says first.
const GREETING: &[u8] = b"AMQP\0\0\x09\x01";
/// The first byte of the answer of a broker that accepts the protocol: a method frame.
const METHOD: u8 = 1;

/// A RabbitMQ node on a local port.
#[derive(Debug)]
pub struct RabbitMq {
    broker: PathBuf,
    names: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Of the name server of Erlang nodes: a broker that finds none starts one and leaves it behind.
    names_port: u16,
    /// For other nodes, of which there are none.
    distribution_port: u16,
}

impl RabbitMq {
    /// Lays out an empty node below `folder`.
    ///
    /// # Errors
    /// If RabbitMQ is not installed.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("rabbitmq");
        fs::create_dir_all(&folder)?;
        let broker = program(&["/usr/lib/rabbitmq/bin/rabbitmq-server"], "rabbitmq-server")?;
        let names = program(&["/usr/bin/epmd", "/usr/local/bin/epmd"], "erlang-base")?;
        let (port, names_port, distribution_port) = (free_port()?, free_port()?, free_port()?);
        fs::write(folder.join("rabbitmq.conf"), format!("listeners.tcp.1 = 127.0.0.1:{port}\n"))?;
        fs::write(folder.join("enabled_plugins"), "[].\n")?;
        Ok(Self { broker, names, folder, port, names_port, distribution_port })
    }

    /// The name server and the broker.
    pub(super) fn programs(&self) -> [Program; 2] {
        let names = Program::new("epmd", &self.names, &self.folder, &self.folder);
        let names = names.args(["-address", "127.0.0.1", "-port", &self.names_port.to_string()]);
        let below = |name: &str| self.folder.join(name).into_os_string();
        let broker = Program::new("rabbitmq", &self.broker, &self.folder, &self.folder)
            .env("PATH", PATH)
            .env("HOME", &self.folder)
            .env("ERL_EPMD_PORT", self.names_port.to_string())
            // With it the script becomes the broker, so that its pid is the one to kill.
            .env("RUNNING_UNDER_SYSTEMD", "1")
            .env("RABBITMQ_NODENAME", format!("claudoom{}@localhost", self.port))
            .env("RABBITMQ_DIST_PORT", self.distribution_port.to_string())
            .env("RABBITMQ_CONFIG_FILE", below("rabbitmq.conf"))
            .env("RABBITMQ_MNESIA_BASE", below("data"))
            .env("RABBITMQ_LOG_BASE", below("log"))
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", below("enabled_plugins"))
            .env("RABBITMQ_PID_FILE", below("broker.pid"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        [names, broker]
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }

    /// Whether it lets clients in.
    pub async fn is_ready(&self) -> bool {
        first_bytes(self.port, GREETING).await == Some([METHOD])
    }
}
