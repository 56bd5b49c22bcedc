//! A program as it is started: again and again, the same each time.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

/// A program with all that it is started with. It sees nothing of this process's environment.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name, also of its log.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// The folder it works in.
    pub folder: PathBuf,
    /// Where its output goes, after what is there.
    pub log: PathBuf,
    /// As whom it runs, if not as this process does.
    pub user: Option<User>,
    /// Whether whoever runs it starts it again when it has ended.
    pub restarts: bool,
    /// The signal that asks it to end.
    pub stop: Signal,
}

/// A user of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl Program {
    /// A program called `name` that works in `folder` and logs to `NAME.log` in `logs`.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>, folder: &Path, logs: &Path) -> Self {
        let name = name.into();
        let log = logs.join(format!("{name}.log"));
        let (args, env) = (Vec::new(), Vec::new());
        Self {
            name,
            path: path.into(),
            args,
            env,
            folder: folder.to_owned(),
            log,
            user: None,
            restarts: true,
            stop: Signal::TERM,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<T: Into<OsString>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Lets it end: it is started once.
    #[must_use]
    pub fn once(self) -> Self {
        Self { restarts: false, ..self }
    }

    /// The command of one start, with `more` arguments.
    ///
    /// # Errors
    /// If its log cannot be written.
    pub fn command(&self, more: &[OsString]) -> io::Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.path);
        command.args(&self.args).args(more).env_clear().current_dir(&self.folder);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        Ok(command)
    }
}

impl User {
    /// The user of this name, if the system has one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let passwd = fs::read_to_string("/etc/passwd").ok()?;
        let mut fields = passwd.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
        Some(Self { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    }

    /// The user to run `name`'s program as: that user where this process is root, else nobody else.
    #[must_use]
    pub fn instead_of_root(name: &str) -> Option<Self> {
        rustix::process::geteuid().is_root().then(|| Self::named(name)).flatten()
    }
}
