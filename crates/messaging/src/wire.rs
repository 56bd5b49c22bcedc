//! What every message carries besides its body: names of headers, and the version of the schema.

use domain::ports::JobMessage;

/// Header with the version of the body's schema.
pub const SCHEMA_VERSION_HEADER: &str = "schema-version";

/// The only version there is. A reader that meets a higher one puts the message aside.
pub const SCHEMA_VERSION: &str = "1";

/// W3C trace context.
pub const TRACEPARENT_HEADER: &str = "traceparent";

/// Media type of every body.
pub const CONTENT_TYPE: &str = "application/json";

/// Why a message is not a job.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAJob {
    #[error("schema version `{0}` is not known here")]
    Version(String),
    #[error("the body is not a job message")]
    Body(#[from] serde_json::Error),
}

/// The body of a job message.
pub(crate) fn encode_job(job: &JobMessage) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(job)
}

/// Reads a job message; one without a version is taken for the first.
pub(crate) fn decode_job(version: Option<&str>, body: &[u8]) -> Result<JobMessage, NotAJob> {
    match version {
        None | Some(SCHEMA_VERSION) => Ok(serde_json::from_slice(body)?),
        Some(other) => Err(NotAJob::Version(other.to_owned())),
    }
}

/// A service's address without the user and password in it, fit for a log line.
pub(crate) fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let host_start = rest[..authority_end].rfind('@').map_or(0, |at| at + 1);
    // What follows the host may hold secrets too, and is not needed to find the service.
    let host = &rest[host_start..authority_end];
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use domain::ids::{ExperimentId, JobId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_job_survives_the_way_and_strangers_are_recognised() {
        let job = JobMessage { job: JobId(Uuid::from_u128(1)), experiment: ExperimentId(Uuid::from_u128(2)) };
        let body = encode_job(&job).unwrap();

        assert_eq!(decode_job(Some("1"), &body).unwrap(), job);
        assert_eq!(decode_job(None, &body).unwrap(), job);
        assert!(matches!(decode_job(Some("2"), &body), Err(NotAJob::Version(_))));
        assert!(matches!(decode_job(None, b"{\"job\":7}"), Err(NotAJob::Body(_))));
    }

    #[test]
    fn addresses_lose_their_secrets() {
        assert_eq!(without_credentials("amqp://guest:p@ss@host:5672/%2f?x=1"), "amqp://host:5672");
        assert_eq!(without_credentials("nats://host:4222"), "nats://host:4222");
        assert_eq!(without_credentials("token@host:4222"), "host:4222");
    }
}
