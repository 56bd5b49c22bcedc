//! PostgreSQL, NATS and RabbitMQ of a test's own, for tests that stop, kill or freeze them.
//!
//! Each keeps everything in a temporary folder, listens on a free port of 127.0.0.1, and is ended, by its own process
//! id only, when the value is dropped. Stopped and started again it has the same port and what it had stored.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use servers::{Nats, Postgres, PostgresOptions, Program, RabbitMq, Server, Tls};
use tempfile::TempDir;

use crate::certificates::Certificate;

/// Longest time a service may take to answer after its start.
const PATIENCE: Duration = Duration::from_secs(180);

/// Tests run side by side, on databases that are small.
const SMALL: &str = "shared_buffers=16MB";

/// A running, or stopped, service.
pub struct Service {
    server: Box<dyn Server>,
    program: Program,
    plain_port: Option<u16>,
    child: Option<Child>,
    /// Processes that it needs and that outlive its restarts.
    helpers: Vec<Child>,
    _folder: TempDir,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.program.name).field("url", &self.url()).finish()
    }
}

impl Service {
    /// A PostgreSQL that lets everybody in as `postgres`; with a certificate it offers TLS as well.
    #[must_use]
    pub fn postgres(tls: Option<&Certificate>) -> Self {
        let tls = tls.map(files);
        Self::run(|folder| Postgres::create(folder, &PostgresOptions { settings: &[SMALL], tls, client_ca: None }))
    }

    /// A PostgreSQL with these settings, such as `fsync=off`.
    #[must_use]
    pub fn postgres_with(settings: &[&str]) -> Self {
        let settings = &[&[SMALL], settings].concat();
        Self::run(|folder| Postgres::create(folder, &PostgresOptions { settings, ..PostgresOptions::default() }))
    }

    /// A PostgreSQL that takes connections with TLS only, from clients whose certificate comes from `client_ca`.
    #[must_use]
    pub fn postgres_mutual(tls: &Certificate, client_ca: &Path) -> Self {
        let (tls, client_ca) = (Some(files(tls)), Some(client_ca));
        Self::run(|folder| Postgres::create(folder, &PostgresOptions { settings: &[SMALL], tls, client_ca }))
    }

    /// A NATS with JetStream; `arguments` are added to its command line.
    #[must_use]
    pub fn nats(arguments: &[&str]) -> Self {
        Self::run(|folder| Ok(Nats::create(folder)?.with_arguments(arguments)))
    }

    /// A NATS with JetStream that demands TLS.
    #[must_use]
    pub fn nats_tls(tls: &Certificate, arguments: &[&str]) -> Self {
        Self::run(|folder| Ok(Nats::create(folder)?.with_tls(files(tls)).with_arguments(arguments)))
    }

    /// A RabbitMQ with the user guest; with a certificate its URL is that of the encrypted port.
    #[must_use]
    pub fn rabbitmq(tls: Option<&Certificate>) -> Self {
        let mut plain_port = None;
        let mut service = Self::run(|folder| {
            let broker = RabbitMq::create(folder, tls.map(files).as_ref())?;
            plain_port = tls.map(|_| broker.plain_port());
            Ok(broker)
        });
        service.plain_port = plain_port;
        service
    }

    fn run<S: Server + 'static>(create: impl FnOnce(&Path) -> io::Result<S>) -> Self {
        let folder = tempfile::Builder::new().prefix("claudoom-service.").tempdir().expect("a temporary folder");
        // A service that runs as a user of its own passes through here.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("our own folder");
        let server = create(folder.path()).unwrap_or_else(|error| panic!("this test needs a service: {error}"));
        let helpers = server.helpers().iter().map(spawn).collect();
        let (program, server) = (server.program(), Box::new(server));
        let mut service = Self { server, program, plain_port: None, child: None, helpers, _folder: folder };
        service.start();
        service
    }

    /// Where clients find it, running or not.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The port without TLS of a service whose URL is that of an encrypted one, if it has both.
    #[must_use]
    pub fn plain_port(&self) -> Option<u16> {
        self.plain_port
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
            assert!(Instant::now() < deadline, "{} does not start:\n{}", self.program.name, self.log());
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// True once it answers, false if it ended before that.
    fn start_once(&mut self, deadline: Instant) -> bool {
        let mut child = spawn(&self.program);
        while !self.server.answers() {
            if child.try_wait().expect("the process is ours").is_some() {
                return false;
            }
            if Instant::now() >= deadline {
                end(&mut child);
                panic!("{} does not answer:\n{}", self.program.name, self.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.child = Some(child);
        true
    }

    /// Ends it in order, as an operator does, and waits until it has gone.
    pub fn stop(&mut self) {
        self.stop_within(Duration::from_secs(30));
    }

    fn stop_within(&mut self, limit: Duration) {
        self.signal(self.program.stop);
        if let Some(mut child) = self.child.take() {
            let deadline = Instant::now() + limit;
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
        self.signal(Signal::STOP);
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(child) = &self.child {
            // It may have ended by itself.
            let _ = kill_process(Pid::from_child(child), signal);
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.program.log).unwrap_or_default()
    }
}

impl Drop for Service {
    /// A PostgreSQL that is killed leaves a System V segment, which only its next start on the same data removes.
    fn drop(&mut self) {
        self.thaw();
        self.stop_within(Duration::from_secs(10));
        self.helpers.iter_mut().for_each(end);
    }
}

fn files(Certificate { cert, key }: &Certificate) -> Tls {
    Tls { cert: cert.clone(), key: key.clone() }
}

fn spawn(program: &Program) -> Child {
    let child = program.command(&[]).and_then(|mut command| command.spawn());
    child.unwrap_or_else(|error| panic!("{} does not start: {error}", program.name))
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
