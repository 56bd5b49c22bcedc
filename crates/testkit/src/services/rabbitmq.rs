//! A private RabbitMQ, with a name server of Erlang nodes of its own: a broker that finds none would start one and
//! leave it behind.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Recipe, dial, free_port};
use crate::certificates::Certificate;

/// The script that becomes the broker; the one in the path starts it as another user.
const PROGRAM: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

pub(super) struct RabbitMq {
    port: u16,
    encrypted: Option<(u16, Certificate)>,
    names: u16,
    distribution: u16,
}

impl RabbitMq {
    pub(super) fn new(tls: Option<&Certificate>) -> Self {
        let encrypted = tls.map(|tls| (free_port(), tls.clone()));
        Self { port: free_port(), encrypted, names: free_port(), distribution: free_port() }
    }

    /// Starts the name server.
    pub(super) fn name_server(&mut self) -> Child {
        let mut command = Command::new("epmd");
        command.args(["-address", "127.0.0.1", "-port", &self.names.to_string()]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.expect("this test starts epmd, which must be installed")
    }

    fn configuration(&self) -> String {
        let mut text = format!("listeners.tcp.1 = 127.0.0.1:{}\n", self.port);
        if let Some((port, Certificate { cert, key })) = &self.encrypted {
            // The broker insists on an authority even where it asks clients for no certificate.
            text += &format!(
                "listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.certfile = {}\nssl_options.keyfile = {}\n\
                 ssl_options.cacertfile = {}\nssl_options.verify = verify_none\n",
                cert.display(),
                key.display(),
                cert.display(),
            );
        }
        text
    }
}

impl Recipe for RabbitMq {
    fn name(&self) -> &'static str {
        "rabbitmq-server"
    }

    fn prepare(&self, folder: &Path) {
        std::fs::write(folder.join("rabbitmq.conf"), self.configuration()).expect("a file in a temporary folder");
        std::fs::write(folder.join("enabled_plugins"), "[].\n").expect("a file in a temporary folder");
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env("HOME", folder)
            .env("ERL_EPMD_PORT", self.names.to_string())
            // The script then becomes the broker, so that its process is the one to stop.
            .env("RUNNING_UNDER_SYSTEMD", "1")
            .env("RABBITMQ_NODENAME", format!("claudoom{}@localhost", self.port))
            .env("RABBITMQ_DIST_PORT", self.distribution.to_string())
            .env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf"))
            .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
            .env("RABBITMQ_LOG_BASE", folder.join("log"))
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("enabled_plugins"))
            .env("RABBITMQ_PID_FILE", folder.join("broker.pid"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        command
    }

    /// A broker that accepts the protocol answers with a method frame, whose first byte is 1.
    fn answers(&self, _folder: &Path) -> bool {
        let greet = || {
            let mut stream = dial(self.port)?;
            stream.write_all(b"AMQP\x00\x00\x09\x01")?;
            let mut first = [0];
            stream.read_exact(&mut first)?;
            Ok::<_, std::io::Error>(first[0] == 1)
        };
        let encrypted = self.encrypted.as_ref().is_none_or(|(port, _)| dial(*port).is_ok());
        encrypted && greet().unwrap_or(false)
    }

    fn url(&self) -> String {
        match &self.encrypted {
            Some((port, _)) => format!("amqps://guest:guest@127.0.0.1:{port}/%2f"),
            None => format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port),
        }
    }

    fn plain_port(&self) -> Option<u16> {
        self.encrypted.as_ref().map(|_| self.port)
    }
}
