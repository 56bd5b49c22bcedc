//! PostgreSQL, NATS and RabbitMQ of a test's own, for tests that stop, kill or freeze them.
//!
//! Each keeps everything in a temporary folder, listens on a free port of 127.0.0.1, and is ended, by its own process
//! id only, when the value is dropped. Stopped and started again it has the same port and what it had stored.

mod nats;
mod postgres;
mod rabbitmq;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::certificates::Certificate;

/// Longest time a service may take to answer after its start.
const PATIENCE: Duration = Duration::from_secs(180);

/// How a private service is run.
trait Recipe: Send + Sync {
    /// What it is, for messages.
    fn name(&self) -> &'static str;
    /// Makes its data, once.
    fn prepare(&self, _folder: &Path) {}
    /// The command that becomes the service.
    fn command(&self, folder: &Path) -> Command;
    /// Whether it can be used now.
    fn answers(&self, folder: &Path) -> bool;
    /// The signal that ends it in order, without waiting for its clients.
    fn stop_signal(&self) -> &'static str {
        "TERM"
    }
    /// Where clients find it.
    fn url(&self) -> String;
    /// The port without TLS that is open beside an encrypted one.
    fn plain_port(&self) -> Option<u16> {
        None
    }
}

/// A running, or stopped, service.
pub struct Service {
    recipe: Box<dyn Recipe>,
    folder: tempfile::TempDir,
    child: Option<Child>,
    /// Processes that it needs and that outlive its restarts.
    helpers: Vec<Child>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.recipe.name()).field("url", &self.recipe.url()).finish()
    }
}

impl Service {
    /// A PostgreSQL that lets everybody in as `postgres`; with a certificate it offers TLS as well.
    #[must_use]
    pub fn postgres(tls: Option<&Certificate>) -> Self {
        Self::run(Box::new(postgres::Postgres::new(tls, None, &[])))
    }

    /// A PostgreSQL with these settings, such as `fsync=off`.
    #[must_use]
    pub fn postgres_with(settings: &[&str]) -> Self {
        Self::run(Box::new(postgres::Postgres::new(None, None, settings)))
    }

    /// A PostgreSQL that takes connections with TLS only, from clients whose certificate comes from `client_ca`.
    #[must_use]
    pub fn postgres_mutual(tls: &Certificate, client_ca: &Path) -> Self {
        Self::run(Box::new(postgres::Postgres::new(Some(tls), Some(client_ca), &[])))
    }

    /// A NATS with JetStream; `arguments` are added to its command line.
    #[must_use]
    pub fn nats(arguments: &[&str]) -> Self {
        Self::run(Box::new(nats::Nats::new(None, arguments)))
    }

    /// A NATS with JetStream that demands TLS.
    #[must_use]
    pub fn nats_tls(tls: &Certificate, arguments: &[&str]) -> Self {
        Self::run(Box::new(nats::Nats::new(Some(tls), arguments)))
    }

    /// A RabbitMQ with the user guest; with a certificate its URL is that of the encrypted port.
    #[must_use]
    pub fn rabbitmq(tls: Option<&Certificate>) -> Self {
        let mut broker = rabbitmq::RabbitMq::new(tls);
        let names = broker.name_server();
        let mut service = Self::unstarted(Box::new(broker));
        service.helpers.push(names);
        service.start();
        service
    }

    fn run(recipe: Box<dyn Recipe>) -> Self {
        let mut service = Self::unstarted(recipe);
        service.start();
        service
    }

    fn unstarted(recipe: Box<dyn Recipe>) -> Self {
        let folder = tempfile::Builder::new().prefix("claudoom-service.").tempdir().expect("a temporary folder");
        // A service that runs as a user of its own passes through here.
        open_to_all(folder.path());
        recipe.prepare(folder.path());
        Self { recipe, folder, child: None, helpers: Vec::new() }
    }

    /// Where clients find it, running or not.
    #[must_use]
    pub fn url(&self) -> String {
        self.recipe.url()
    }

    /// The port without TLS of a service whose URL is that of an encrypted one, if it has both.
    #[must_use]
    pub fn plain_port(&self) -> Option<u16> {
        self.recipe.plain_port()
    }

    /// Its process, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Starts it and waits until it answers; does nothing if it runs.
    ///
    /// # Panics
    /// If it does not start; its log is told.
    pub fn start(&mut self) {
        if self.child.is_some() {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        // What was killed may hold a port or memory for a moment longer.
        while !self.start_once(deadline) {
            assert!(Instant::now() < deadline, "{} does not start:\n{}", self.recipe.name(), self.log());
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// True once it answers, false if it ended before that.
    fn start_once(&mut self, deadline: Instant) -> bool {
        let log = std::fs::File::create(self.log_file()).expect("a log file");
        let mut command = self.recipe.command(self.folder.path());
        let errors = log.try_clone().expect("a log file");
        let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        let name = self.recipe.name();
        let mut child = child.unwrap_or_else(|error| panic!("this test starts {name}, which must be there: {error}"));
        while !self.recipe.answers(self.folder.path()) {
            if child.try_wait().expect("the process is ours").is_some() {
                return false;
            }
            if Instant::now() >= deadline {
                end(&mut child);
                panic!("{name} does not answer:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.child = Some(child);
        true
    }

    /// Ends it in order, as an operator does, and waits until it has gone.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal(child.id(), self.recipe.stop_signal());
            let deadline = Instant::now() + Duration::from_secs(30);
            while child.try_wait().expect("the process is ours").is_none() {
                if Instant::now() >= deadline {
                    end(&mut child);
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            end(&mut child);
        }
    }

    /// Stops its process where it is; its connections stay open and nobody answers.
    pub fn freeze(&self) {
        self.pid().into_iter().for_each(|pid| signal(pid, "STOP"));
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.pid().into_iter().for_each(|pid| signal(pid, "CONT"));
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
        self.helpers.iter_mut().for_each(end);
    }
}

/// A port that is free now.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755));
}

fn dial(port: u16) -> std::io::Result<TcpStream> {
    let limit = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), limit)?;
    stream.set_read_timeout(Some(limit))?;
    Ok(stream)
}
