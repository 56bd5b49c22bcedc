//! Asking a daemon whether it is ready, as health checks of containers do.

use std::time::Duration;

use tonic::Status;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{Address, Client, ClientConfig, Methods, cause};
use crate::retry::RetryPolicy;

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
    // Everybody may ask, and who asks wants to know how it is now.
    let config = ClientConfig { token: None, retry: RetryPolicy { retries: 0, ..config.retry }, ..config.clone() };
    let client = Client::new(address, &config, Methods::default()).map_err(|error| silent(error.to_string()))?;
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = tokio::time::timeout(LIMIT, HealthClient::new(client).check(request)).await;
    let answer = answer.map_err(|_| silent(format!("no answer within {LIMIT:?}")))?;
    let answer = answer.map_err(|status: Status| silent(cause(&status)))?;
    match answer.into_inner().status() {
        ServingStatus::Serving => Ok(()),
        other => Err(NotReady::Status { address: address.clone(), status: other.as_str_name() }),
    }
}
