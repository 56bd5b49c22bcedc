//! Stable reasons of failures, for programs: what exactly went wrong, in one word that keeps its meaning.
//!
//! Each has a page in `docs/errors`, and goes with statuses as `google.rpc.ErrorInfo`.

use crate::error::ErrorKind;

/// A reason and the kind of failure that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Its name, in capitals.
    pub name: &'static str,
    /// What callers can act on.
    pub kind: ErrorKind,
}

/// A constant for each reason, and the list of all.
macro_rules! reasons {
    ($($(#[$about:meta])* $name:ident: $kind:ident,)+) => {
        $($(#[$about])* pub const $name: Reason = Reason { name: stringify!($name), kind: ErrorKind::$kind };)+

        /// Every reason.
        pub const ALL: &[Reason] = &[$($name),+];
    };
}

reasons! {
    /// A message or an argument is wrong.
    REQUEST_INVALID: Invalid,
    /// An experiment file is wrong.
    EXPERIMENT_INVALID: Invalid,
    /// The beginning of an id fits several experiments.
    NAME_AMBIGUOUS: Invalid,
    /// What is named does not exist.
    NOT_FOUND: NotFound,
    /// There is no such experiment.
    EXPERIMENT_NOT_FOUND: NotFound,
    /// The generation is not planned.
    GENERATION_NOT_FOUND: NotFound,
    /// The episode is not planned.
    EPISODE_NOT_FOUND: NotFound,
    /// There is no such job.
    JOB_NOT_FOUND: NotFound,
    /// There is no such agent.
    AGENT_NOT_FOUND: NotFound,
    /// No file of this content was taken in.
    FILE_NOT_FOUND: NotFound,
    /// There is no such finding.
    FINDING_NOT_FOUND: NotFound,
    /// There is no such research session, or no longer.
    SESSION_NOT_FOUND: NotFound,
    /// The call does not fit the present state.
    WRONG_STATE: FailedPrecondition,
    /// The next trials follow from results that were not told yet.
    STUDY_WAITING: FailedPrecondition,
    /// The session has no study.
    STUDY_MISSING: FailedPrecondition,
    /// No agent is started by this orchestrator.
    NO_AGENTS_HERE: FailedPrecondition,
    /// A newer attempt or leader owns the work.
    FENCED: Fenced,
    /// One episode was measured twice with two results.
    DIVERGED: Divergence,
    /// A limit was reached.
    EXHAUSTED: Exhausted,
    /// Every game for agents that dial in is taken.
    GAMES_TAKEN: Exhausted,
    /// As many agents were started as there may be.
    AGENTS_FULL: Exhausted,
    /// A study has as many trials as it may have.
    STUDY_FULL: Exhausted,
    /// Something that is needed is away, or the daemon starts or stops.
    UNAVAILABLE: Unavailable,
    /// No answer came in time.
    DEADLINE_PASSED: DeadlineExceeded,
    /// The caller is not known.
    UNAUTHENTICATED: Unauthenticated,
    /// The caller may not do this.
    PERMISSION_DENIED: PermissionDenied,
    /// A failure of our own.
    INTERNAL: Internal,
}

impl Reason {
    /// The reason where no more than the kind is known.
    #[must_use]
    pub fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid => REQUEST_INVALID,
            ErrorKind::NotFound => NOT_FOUND,
            ErrorKind::FailedPrecondition => WRONG_STATE,
            ErrorKind::Fenced => FENCED,
            ErrorKind::Divergence => DIVERGED,
            ErrorKind::Exhausted => EXHAUSTED,
            ErrorKind::Unavailable => UNAVAILABLE,
            ErrorKind::DeadlineExceeded => DEADLINE_PASSED,
            ErrorKind::Unauthenticated => UNAUTHENTICATED,
            ErrorKind::PermissionDenied => PERMISSION_DENIED,
            ErrorKind::Internal => INTERNAL,
        }
    }

    /// What is missing, for a reason that something is: `experiment`, `job`.
    #[must_use]
    pub fn resource(self) -> Option<String> {
        Some(self.name.strip_suffix("_NOT_FOUND")?.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_a_kind_is_of_that_kind() {
        for reason in ALL {
            assert_eq!(Reason::of(reason.kind).kind, reason.kind);
        }
        assert_eq!(EXPERIMENT_NOT_FOUND.resource().as_deref(), Some("experiment"));
        assert_eq!(NOT_FOUND.resource(), None);
    }
}
