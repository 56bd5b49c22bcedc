//! What the servers have in common.

use std::path::PathBuf;

use crate::program::Program;

/// A server on a local port, laid out below a folder. It need not run.
pub trait Server: Send + Sync {
    /// The server's own program.
    fn program(&self) -> Program;

    /// Programs that it needs and that outlive its restarts, if any.
    fn helpers(&self) -> Vec<Program> {
        vec![]
    }

    /// Where clients find it.
    fn url(&self) -> String;

    /// Whether it lets clients in. Blocks for seconds at most.
    fn answers(&self) -> bool;
}

/// The certificate of a server and its key, as PEM files.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}
