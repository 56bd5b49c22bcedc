//! A private NATS.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use super::{Recipe, dial, free_port};
use crate::certificates::Certificate;

pub(super) struct Nats {
    port: u16,
    tls: Option<Certificate>,
    arguments: Vec<String>,
}

impl Nats {
    pub(super) fn new(tls: Option<&Certificate>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { port: free_port(), tls: tls.cloned(), arguments }
    }
}

impl Recipe for Nats {
    fn name(&self) -> &'static str {
        "nats-server"
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("nats-server");
        command.args(["-js", "-a", "127.0.0.1", "-p", &self.port.to_string(), "-sd"]).arg(folder.join("store"));
        if let Some(Certificate { cert, key }) = &self.tls {
            command.args(["--tls", "--tlscert"]).arg(cert).arg("--tlskey").arg(key);
        }
        command.args(&self.arguments);
        command
    }

    /// The server speaks first, and before TLS.
    fn answers(&self, _folder: &Path) -> bool {
        let mut greeting = [0; 512];
        let Ok(read) = dial(self.port).and_then(|mut stream| stream.read(&mut greeting)) else { return false };
        String::from_utf8_lossy(&greeting[..read]).starts_with("INFO ")
    }

    fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "tls" } else { "nats" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }
}
