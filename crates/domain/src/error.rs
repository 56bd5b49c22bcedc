//! What kind of failure something is. Adapters map these to `tonic::Code`, exit codes and retries.

use serde::Serialize;

use crate::series;
use crate::spelling::nearest;

/// The short list of failures every caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request or file itself is wrong; sending it again cannot help.
    Invalid,
    /// The named thing does not exist.
    NotFound,
    /// The call does not fit the present state, such as resuming what is not paused.
    FailedPrecondition,
    /// A newer attempt or a newer leader owns the work; what this one did is dropped.
    Fenced,
    /// The same key was measured with a different value: the determinism promise is broken.
    Divergence,
    /// A capacity limit was reached; the caller may come back later.
    Exhausted,
    /// A dependency is away or the daemon is still starting.
    Unavailable,
    /// An answer came later than its deadline.
    DeadlineExceeded,
    /// No token, or a bad one.
    Unauthenticated,
    /// A valid token without the right.
    PermissionDenied,
    /// A failure of our own.
    Internal,
}

impl ErrorKind {
    /// Whether the same call may succeed later without any change by the caller.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Exhausted | Self::Unavailable | Self::DeadlineExceeded | Self::Fenced)
    }
}

/// One thing that is wrong with an input, named by the path of its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Dotted path of the field, such as `design.factors[1].name`.
    pub path: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it, if that is not obvious.
    pub help: Option<String>,
}

impl Violation {
    /// A violation at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), help: None }
    }

    /// There is no `what` named `name`, only the `known` ones; the advice lists them and says which was probably meant.
    pub fn unknown<'a>(
        path: impl Into<String>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<_> = known.into_iter().collect();
        let guess = nearest(name, known.iter().copied()).map(|meant| format!("did you mean `{meant}`? "));
        let listed = || series::of_names(&known).join(", ");
        let all = if known.is_empty() { "there is none".to_owned() } else { format!("there are {}", listed()) };
        Self::new(path, format!("unknown {what} `{name}`")).with_help(guess.unwrap_or_default() + &all)
    }

    /// All of them in one line, for an error that has one text.
    #[must_use]
    pub fn in_one_line(found: &[Self]) -> String {
        found.iter().map(|one| format!("{}: {}", one.path, one.message)).collect::<Vec<_>>().join("; ")
    }

    /// Adds advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
