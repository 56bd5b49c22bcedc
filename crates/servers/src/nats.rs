//! A NATS with JetStream of one's own.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use crate::dial::dial;
use crate::find::{first, folders, version};
use crate::ports::free_port;
use crate::program::Program;
use crate::server::{Server, Tls};

/// A NATS server that keeps its streams in files.
#[derive(Debug, Clone)]
pub struct Nats {
    path: PathBuf,
    folder: PathBuf,
    port: u16,
    scheme: &'static str,
    more: Vec<OsString>,
}

impl Nats {
    /// Lays out an empty server below `folder`.
    ///
    /// # Errors
    /// If NATS is not installed.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let folder = folder.join("nats");
        fs::create_dir_all(&folder)?;
        let path = first(folders().map(|folder| folder.join("nats-server")), "NATS", "nats-server")?;
        Ok(Self { path, folder, port: free_port()?, scheme: "nats", more: vec![] })
    }

    /// With more arguments.
    #[must_use]
    pub fn with_arguments(mut self, arguments: &[&str]) -> Self {
        self.more.extend(arguments.iter().map(OsString::from));
        self
    }

    /// Demanding TLS.
    #[must_use]
    pub fn with_tls(mut self, Tls { cert, key }: Tls) -> Self {
        self.more.extend(["--tls".into(), "--tlscert".into(), cert.into(), "--tlskey".into(), key.into()]);
        Self { scheme: "tls", ..self }
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        version(&self.path)
    }
}

impl Server for Nats {
    fn program(&self) -> Program {
        let store = self.folder.join("store");
        Program::new("nats", &self.path, &self.folder, &self.folder)
            .args(["-a", "127.0.0.1", "-js", "-p", &self.port.to_string()])
            .args(["-sd".as_ref(), store.as_os_str()])
            .args(&self.more)
    }

    fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// The server speaks first, and before TLS; its first line says whether JetStream is there.
    fn answers(&self) -> bool {
        let Some(stream) = dial(self.port) else { return false };
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).is_ok() && line.contains("\"jetstream\":true")
    }
}
