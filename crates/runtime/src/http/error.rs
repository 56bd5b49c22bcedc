//! Failures of gRPC in the words of HTTP, after `google.rpc.Code`.

use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::grpc::{code_name, reason};

/// A status as an answer: `{"error":{"code":404,"status":"NOT_FOUND","reason":"...","message":"..."}}`.
#[derive(Debug)]
pub struct HttpError(pub Status);

#[derive(Serialize)]
struct Body<'a> {
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: u16,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    message: &'a str,
}

impl HttpError {
    /// The code of HTTP that stands for one of gRPC.
    pub fn code(code: Code) -> StatusCode {
        match code {
            Code::Ok => StatusCode::OK,
            // The caller has gone, so that nobody reads it; the number is the one that nginx logs.
            Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> String {
        let status = &self.0;
        let code = Self::code(status.code()).as_u16();
        let told =
            Told { code, status: code_name(status.code()), reason: reason::of(status), message: status.message() };
        // Text and numbers always become JSON.
        serde_json::to_string(&Body { error: told }).unwrap_or_default()
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.0.code() == Code::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.0.get_details_retry_info().and_then(|info| info.retry_delay) {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        (Self::code(self.0.code()), headers, self.body()).into_response()
    }
}

impl From<Status> for HttpError {
    fn from(status: Status) -> Self {
        Self(status)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_status_keeps_its_name_its_reason_and_its_wait() {
        let mut details = ErrorDetails::with_retry_info(Some(Duration::from_millis(1_500)));
        details.set_error_info("FULL", reason::DOMAIN, []);
        let status = Status::with_error_details(Code::ResourceExhausted, "no place \"left\"", details);

        let (head, _) = HttpError(status.clone()).into_response().into_parts();

        let expected =
            r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","reason":"FULL","message":"no place \"left\""}}"#;
        assert_eq!(HttpError(status).body(), expected);
        assert_eq!((head.status.as_u16(), head.headers["retry-after"].to_str().unwrap()), (429, "1"));
        let (head, _) = HttpError(Status::unauthenticated("")).into_response().into_parts();
        assert_eq!((head.status.as_u16(), head.headers["www-authenticate"].to_str().unwrap()), (401, "Bearer"));
    }
}
