//! A PostgreSQL of one's own.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::process::Signal;

use crate::find::{PATH, first, folders, version};
use crate::ports::free_port;
use crate::program::{Program, User};
use crate::server::{Server, Tls};

/// PostgreSQL's user and database: a private server needs no more.
const NAME: &str = "postgres";

/// A PostgreSQL that trusts whoever reaches it.
#[derive(Debug, Clone)]
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    /// It refuses to run as root; then its own user runs it.
    user: Option<User>,
    settings: Vec<String>,
}

/// How a PostgreSQL differs from others.
#[derive(Debug, Default)]
pub struct PostgresOptions<'a> {
    /// Settings such as `fsync=off`.
    pub settings: &'a [&'a str],
    /// Offers TLS as well.
    pub tls: Option<Tls>,
    /// Takes connections with TLS only, from clients whose certificate comes from this authority.
    pub client_ca: Option<&'a Path>,
}

impl Postgres {
    /// Lays out an empty server below `folder`, which its user must be able to enter.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or `initdb` fails.
    pub fn create(folder: &Path, options: &PostgresOptions<'_>) -> io::Result<Self> {
        let folder = folder.join(NAME);
        fs::create_dir_all(&folder)?;
        let settings = options.settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut postgres =
            Self { bin: bin()?, folder, port: free_port()?, user: User::instead_of_root(NAME), settings };
        postgres.give(&postgres.folder)?;
        postgres.init()?;
        if let Some(tls) = &options.tls {
            postgres.offer_tls(tls)?;
        }
        if let Some(ca) = options.client_ca {
            postgres.demand_certificates(ca)?;
        }
        Ok(postgres)
    }

    fn init(&self) -> io::Result<()> {
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(self.data()).args(["-U", NAME, "-A", "trust", "-E", "UTF8", "--no-locale"]);
        // What is prepared here is not kept over a crash of the machine.
        done("initdb", &initdb.args(["--no-sync", "--no-instructions"]).output()?)
    }

    fn offer_tls(&mut self, Tls { cert, key }: &Tls) -> io::Result<()> {
        let (cert, key) = (self.adopt(cert, "server.pem")?, self.adopt(key, "server.key")?);
        let files = [("ssl_cert_file", cert), ("ssl_key_file", key)];
        self.settings.push("ssl=on".to_owned());
        self.settings.extend(files.map(|(setting, file)| format!("{setting}={}", file.display())));
        Ok(())
    }

    fn demand_certificates(&mut self, ca: &Path) -> io::Result<()> {
        let ca = self.adopt(ca, "client-ca.pem")?;
        self.settings.push(format!("ssl_ca_file={}", ca.display()));
        fs::write(self.data().join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n")
    }

    /// A copy that the server's user, and nobody else, can read.
    fn adopt(&self, from: &Path, name: &str) -> io::Result<PathBuf> {
        let to = self.folder.join(name);
        fs::copy(from, &to)?;
        fs::set_permissions(&to, Permissions::from_mode(0o600))?;
        self.give(&to)?;
        Ok(to)
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        match self.user {
            Some(User { uid, gid }) => chown(path, Some(uid), Some(gid)),
            None => Ok(()),
        }
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        version(&self.bin.join("postgres"))
    }

    /// Runs statements as the owner of everything.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn execute(&self, sql: &str) -> io::Result<()> {
        let mut psql = self.client("psql");
        psql.args(["-w", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", NAME, "-c", sql]);
        done("psql", &psql.output()?)
    }

    /// A program that connects to the server.
    fn client(&self, name: &str) -> Command {
        let mut command = self.command(name);
        command.args(["-h", "127.0.0.1", "-U", NAME, "-p", &self.port.to_string()]);
        command
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

impl Server for Postgres {
    fn program(&self) -> Program {
        let data = self.data();
        let mut program = Program::new(NAME, self.bin.join("postgres"), &self.folder, &self.folder)
            .args(["-D".as_ref(), data.as_os_str()])
            .args(["-k", "", "-c", "listen_addresses=127.0.0.1", "-p", &self.port.to_string()])
            // Below its folder, and not in /dev/shm, where what a killed server had would stay.
            .args(["-c", "dynamic_shared_memory_type=mmap"])
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .env("PATH", PATH);
        program.user = self.user;
        // Without waiting for clients, but in order: its lock in shared memory goes with it.
        program.stop = Signal::INT;
        program
    }

    fn url(&self) -> String {
        format!("postgres://{NAME}@127.0.0.1:{}", self.port)
    }

    fn answers(&self) -> bool {
        self.client("pg_isready").args(["-q", "-t", "2"]).status().is_ok_and(|status| status.success())
    }
}

/// The folder with the newest server's programs.
fn bin() -> io::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<_> = versions.map(|entry| entry.path()).filter(|path| number(path).is_some()).collect();
    versions.sort_by_key(number);
    let debian = versions.into_iter().rev().map(|version| version.join("bin"));
    let initdb = debian.chain(folders()).map(|folder| folder.join("initdb"));
    let mut initdb = first(initdb, "PostgreSQL's server", "postgresql")?;
    initdb.pop();
    Ok(initdb)
}

fn done(program: &str, output: &Output) -> io::Result<()> {
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
