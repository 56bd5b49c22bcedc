//! The line to the engine's process: messages out, answers in, and a verdict when there
//! is no answer.
//!
//! Every wait is cut into short slices. After each the process is looked at, so a death
//! is noticed within milliseconds, and a limit turns silence into a hang: the engine is
//! killed and the line is dead.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::command_line::{self, Launch};
use crate::error::Error;
use crate::instance::Instance;
use crate::process::{self, Process};
use crate::queue::{Message, Queue, QueueError};
use crate::space;
use crate::watchdog::Watch;
use crate::work_dir::WorkDir;

/// Longest time a death goes unnoticed, scheduling aside.
const SLICE: Duration = Duration::from_millis(5);
/// How long a closing engine may take. It takes 10 to 90 ms.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

const DONE: u8 = 11;
const ERROR: u8 = 13;
const TIC: u8 = 21;
const UPDATE: u8 = 22;
const TIC_AND_UPDATE: u8 = 23;
const COMMAND: u8 = 24;
const CLOSE: u8 = 25;

/// What the engine is asked to do; each is answered once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request {
    /// One tic, refreshing the tic fields only.
    Tic,
    /// No tic; render and refresh everything.
    Update,
    /// One tic, then render and refresh everything.
    TicAndUpdate,
}

/// Process, queues, names and working directory of one engine.
#[derive(Debug)]
pub(super) struct Link {
    // Dropped in this order: the process is dead before its folder goes.
    process: Process,
    /// Absent where the kernel has no process descriptors.
    watch: Option<Arc<Watch>>,
    outbox: Queue,
    inbox: Queue,
    instance: Instance,
    _work_dir: WorkDir,
    step_timeout: Duration,
    dead: bool,
}

impl Link {
    /// Creates names, queues and folder, and starts the process.
    pub(super) fn open(
        executable: &Path,
        launch: Launch<'_>,
        instance: Instance,
        work_root: &Path,
        cpus: Option<&[usize]>,
        step_timeout: Duration,
    ) -> Result<Self, Error> {
        let work_dir = WorkDir::create(work_root, &instance)?;
        let create = |path: &Path| {
            let action = format!("cannot create {}", path.display());
            Queue::create(path).map_err(space::translate(Queue::SIZE, action))
        };
        let outbox = create(&instance.engine_inbox())?;
        let inbox = create(&instance.engine_outbox())?;
        let args = command_line::args(&launch);
        let process = Process::spawn(executable, &args, work_dir.path(), cpus)?;
        let watch = Watch::new(process.pid()).ok();
        Ok(Self { process, watch, outbox, inbox, instance, _work_dir: work_dir, step_timeout, dead: false })
    }

    /// Waits for the engine's first message, sent when it is up.
    pub(super) fn wait_for_start(&mut self, limit: Duration) -> Result<(), Error> {
        self.wait_done("at start-up", limit)
    }

    pub(super) fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(super) fn resident_bytes(&self) -> u64 {
        self.process.resident_bytes()
    }

    /// Asks and waits for the answer. `during` says in errors what for.
    pub(super) fn ask(&mut self, request: Request, during: &'static str) -> Result<(), Error> {
        let code = match request {
            Request::Tic => TIC,
            Request::Update => UPDATE,
            Request::TicAndUpdate => TIC_AND_UPDATE,
        };
        self.send(code, b"", during)?;
        self.wait_done(during, self.step_timeout)
    }

    /// Hands over a console command, run before the next tic. There is no answer.
    pub(super) fn command(&mut self, text: &str, during: &'static str) -> Result<(), Error> {
        self.send(COMMAND, text.as_bytes(), during)
    }

    /// Asks the engine to end, and kills it if it does not.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        if !self.dead {
            self.send(CLOSE, b"", "while closing")?;
            self.process.wait(CLOSE_TIMEOUT);
        }
        self.dead = true;
        self.process.kill();
        Ok(())
    }

    fn send(&mut self, code: u8, text: &[u8], during: &'static str) -> Result<(), Error> {
        if self.dead {
            return Err(Error::EngineGone);
        }
        match self.outbox.send(code, text, self.step_timeout) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.queue_failed(&error, during, self.step_timeout)),
        }
    }

    fn wait_done(&mut self, during: &'static str, limit: Duration) -> Result<(), Error> {
        let since = Instant::now();
        if let Some(watch) = &self.watch {
            watch.begin(since, limit);
        }
        let outcome = self.wait_until(during, since, limit);
        if let Some(watch) = &self.watch {
            watch.end();
        }
        outcome
    }

    fn wait_until(&mut self, during: &'static str, since: Instant, limit: Duration) -> Result<(), Error> {
        loop {
            match self.inbox.receive(SLICE) {
                Ok(Some(message)) if message.code == DONE => return Ok(()),
                Ok(Some(message)) => return Err(self.failed(&message, during)),
                Ok(None) => {}
                // The lock is free again within one slice, or the engine is stopped.
                Err(QueueError::Stuck) if since.elapsed() < limit => {}
                Err(error) => return Err(self.queue_failed(&error, during, limit)),
            }
            if self.process.poll().is_some() {
                return Err(self.died(during));
            }
            if since.elapsed() >= limit {
                return Err(self.hung(during, limit));
            }
        }
    }

    fn queue_failed(&mut self, error: &QueueError, during: &'static str, limit: Duration) -> Error {
        match error {
            QueueError::OwnerDied => self.died(during),
            QueueError::Stuck => self.hung(during, limit),
            QueueError::Os(code) => {
                self.finish();
                Error::Io {
                    action: format!("cannot use the engine's queue {during}"),
                    source: std::io::Error::from_raw_os_error(*code),
                }
            }
        }
    }

    /// The engine has died; its last words may still be in the queue.
    fn died(&mut self, during: &'static str) -> Error {
        let last = self.inbox.receive(Duration::ZERO);
        if let Ok(Some(message)) = last
            && message.code == ERROR
        {
            return self.failed(&message, during);
        }
        self.finish();
        Error::EngineDied { during, status: process::describe(self.process.poll()), stderr: self.process.stderr() }
    }

    fn failed(&mut self, message: &Message, during: &'static str) -> Error {
        // It ends by itself after an error; give it the time to write why.
        self.process.wait(Duration::from_millis(200));
        self.finish();
        let message = match message.code {
            ERROR => message.text(),
            code => format!("unexpected message {code}"),
        };
        Error::EngineFailed { during, message, stderr: self.process.stderr() }
    }

    fn hung(&mut self, during: &'static str, limit: Duration) -> Error {
        self.finish();
        Error::EngineHung { during, limit }
    }

    /// Ends the process; the queues are not used again.
    fn finish(&mut self) {
        self.dead = true;
        self.process.kill();
    }
}
