//! How a command fails: what is told, and with which exit code.

use std::process::ExitCode;

use domain::ErrorKind;
use domain::ports::PortError;
use miette::{Diagnostic, Report, miette};
use runtime::grpc;
use tonic::{Code, Status};

use crate::core::LaunchError;
use crate::experiment_file::Faults;

/// How a command ended. The numbers are documented in the help text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is done.
    Done = 0,
    /// Something failed.
    Failed = 1,
    /// The arguments or the experiment are wrong.
    Invalid = 2,
    /// The named thing does not exist.
    NotFound = 3,
    /// A service or the engine is not there.
    Unavailable = 4,
    /// The experiment failed or was stopped.
    Experiment = 5,
    /// Somebody pressed Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    report: Report,
    exit: Exit,
}

impl Failure {
    /// A failure with this report and exit code.
    pub fn new(exit: Exit, report: Report) -> Self {
        Self { report, exit }
    }

    /// The same failure with another exit code.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// Wrong arguments.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Invalid, miette!("{}", message.into()))
    }

    /// What was asked for is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, miette!("{}", message.into()))
    }

    /// A failure of our own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, miette!("{}", message.into()))
    }

    /// The engine cannot be used.
    pub fn engine(report: Report) -> Self {
        Self::new(Exit::Unavailable, report)
    }

    /// The experiment did not complete.
    pub fn experiment(message: impl Into<String>) -> Self {
        Self::new(Exit::Experiment, miette!("{}", message.into()))
    }

    /// Somebody pressed Ctrl-C.
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, miette!("interrupted"))
    }

    /// Whether something is away that may come back.
    pub(super) fn is_away(&self) -> bool {
        self.exit == Exit::Unavailable
    }

    /// Prints the report to standard error and returns the exit code.
    #[allow(clippy::print_stderr, reason = "this is where a command's failure is told")]
    pub fn print(self) -> Exit {
        if self.exit != Exit::Interrupted {
            eprintln!("{:?}", self.report);
        }
        self.exit
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.report.fmt(f)
    }
}

fn exit(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::Invalid => Exit::Invalid,
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::Exhausted => Exit::Unavailable,
        ErrorKind::Divergence => Exit::Experiment,
        _ => Exit::Failed,
    }
}

/// An error with its causes, as one report.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Caused(#[from] PortError);

impl Diagnostic for Caused {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(diagnostic_code(self.0.reason().name)))
    }
}

/// How a reason is shown, whether the failure is of this process or of a daemon: `docs/errors` has a page for each.
fn diagnostic_code(reason: &str) -> String {
    format!("claudoom::{}", reason.to_lowercase())
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::new(exit(error.kind), Report::new(Caused(error)))
    }
}

impl From<Box<Faults>> for Failure {
    fn from(faults: Box<Faults>) -> Self {
        Self::new(Exit::Invalid, Report::new(*faults))
    }
}

impl From<LaunchError> for Failure {
    fn from(error: LaunchError) -> Self {
        match error {
            LaunchError::Invalid(faults) => faults.into(),
            LaunchError::Port(error) => error.into(),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, miette!("{error}"))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<PortError>() {
            Ok(error) => error.into(),
            Err(error) => Self::internal(format!("{error:#}")),
        }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let found = proto::status::violations(&status);
        let faults: String = found.iter().map(|v| format!("\n  {}: {}{}", v.path, v.message, help(v))).collect();
        let exit = match status.code() {
            Code::Cancelled => Exit::Interrupted,
            code => exit(proto::status::kind(code)),
        };
        if grpc::is_of_the_transport(&status) {
            let help = match status.message().contains("connect error") {
                true => "start one with `orchestrator serve`, name another with --server, or use --embedded",
                // A server cannot say why it lets nobody in before the connection is closed.
                false => "does it speak TLS (https://)? demand a certificate (--grpc-tls-cert, --grpc-tls-key)?",
            };
            return Self::new(Exit::Unavailable, miette!(help = help, "no daemon answers: {}", grpc::cause(&status)));
        }
        if status.code() == Code::Unimplemented {
            let help = "is it an orchestrator, and of this version? an agent answers on another port";
            return Self::new(exit, miette!(help = help, "the daemon does not know this call"));
        }
        match grpc::reason::of(&status) {
            Some(reason) => Self::new(exit, miette!(code = diagnostic_code(&reason), "{}{faults}", status.message())),
            None => Self::new(exit, miette!("{}{faults}", status.message())),
        }
    }
}

fn help(violation: &domain::Violation) -> String {
    violation.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default()
}
