//! The engine's process: alive or how it ended, what it wrote, how big it is.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::spawner;

/// Longest part of the error output that is kept for messages, in bytes.
const STDERR_TAIL: u64 = 2000;

/// A running engine; killed and reaped on drop.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stderr: PathBuf,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts the executable in its own working directory. Its error output goes to a
    /// file there, which can be read after it died and never blocks it.
    pub(crate) fn spawn(
        executable: &Path,
        args: &[String],
        work_dir: &Path,
        cpus: Option<&[usize]>,
    ) -> Result<Self, Error> {
        let stderr = work_dir.join("stderr.txt");
        let sink = File::create(&stderr).map_err(Error::io(format!("cannot create {}", stderr.display())))?;
        let mut command = Command::new(executable);
        command
            .args(args)
            .current_dir(work_dir)
            // Keeps users' own settings of the game out.
            .env("HOME", work_dir)
            .env_remove("DOOMWADDIR")
            .env_remove("DOOMWADPATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(sink);
        let child =
            spawner::spawn(command, cpus).map_err(Error::io(format!("cannot start {}", executable.display())))?;
        Ok(Self { child, stderr, ended: None })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns how the process ended, if it has.
    pub(crate) fn poll(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            // The only error is that there is no such child, which cannot be.
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Kills and reaps the process, unless it has ended by itself.
    pub(crate) fn kill(&mut self) -> Option<ExitStatus> {
        if self.poll().is_none() {
            let _ = self.child.kill();
            self.ended = self.child.wait().ok();
        }
        self.ended
    }

    /// Waits for the end, no longer than `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        while self.poll().is_none() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        self.ended
    }

    /// Returns the end of what the engine wrote to its error output.
    pub(crate) fn stderr(&self) -> String {
        tail(&self.stderr).unwrap_or_default()
    }

    /// Returns the resident memory in bytes; 0 when the process is gone.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.pid()));
        let pages = statm.ok().and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok());
        pages.unwrap_or(0) * page_size()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Puts an exit status into words.
pub(crate) fn describe(status: Option<ExitStatus>) -> String {
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(code), _)) => format!("exit status {code}"),
        Some((_, Some(libc::SIGKILL))) => "killed by signal 9".to_owned(),
        Some((_, Some(libc::SIGBUS))) => "signal 7: /dev/shm is probably full".to_owned(),
        Some((_, Some(signal))) => format!("signal {signal}"),
        _ => "still running".to_owned(),
    }
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(STDERR_TAIL)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

fn page_size() -> u64 {
    // SAFETY: a plain query.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or(4096)
}
