//! What the broker's errors mean to callers: the only place that knows AMQP reply codes.

use std::future::Future;
use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

/// Translates an error of what was being done.
pub(super) fn failed(doing: &str, error: lapin::Error) -> PortError {
    let kind = kind_of(&error);
    let advice = match kind {
        ErrorKind::FailedPrecondition => "; it is there with other settings: delete it or choose another name",
        ErrorKind::PermissionDenied => "; check user, password and virtual host",
        _ => "",
    };
    let reason = error.to_string();
    // A TLS library's words for "this is no TLS".
    let advice = if reason.contains("InvalidContentType") {
        "; amqps:// demands TLS, and that port speaks none"
    } else {
        advice
    };
    PortError::new(kind, format!("cannot {doing}: {reason}{advice}")).because(error)
}

/// Awaits an answer of the broker, but not for ever: a broker that blocks publishers simply does not answer.
pub(super) async fn answered<T>(
    limit: Duration,
    doing: &str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> PortResult<T> {
    match tokio::time::timeout(limit, answer).await {
        Ok(result) => result.map_err(|error| failed(doing, error)),
        Err(elapsed) => {
            let message = format!("cannot {doing}: RabbitMQ did not answer within {limit:?}");
            Err(PortError::new(ErrorKind::DeadlineExceeded, message).because(elapsed))
        }
    }
}

fn kind_of(error: &lapin::Error) -> ErrorKind {
    let lapin::ErrorKind::ProtocolError(protocol) = error.kind() else {
        return ErrorKind::Unavailable;
    };
    match protocol.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => ErrorKind::FailedPrecondition,
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => {
            ErrorKind::PermissionDenied
        }
        _ => ErrorKind::Unavailable,
    }
}
