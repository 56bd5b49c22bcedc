//! A RabbitMQ of one's own, with the name server that its node needs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::dial::{dial, first_byte};
use crate::find::{PATH, first, folders};
use crate::ports::free_port;
use crate::program::Program;
use crate::server::{Server, Tls};

/// The script that becomes the broker; the one in the path starts it as another user.
const BROKER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// What a client of AMQP 0-9-1 says first.
const GREETING: &[u8] = b"AMQP\0\0\x09\x01";
/// The first byte of the answer of a broker that accepts the protocol: a method frame.
const METHOD: u8 = 1;

/// A RabbitMQ node with the user guest.
#[derive(Debug, Clone)]
pub struct RabbitMq {
    broker: PathBuf,
    names: PathBuf,
    folder: PathBuf,
    port: u16,
    /// The encrypted port beside it.
    encrypted: Option<u16>,
    /// Of the name server of Erlang nodes: a broker that finds none starts one and leaves it behind.
    names_port: u16,
    /// For other nodes, of which there are none.
    distribution_port: u16,
}

impl RabbitMq {
    /// Lays out an empty node below `folder`; with a certificate it has an encrypted port as well.
    ///
    /// # Errors
    /// If RabbitMQ is not installed.
    pub fn create(folder: &Path, tls: Option<&Tls>) -> io::Result<Self> {
        let folder = folder.join("rabbitmq");
        fs::create_dir_all(&folder)?;
        let broker = first([PathBuf::from(BROKER)].into_iter(), "RabbitMQ", "rabbitmq-server")?;
        let names = first(folders().map(|folder| folder.join("epmd")), "Erlang's epmd", "erlang-base")?;
        let encrypted = tls.map(|_| free_port()).transpose()?;
        let (port, names_port, distribution_port) = (free_port()?, free_port()?, free_port()?);
        let encryption = tls.zip(encrypted).map_or_else(String::new, |(tls, port)| encryption(port, tls));
        fs::write(folder.join("rabbitmq.conf"), format!("listeners.tcp.1 = 127.0.0.1:{port}\n{encryption}"))?;
        fs::write(folder.join("enabled_plugins"), "[].\n")?;
        Ok(Self { broker, names, folder, port, encrypted, names_port, distribution_port })
    }

    /// The port without TLS.
    #[must_use]
    pub fn plain_port(&self) -> u16 {
        self.port
    }
}

fn encryption(port: u16, Tls { cert, key }: &Tls) -> String {
    let (cert, key) = (cert.display(), key.display());
    // The broker insists on an authority even where it asks clients for no certificate.
    format!(
        "listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.certfile = {cert}\nssl_options.keyfile = {key}\n\
         ssl_options.cacertfile = {cert}\nssl_options.verify = verify_none\n",
    )
}

impl Server for RabbitMq {
    fn program(&self) -> Program {
        let below = |name: &str| self.folder.join(name).into_os_string();
        Program::new("rabbitmq", &self.broker, &self.folder, &self.folder)
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
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
    }

    /// The name server.
    fn helpers(&self) -> Vec<Program> {
        let names = Program::new("epmd", &self.names, &self.folder, &self.folder);
        vec![names.args(["-address", "127.0.0.1", "-port", &self.names_port.to_string()])]
    }

    /// Of the encrypted port, if it has one.
    fn url(&self) -> String {
        match self.encrypted {
            Some(port) => format!("amqps://guest:guest@127.0.0.1:{port}/%2f"),
            None => format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port),
        }
    }

    fn answers(&self) -> bool {
        self.encrypted.is_none_or(|port| dial(port).is_some()) && first_byte(self.port, GREETING) == Some(METHOD)
    }
}
