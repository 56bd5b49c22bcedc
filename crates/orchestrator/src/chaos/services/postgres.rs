//! A PostgreSQL of one's own.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use rustix::process::Signal;

use super::{PATH, first_bytes, version};
use crate::chaos::ports::free_port;
use crate::chaos::supervisor::{Program, User};

/// PostgreSQL's user and database: a private server needs no more.
const NAME: &str = "postgres";
/// The protocol's version 3.0.
const VERSION: u32 = 3 << 16;

/// A PostgreSQL that trusts whoever reaches it, on a local port.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    /// It refuses to run as root; then its own user runs it.
    user: Option<User>,
}

impl Postgres {
    /// Lays out an empty server below `folder`.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or `initdb` fails.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        let user = User::instead_of_root(NAME);
        let folder = folder.join("postgres");
        fs::create_dir_all(&folder)?;
        if let Some(User { uid, gid }) = user {
            chown(&folder, Some(uid), Some(gid))?;
        }
        let postgres = Self { bin: bin()?, folder, port: free_port()?, user };
        postgres.init()?;
        Ok(postgres)
    }

    fn init(&self) -> anyhow::Result<()> {
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(self.data()).args(["-U", NAME, "-A", "trust", "-E", "UTF8", "--no-locale"]);
        let output = initdb.output().context("cannot run initdb")?;
        if !output.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// The server.
    pub(super) fn program(&self) -> Program {
        let data = self.data();
        let mut program = Program::new(NAME, self.bin.join("postgres"), &self.folder, &self.folder)
            .args(["-D".as_ref(), data.as_os_str()])
            .args(["-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
            // Below its folder, and not in /dev/shm, where what a killed server had would stay.
            .args(["-c", "dynamic_shared_memory_type=mmap", "-p"])
            .args([self.port.to_string()])
            .env("PATH", PATH);
        program.user = self.user;
        // Without waiting for clients, but in order: its lock in shared memory goes with it.
        program.stop = Signal::INT;
        program
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{NAME}@127.0.0.1:{}/{NAME}", self.port)
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        version(&self.bin.join("postgres"))
    }

    /// Whether it lets clients in: it answers from the start, but with an error while it recovers.
    pub async fn is_ready(&self) -> bool {
        first_bytes(self.port, &startup()).await == Some(*b"R")
    }

    /// Runs statements as the owner of everything.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn execute(&self, sql: &str) -> anyhow::Result<()> {
        let mut psql = self.command("psql");
        psql.args(["-w", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", NAME, "-d", NAME, "-p"]);
        let output = psql.arg(self.port.to_string()).arg("-c").arg(sql).output().context("cannot run psql")?;
        if !output.status.success() {
            bail!("psql failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir(&self.folder).env_clear().env("PATH", PATH);
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

/// The folder with the newest server's programs.
fn bin() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<f64>().ok();
    let mut versions: Vec<_> = versions.map(|entry| entry.path()).filter(|path| number(path).is_some()).collect();
    versions.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal));
    let debian = versions.into_iter().rev().map(|version| version.join("bin"));
    let folders = debian.chain(PATH.split(':').map(PathBuf::from));
    let found = folders.into_iter().find(|folder| folder.join("initdb").is_file());
    found.context("PostgreSQL's server programs are not there: install the package postgresql")
}

/// The first message of a client.
fn startup() -> Vec<u8> {
    let mut body = VERSION.to_be_bytes().to_vec();
    for text in ["user", NAME, "database", NAME] {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = body.len() as u32 + 4;
    [&length.to_be_bytes()[..], &body].concat()
}
