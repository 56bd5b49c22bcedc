//! Stable reasons of failures, for programs: `google.rpc.ErrorInfo` with a page of the documentation for each.

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// Who gives the reasons: `ErrorInfo.domain`.
pub const DOMAIN: &str = "claudoom";

/// A reason, in capitals. Once it is there it keeps its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub &'static str);

/// The call brings no token and needs one.
pub const TOKEN_MISSING: Reason = Reason("TOKEN_MISSING");
/// The token is none that was made for this daemon.
pub const TOKEN_UNKNOWN: Reason = Reason("TOKEN_UNKNOWN");
/// The token's time is over.
pub const TOKEN_EXPIRED: Reason = Reason("TOKEN_EXPIRED");
/// The token was revoked.
pub const TOKEN_REVOKED: Reason = Reason("TOKEN_REVOKED");
/// Tokens cannot be looked up for now.
pub const TOKEN_UNCHECKED: Reason = Reason("TOKEN_UNCHECKED");
/// The caller is known and may not do this.
pub const ROLE_TOO_LOW: Reason = Reason("ROLE_TOO_LOW");
/// There is no such method.
pub const METHOD_UNKNOWN: Reason = Reason("METHOD_UNKNOWN");
/// The call did not end within its time.
pub const DEADLINE_PASSED: Reason = Reason("DEADLINE_PASSED");

/// The reasons that are given here.
pub const ALL: &[Reason] = &[
    TOKEN_MISSING,
    TOKEN_UNKNOWN,
    TOKEN_EXPIRED,
    TOKEN_REVOKED,
    TOKEN_UNCHECKED,
    ROLE_TOO_LOW,
    METHOD_UNKNOWN,
    DEADLINE_PASSED,
];

impl Reason {
    /// The reason as a detail of a status.
    pub fn details(self) -> ErrorDetails {
        let mut details = ErrorDetails::new();
        details.set_error_info(self.0, DOMAIN, []);
        details
    }

    /// A status with this reason.
    pub fn status(self, code: Code, message: impl Into<String>) -> Status {
        Status::with_error_details(code, message, self.details())
    }

    /// The page that explains it, below the documentation's folder.
    pub fn page(self) -> String {
        page(self.0)
    }
}

/// The page that explains a reason, below the documentation's folder.
pub fn page(reason: &str) -> String {
    format!("errors/{}.md", reason.to_lowercase().replace('_', "-"))
}

/// The reason that a status gives, if it is one of ours.
pub fn of(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}
