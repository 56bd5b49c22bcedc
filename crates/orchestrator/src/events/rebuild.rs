//! Brings back what the stream or the summaries have lost. The ledger has it all.

use std::collections::BTreeMap;

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{PortError, PortResult, Projected, ReceivedEvent};
use proto::events::decode;
use serde::Serialize;

use super::EventPorts;
use super::history::{History, retained_since};
use super::report::ExperimentReport;
use super::verify::window;

/// Events that are taken in at a time.
const PART: u32 = 256;

/// How much of the ledger the stream is meant to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What was published within the stream's age.
    Retained,
    /// Everything, however old.
    Everything,
}

/// Puts events back into the outbox that the stream must have and has not, and returns how many of each experiment. The
/// relay publishes them with what they were published with before, except for the message's id. Doing it again changes
/// nothing, unless the stream has lost something again.
///
/// # Errors
/// If ledger or stream is away, or there is none to look at.
pub async fn put_back_missing(
    ports: &EventPorts,
    experiments: &[ExperimentId],
    reach: Reach,
) -> PortResult<BTreeMap<ExperimentId, u64>> {
    let missing_stream = || PortError::new(ErrorKind::FailedPrecondition, "there is no stream to look at");
    let stream = ports.history.as_ref().ok_or_else(missing_stream)?;
    let mut put_back = BTreeMap::new();
    for &id in experiments {
        let mut history = History::read(ports.ledger.as_ref(), id).await?;
        let mut ignored = ExperimentReport::default();
        history.look_into_stream(ports.ledger.as_ref(), stream.as_ref(), &mut ignored).await?;
        let since_ms = match (reach, window(ports).await?) {
            (Reach::Retained, Some(window)) => retained_since(ports.ledger.now_ms().await?, &window),
            _ => i64::MIN,
        };
        let changed = ports.ledger.unpublish(id, &history.missing(since_ms)).await?;
        if changed > 0 {
            put_back.insert(id, changed);
        }
    }
    Ok(put_back)
}

/// What was made of an experiment's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Reprojected {
    /// Events that were taken into the summaries.
    pub events: u64,
    /// Events that could not be read.
    pub unreadable: u64,
}

/// Makes the summaries of an experiment again, from the ledger instead of the stream. Events that come from the stream
/// meanwhile are recognised.
///
/// # Errors
/// If the ledger is away.
pub async fn reproject(ports: &EventPorts, id: ExperimentId) -> PortResult<Reprojected> {
    ports.projection.forget(id).await?;
    let mut made = Reprojected::default();
    let mut after = 0;
    loop {
        let part = ports.ledger.ledger_events(id, after, PART).await?;
        let Some(last) = part.last() else { return Ok(made) };
        after = last.sequence;
        let mut events = Vec::with_capacity(part.len());
        for event in part {
            match decode(&event.record) {
                Ok(said) => events.push(ReceivedEvent { event: said, record: event.record }),
                Err(error) => {
                    tracing::warn!(event = %event.record.id, %error, "an event of the ledger cannot be read");
                    made.unreadable += 1;
                }
            }
        }
        let outcomes = ports.projection.project(&events).await?;
        made.events += outcomes.iter().filter(|outcome| **outcome != Projected::Conflict).count() as u64;
    }
}
