//! Who did what to an experiment, and why.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Violation;

/// Longest reason that somebody may give, in bytes. It goes into events, which have to fit into a message.
pub const MAX_REASON: usize = 2000;
/// Longest name of an actor, in bytes.
const MAX_ACTOR: usize = 200;

/// Who does something: a person as far as we know one, or a part of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor(String);

impl Actor {
    /// Whatever calls itself `text`. What a terminal or a table could not show is replaced, and a long name is cut.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let shown = cut(&cleaned(text, |_| false), MAX_ACTOR);
        Self(if shown.is_empty() { "unknown".to_owned() } else { shown })
    }

    /// The orchestrator itself.
    #[must_use]
    pub fn orchestrator() -> Self {
        Self::new("orchestrator")
    }

    /// A worker by its name in claims.
    #[must_use]
    pub fn worker(name: &str) -> Self {
        Self::new(&format!("worker {name}"))
    }

    /// The caller of a service: who it says it is, if it says so, and where the call came from. The second is known, the
    /// first is a claim.
    #[must_use]
    pub fn caller(stated: Option<&str>, origin: &str) -> Self {
        match stated.map(str::trim).filter(|stated| !stated.is_empty()) {
            // Cut first, so that a long claim cannot push the origin out.
            Some(stated) => Self::new(&format!("{} ({origin})", cut(stated, MAX_ACTOR / 2))),
            None => Self::new(origin),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is noted with a change: who asked for it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Who.
    pub actor: Actor,
    /// Why; may be empty.
    pub reason: String,
}

impl Note {
    /// A note with a reason of our own, such as the text of an error; a long one is cut.
    #[must_use]
    pub fn new(actor: Actor, reason: &str) -> Self {
        Self { actor, reason: cut(&cleaned(reason, is_line_break), MAX_REASON) }
    }

    /// A note with the reason that somebody gave.
    ///
    /// # Errors
    /// If it is longer than [`MAX_REASON`].
    pub fn asked(actor: Actor, reason: &str) -> Result<Self, Violation> {
        if reason.len() > MAX_REASON {
            let message = format!("is {} bytes long; at most {MAX_REASON} are kept", reason.len());
            return Err(Violation::new("reason", message));
        }
        Ok(Self::new(actor, reason))
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It was planned and started.
    Launched,
    /// No new job is started.
    Paused,
    /// It goes on after a pause.
    Resumed,
    /// More of it was planned.
    Extended,
    /// It ends earlier than was planned.
    Shortened,
    /// Its end was asked for; jobs in play finish.
    Stopping,
    /// It was ended.
    Stopped,
    /// Every planned episode was scored.
    Completed,
    /// An episode was played twice with two results.
    Diverged,
    /// It cannot go on.
    Failed,
    /// Somebody asked for something and was refused.
    Refused,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 11] = [
        Self::Launched,
        Self::Paused,
        Self::Resumed,
        Self::Extended,
        Self::Shortened,
        Self::Stopping,
        Self::Stopped,
        Self::Completed,
        Self::Diverged,
        Self::Failed,
        Self::Refused,
    ];

    /// The name in tables and columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Launched => "launched",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Extended => "extended",
            Self::Shortened => "shortened",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Completed => "completed",
            Self::Diverged => "diverged",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Action {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|action| action.name() == text);
        found.ok_or_else(|| format!("unknown action `{text}`"))
    }
}

/// One line of an experiment's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its place in the journal of all experiments: higher than that of every earlier entry.
    pub id: i64,
    /// Milliseconds since 1970, by the store's clock.
    pub at_ms: i64,
    /// What was done.
    pub action: Action,
    /// Who did it, and why.
    pub note: Note,
    /// What exactly, where the action does not say it all: `from 10 to 20 replicates`; may be empty.
    pub detail: String,
}

pub(crate) fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

/// `text` without surrounding blanks and with `?` for characters that can be neither stored nor shown everywhere.
pub(crate) fn cleaned(text: &str, keep: impl Fn(char) -> bool) -> String {
    text.trim().chars().map(|c| if c.is_control() && !keep(c) { '?' } else { c }).collect()
}

/// `text`, cut at a character's start if it is longer than `most` bytes.
fn cut(text: &str, most: usize) -> String {
    const ELLIPSIS: &str = "...";
    if text.len() <= most {
        return text.to_owned();
    }
    format!("{}{ELLIPSIS}", &text[..text.floor_char_boundary(most - ELLIPSIS.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_actions_read_back() {
        for action in Action::ALL {
            assert_eq!(action.name().parse(), Ok(action));
        }
        assert!("deleted".parse::<Action>().is_err());
    }

    #[test]
    fn a_caller_is_named_with_its_origin_whatever_it_claims() {
        assert_eq!(Actor::caller(Some("ada@lab"), "grpc 10.0.0.7:4000").as_str(), "ada@lab (grpc 10.0.0.7:4000)");
        assert_eq!(Actor::caller(Some(" "), "grpc 10.0.0.7:4000").as_str(), "grpc 10.0.0.7:4000");
        let long = Actor::caller(Some(&"ä".repeat(500)), "grpc 10.0.0.7:4000");
        assert!(long.as_str().ends_with("... (grpc 10.0.0.7:4000)") && long.as_str().len() <= MAX_ACTOR, "{long}");
        assert_eq!(Actor::new("a\u{1b}[31m\0b\n").as_str(), "a?[31m?b");
        assert_eq!(Actor::new("").as_str(), "unknown");
    }

    #[test]
    fn reasons_are_kept_whole_or_refused_and_our_own_are_cut() {
        let actor = Actor::orchestrator;
        assert_eq!(Note::asked(actor(), " two\nlines\0 ").unwrap().reason, "two\nlines?");
        assert!(Note::asked(actor(), &"x".repeat(MAX_REASON)).is_ok());
        assert_eq!(Note::asked(actor(), &"x".repeat(MAX_REASON + 1)).unwrap_err().path, "reason");
        let cut = Note::new(actor(), &"ä".repeat(MAX_REASON)).reason;
        assert!(cut.len() <= MAX_REASON && cut.ends_with("ä..."));
    }
}
