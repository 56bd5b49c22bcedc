//! Tries again what was put aside.

use domain::ports::{PortResult, Projected};

use super::{EventPorts, understand};

/// What became of an event that was tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retried {
    /// It is in the summaries now, and no longer put aside.
    Projected,
    /// It stays where it is.
    Refused(String),
}

/// Takes an event that was put aside into the summaries, if that works now.
///
/// # Errors
/// `NotFound` if there is no such event; if the store is away.
pub async fn retry(ports: &EventPorts, id: &str) -> PortResult<Retried> {
    let parked = ports.parked.parked_event(id).await?.parked;
    let received = match understand(&parked.message) {
        Ok(received) => received,
        Err(why) => return Ok(Retried::Refused(why.to_string())),
    };
    match ports.projection.project(&[received]).await {
        Ok(outcomes) if outcomes == [Projected::Conflict] => {
            Ok(Retried::Refused("another event with its id was taken in".to_owned()))
        }
        Ok(_) => {
            ports.parked.unpark(id).await?;
            Ok(Retried::Projected)
        }
        Err(error) if error.kind.is_retryable() => Err(error),
        Err(error) => Ok(Retried::Refused(error.to_string())),
    }
}
