//! Asking a daemon whether it is ready, as health checks of containers do.

use std::time::Duration;

use tonic::Status;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{Address, ClientConfig, channel, reason};

/// Time a daemon has to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Why a daemon is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It answers, but not as one that serves.
    #[error("{address} says {status}")]
    Status {
        /// Who was asked.
        address: Address,
        /// What it said.
        status: &'static str,
    },
    /// It does not answer.
    #[error("{address} does not answer: {reason}")]
    Silent {
        /// Who was asked.
        address: Address,
        /// Why.
        reason: String,
    },
}

/// Asks the daemon at `address`, over a channel of these settings, for the health of `service`.
///
/// # Errors
/// If it does not answer within 5 s or is not SERVING.
pub async fn ready(address: &Address, config: &ClientConfig, service: &str) -> Result<(), NotReady> {
    let silent = |reason: String| NotReady::Silent { address: address.clone(), reason };
    let channel = channel(address, config).map_err(|error| silent(error.to_string()))?;
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = tokio::time::timeout(LIMIT, HealthClient::new(channel).check(request)).await;
    let answer = answer.map_err(|_| silent(format!("no answer within {LIMIT:?}")))?;
    let answer = answer.map_err(|status: Status| silent(reason(&status)))?;
    match answer.into_inner().status() {
        ServingStatus::Serving => Ok(()),
        other => Err(NotReady::Status { address: address.clone(), status: other.as_str_name() }),
    }
}
