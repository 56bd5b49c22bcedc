//! One supervised program: running, waiting to be started again, or down on purpose.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use runtime::outage::Outage;
use runtime::retry::Backoff;
use rustix::process::{Pid, Signal, kill_process};
use servers::Program;

use super::bound;
use super::proc::{self, ChildHandle};

/// The wait before a program is started again; longer each time that it ends at once.
const WAITS: Backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(2) };
/// A program that ran for this long starts from the first wait again.
const RAN_WELL: Duration = Duration::from_secs(3);

/// What happens after a program was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// It is started again soon.
    StartAgain,
    /// It is started again at once, this one time with more arguments.
    StartWith(Vec<OsString>),
    /// It stays down until it is started.
    StayDown,
}

/// Why a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The supervisor killed it.
    Ours,
    /// A signal that the supervisor did not send.
    Signal(i32),
    /// By itself, with this exit code.
    Exit(i32),
}

/// The end of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Its name.
    pub name: String,
    /// The process.
    pub pid: u32,
    /// Why.
    pub cause: Cause,
    /// What it had been started with besides its own arguments.
    pub with: Vec<OsString>,
}

pub(super) struct Member {
    pub(super) program: Program,
    child: Option<Child>,
    started: Instant,
    /// What it was started with besides its own arguments.
    with: Vec<OsString>,
    /// Whether it was killed by us, and what happens after its end.
    ours: bool,
    then: Then,
    quick_ends: u32,
    /// When and with what it is started; absent while it runs or is down on purpose.
    due: Option<(Instant, Vec<OsString>)>,
    /// While it cannot be started.
    outage: Outage,
}

impl Member {
    pub(super) fn new(program: Program) -> Self {
        let started = Instant::now();
        let (then, outage) = (Then::StartAgain, Outage::new("a supervised process"));
        Self { program, child: None, started, with: vec![], ours: false, then, quick_ends: 0, due: None, outage }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Its pid, unless it was killed and is only not gone yet.
    pub(super) fn living(&self) -> Option<u32> {
        self.pid().filter(|_| !self.ours)
    }

    /// Starts it with `more` arguments.
    pub(super) fn start(&mut self, more: Vec<OsString>) -> io::Result<u32> {
        let mut command = self.program.command(&more)?;
        bound::bind(&mut command);
        let child = command.spawn()?;
        let pid = child.id();
        (self.child, self.with, self.started) = (Some(child), more, Instant::now());
        (self.ours, self.due) = (false, None);
        self.then = if self.program.restarts { Then::StartAgain } else { Then::StayDown };
        Ok(pid)
    }

    /// Kills it, with its children where `family` says so; the pid if it ran.
    pub(super) fn kill(&mut self, then: Then, family: bool) -> Option<u32> {
        let Some(pid) = self.living() else {
            // What is about to go keeps its end and gets another beginning.
            if self.pid().is_some() {
                self.then = then
            } else {
                self.plan(then, Duration::ZERO)
            }
            return None;
        };
        // Held before, because they get another parent when this one is gone.
        let children = if family { proc::children(pid) } else { vec![] };
        let children: Vec<_> = children.into_iter().filter_map(|child| ChildHandle::of(pid, child)).collect();
        (self.ours, self.then) = (true, then);
        self.signal(Signal::KILL);
        for child in children {
            // Gone by itself is as good.
            let _ = child.signal(Signal::KILL);
        }
        Some(pid)
    }

    /// Sends a signal. The process is ours and not reaped, so its number cannot be another's.
    pub(super) fn signal(&self, signal: Signal) -> bool {
        let pid = self.pid().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
    }

    /// Looks whether it has ended.
    pub(super) fn reap(&mut self) -> Option<End> {
        let child = self.child.as_mut()?;
        let status = child.try_wait().ok().flatten()?;
        let (pid, cause) = (child.id(), cause(status, self.ours));
        self.child = None;
        let wait = self.wait();
        let then = std::mem::replace(&mut self.then, Then::StartAgain);
        self.plan(then, wait);
        Some(End { name: self.program.name.clone(), pid, cause, with: std::mem::take(&mut self.with) })
    }

    /// Starts it if that is due; the pid if it was started.
    pub(super) fn start_if_due(&mut self) -> Option<u32> {
        let is_due = self.due.as_ref().is_some_and(|(when, _)| *when <= Instant::now());
        let (_, with) = self.due.take_if(|_| is_due)?;
        match self.start(with.clone()) {
            Ok(pid) => {
                self.outage.up();
                Some(pid)
            }
            Err(error) => {
                self.outage.down(&format!("{} cannot be started: {error}", self.program.name));
                self.due = Some((Instant::now() + WAITS.cap, with));
                None
            }
        }
    }

    fn plan(&mut self, then: Then, wait: Duration) {
        let now = Instant::now();
        self.due = match then {
            Then::StartAgain => Some((now + wait, vec![])),
            Then::StartWith(with) => Some((now, with)),
            Then::StayDown => None,
        };
    }

    fn wait(&mut self) -> Duration {
        self.quick_ends = if self.started.elapsed() > RAN_WELL { 0 } else { self.quick_ends + 1 };
        // Without jitter: what chaos does follows from its seed.
        WAITS.ceiling(self.quick_ends.saturating_sub(1))
    }
}

fn cause(status: ExitStatus, ours: bool) -> Cause {
    match status.signal() {
        Some(_) if ours => Cause::Ours,
        Some(signal) => Cause::Signal(signal),
        None => Cause::Exit(status.code().unwrap_or(-1)),
    }
}
