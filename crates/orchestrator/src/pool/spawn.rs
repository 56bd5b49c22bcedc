//! Agents that are started here, and started again when they end by themselves.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use runtime::grpc::Address;
use runtime::retry::{Backoff, Waits};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Pool;

/// Waits before an agent is started again.
const WAITS: Backoff = Backoff { first: Duration::from_millis(500), factor: 2.0, cap: Duration::from_secs(30) };
/// Whoever ran for so long is started again soon.
const SETTLED: Duration = Duration::from_secs(30);
/// Time an agent has to end once it was asked to: its own limit for open sessions, and some more.
const GRACE: Duration = Duration::from_secs(15);

/// How agents are started.
#[derive(Debug, Clone)]
pub struct SpawnSettings {
    /// The program.
    pub program: PathBuf,
    /// How many are started at first.
    pub size: usize,
    /// The first port.
    pub base_port: u16,
    /// How many ports there are, and so agents at most.
    pub ports: u16,
    /// How long an agent may take until it serves.
    pub init_timeout: Duration,
    /// What it is told besides where to serve.
    pub flags: Vec<String>,
}

impl SpawnSettings {
    /// Where the agent on a port listens.
    pub(super) fn address(port: u16) -> Address {
        Address::Tcp { host: Ipv4Addr::LOCALHOST.to_string(), port }
    }

    /// The first port that nobody listens on and that is not `taken`.
    pub(super) fn free_port(&self, taken: impl Fn(&Address) -> bool) -> Option<u16> {
        let ports = (self.base_port..=u16::MAX).take(self.ports.into());
        let is_free =
            |port: &u16| !taken(&Self::address(*port)) && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
        ports.into_iter().find(is_free)
    }

    /// Starts an agent. It leaves when its input is closed, which it is however this process ends; waiting for the child
    /// would close one that it still owns. The variables of this process are its own: they hold its secrets, and how it
    /// serves.
    fn start(&self, id: &str) -> std::io::Result<(Child, Option<ChildStdin>)> {
        let mut child = Command::new(&self.program)
            .args(["serve", "--grpc-addr", id, "--until-stdin-ends", "--log", "warn"])
            .args(&self.flags)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take();
        Ok((child, input))
    }
}

/// Keeps an agent running until it, or the pool, is to stop.
pub(super) async fn keep(pool: Pool, id: String, settings: SpawnSettings, quit: CancellationToken) {
    let stop = pool.0.stop.clone();
    let mut waits = Waits::new(WAITS);
    let over = async {
        tokio::select! {
            () = quit.cancelled() => {}
            () = stop.cancelled() => {}
        }
    };
    tokio::pin!(over);
    loop {
        let begun = Instant::now();
        let reason = match settings.start(&id) {
            Err(error) => format!("{} cannot be started: {error}", settings.program.display()),
            Ok((mut child, input)) => tokio::select! {
                ended = child.wait() => told(ended),
                () = hopeless(&pool, &id, settings.init_timeout) => {
                    end(child, input).await;
                    format!("it did not serve within {:?}", settings.init_timeout)
                }
                () = &mut over => {
                    end(child, input).await;
                    break;
                }
            },
        };
        tracing::warn!(agent = %id, reason, "an agent has ended, starting it again");
        pool.change(&id, |member| member.restarting(&reason));
        if begun.elapsed() > SETTLED {
            waits.reset();
        }
        tokio::select! {
            () = sleep(waits.next_wait()) => {}
            () = &mut over => break,
        }
    }
    pool.change(&id, |member| member.gone("it was stopped"));
}

/// Waits until it is clear that an agent does not come up in time; never, if it did.
async fn hopeless(pool: &Pool, id: &str, limit: Duration) {
    sleep(limit).await;
    let serves = pool.agent(id).is_ok_and(|info| !matches!(info.state, super::State::Starting));
    if serves {
        std::future::pending::<()>().await;
    }
}

fn told(ended: std::io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) => format!("its process has ended: {status}"),
        Err(error) => format!("its process is lost: {error}"),
    }
}

/// Asks a process to end, and ends it where it does not.
async fn end(mut child: Child, input: Option<ChildStdin>) {
    // Closing its input is the request.
    drop(input);
    if timeout(GRACE, child.wait()).await.is_err() {
        // It may have ended in this moment.
        let _ = child.kill().await;
    }
}
