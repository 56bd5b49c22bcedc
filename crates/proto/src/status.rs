//! The one table between kinds of errors and gRPC codes, and statuses with `google.rpc` details.

use std::time::Duration;

use domain::reason::{self, Reason};
use domain::{ErrorKind, Violation};
use runtime::grpc::reason::DOMAIN;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::convert::BadMessage;

/// Longest text of a status, in bytes.
pub const MAX_TEXT: usize = 1024;

/// Most bytes of field violations that go with a status: it travels in headers, which peers limit to 16 KiB, and the
/// encoding adds a third.
pub const MAX_DETAILS: usize = 6 * 1024;

/// When callers should come again after a failure that passes by itself.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

const TABLE: [(ErrorKind, Code); 11] = [
    (ErrorKind::Invalid, Code::InvalidArgument),
    (ErrorKind::NotFound, Code::NotFound),
    (ErrorKind::FailedPrecondition, Code::FailedPrecondition),
    (ErrorKind::Fenced, Code::Aborted),
    (ErrorKind::Divergence, Code::DataLoss),
    (ErrorKind::Exhausted, Code::ResourceExhausted),
    (ErrorKind::Unavailable, Code::Unavailable),
    (ErrorKind::DeadlineExceeded, Code::DeadlineExceeded),
    (ErrorKind::Unauthenticated, Code::Unauthenticated),
    (ErrorKind::PermissionDenied, Code::PermissionDenied),
    (ErrorKind::Internal, Code::Internal),
];

/// The code of a kind of error.
#[must_use]
pub fn code(kind: ErrorKind) -> Code {
    TABLE.iter().find(|(of, _)| *of == kind).map_or(Code::Internal, |(_, code)| *code)
}

/// The kind of error that a code stands for; a cancelled call is `Unavailable`, a code of no kind `Internal`.
#[must_use]
pub fn kind(code: Code) -> ErrorKind {
    if code == Code::Cancelled {
        return ErrorKind::Unavailable;
    }
    TABLE.iter().find(|(_, of)| *of == code).map_or(ErrorKind::Internal, |(kind, _)| *kind)
}

/// A status of a kind of error, of which no more is known.
#[must_use]
pub fn status(kind: ErrorKind, message: impl AsRef<str>) -> Status {
    of(Reason::of(kind), message)
}

/// A status for a reason; a long text is cut. One that passes by itself says when to come again, one for which something
/// is missing says what.
#[must_use]
pub fn of(reason: Reason, message: impl AsRef<str>) -> Status {
    let message = capped(message.as_ref());
    let mut details = details(reason);
    if matches!(reason.kind, ErrorKind::Unavailable | ErrorKind::Exhausted) {
        details.set_retry_info(Some(RETRY_AFTER));
    }
    if let Some(resource) = reason.resource() {
        details.set_resource_info(format!("{DOMAIN}.{resource}"), "", "", message.clone());
    }
    Status::with_error_details(code(reason.kind), message, details)
}

fn details(reason: Reason) -> ErrorDetails {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason.name, DOMAIN, []);
    details
}

/// When a status asks the caller to come again, if it does.
#[must_use]
pub fn retry_after(status: &Status) -> Option<Duration> {
    status.get_details_retry_info()?.retry_delay
}

/// `INVALID_ARGUMENT` with the fields that are wrong, as many of them as fit.
#[must_use]
pub fn invalid(message: impl AsRef<str>, violations: &[Violation]) -> Status {
    invalid_as(reason::REQUEST_INVALID, message, violations)
}

/// The same for a reason of its own.
#[must_use]
pub fn invalid_as(reason: Reason, message: impl AsRef<str>, violations: &[Violation]) -> Status {
    let mut room = MAX_DETAILS;
    let fields = violations.iter().map_while(|violation| {
        let help = violation.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let (path, text) = (capped(&violation.path), capped(&format!("{}{help}", violation.message)));
        room = room.checked_sub(path.len() + text.len())?;
        Some(FieldViolation::new(path, text))
    });
    let mut details = details(reason);
    details.set_bad_request(fields.collect::<Vec<_>>());
    Status::with_error_details(Code::InvalidArgument, capped(message.as_ref()), details)
}

/// The fields that a status says are wrong.
#[must_use]
pub fn violations(status: &Status) -> Vec<Violation> {
    let fields = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    fields.into_iter().map(|field| Violation::new(field.field, field.description)).collect()
}

impl From<BadMessage> for Status {
    fn from(error: BadMessage) -> Self {
        invalid(error.to_string(), &error.0)
    }
}

/// `text`, cut at a character's start if it is longer than [`MAX_TEXT`].
fn capped(text: &str) -> String {
    const ELLIPSIS: &str = "...";
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_TEXT - ELLIPSIS.len());
    format!("{}{ELLIPSIS}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_code_and_reads_back() {
        for (of, code_of) in TABLE {
            assert_eq!((code(of), kind(code_of)), (code_of, of));
        }
        assert_eq!(kind(Code::Unknown), ErrorKind::Internal);
    }

    #[test]
    fn every_reason_travels_with_what_belongs_to_it() {
        for &reason in reason::ALL {
            let status = of(reason, "text");
            assert_eq!(runtime::grpc::reason::of(&status).as_deref(), Some(reason.name));
            assert_eq!(status.code(), code(reason.kind));
        }
        let missing = of(reason::JOB_NOT_FOUND, "there is no job 7").get_details_resource_info().unwrap();
        assert_eq!(
            (missing.resource_type.as_str(), missing.description.as_str()),
            ("claudoom.job", "there is no job 7")
        );
        let invalid = invalid("wrong", &[]);
        assert_eq!(runtime::grpc::reason::of(&invalid).as_deref(), Some("REQUEST_INVALID"));
    }

    #[test]
    fn what_passes_by_itself_says_when_to_come_again() {
        assert_eq!(retry_after(&status(ErrorKind::Unavailable, "starting")), Some(RETRY_AFTER));
        assert_eq!(retry_after(&status(ErrorKind::Invalid, "wrong")), None);
    }

    #[test]
    fn text_is_capped_between_characters() {
        let status = status(ErrorKind::Internal, "ä".repeat(1000));
        assert!(status.message().len() <= MAX_TEXT);
        assert!(status.message().ends_with("ä..."));
    }

    #[test]
    fn violations_beyond_the_room_are_left_out() {
        let many = vec![Violation::new("p".repeat(900), "m".repeat(900)); 100];
        assert_eq!(violations(&invalid("", &many)).len(), MAX_DETAILS / 1800);
    }

    #[test]
    fn violations_go_with_the_status() {
        let error = BadMessage(vec![Violation::new("genome.aim", "too large"), Violation::new("policy", "unknown")]);
        let status = Status::from(error.clone());
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "genome.aim: too large; policy: unknown");
        assert_eq!(violations(&status), error.0);
    }
}
