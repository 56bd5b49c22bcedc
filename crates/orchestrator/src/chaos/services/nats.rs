//! A NATS with JetStream of one's own.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;

use super::{program, version};
use crate::chaos::ports::free_port;
use crate::chaos::supervisor::Program;

/// A NATS server on a local port that keeps its streams in files.
#[derive(Debug)]
pub struct Nats {
    path: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Nats {
    /// Lays out an empty server below `folder`.
    ///
    /// # Errors
    /// If NATS is not installed.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("nats");
        fs::create_dir_all(&folder)?;
        let path =
            program(&["/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/usr/bin/nats-server"], "nats-server")?;
        Ok(Self { path, folder, port: free_port()? })
    }

    /// The server.
    pub(super) fn program(&self) -> Program {
        let store = self.folder.join("store");
        Program::new("nats", &self.path, &self.folder, &self.folder)
            .args(["-a", "127.0.0.1", "-js", "-p", &self.port.to_string()])
            .args(["-sd".as_ref(), store.as_os_str()])
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        version(&self.path)
    }

    /// Whether it lets clients in, with JetStream: its first line says so.
    pub async fn is_ready(&self) -> bool {
        let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)).await else { return false };
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await.is_ok() && line.contains("\"jetstream\":true")
    }
}
