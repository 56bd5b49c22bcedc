//! What both ways have in common: which events are asked for, and what they look like.

use domain::ids::ExperimentId;
use futures::{Stream, StreamExt as _};
use proto::orchestrator::v1::StreamEventsResponse;
use runtime::grpc::Admission;
use serde::Deserialize;
use serde_json::{Value, json};
use tonic::Status;

use super::Shared;
use crate::core::find;
use crate::service::{events, status};

/// The query of a request.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Only events with a sequence number above this.
    #[serde(default)]
    pub(super) after: i64,
    /// End with the latest event that is there now.
    #[serde(default)]
    pub(super) history_only: bool,
}

/// What a stream yields.
pub(super) enum Item {
    /// An event, with its number.
    Event(i64, Value),
    /// Why the stream ends before its time.
    Failed(Status),
}

/// An experiment whose events are asked for.
pub(super) struct Found {
    pub(super) id: ExperimentId,
    /// Whether it has ended, so that nothing follows what is stored.
    pub(super) ended: bool,
}

impl Shared {
    pub(super) async fn experiment(&self, text: &str) -> Result<Found, Status> {
        let store = self.core.store.as_ref();
        let id = find(store, text).await.map_err(status)?;
        Ok(Found { id, ended: store.experiment(id).await.map_err(status)?.status.has_ended() })
    }

    /// Whether there is an event after that number.
    pub(super) async fn has_more(&self, id: ExperimentId, after: i64) -> Result<bool, Status> {
        Ok(!self.core.store.events_after(id, after, 1).await.map_err(status)?.is_empty())
    }

    /// The events, until the experiment ends, the daemon stops or the caller may no longer read them.
    pub(super) fn stream(
        &self,
        id: ExperimentId,
        asked: &Asked,
        admission: Admission,
    ) -> impl Stream<Item = Item> + Send + use<> {
        let stored = events::stream(self.core.store.clone(), id, asked.after, asked.history_only);
        let told = stored.map(|event| match event {
            Ok(event) => Item::Event(event.sequence, value(event)),
            Err(status) => Item::Failed(status),
        });
        let refused = futures::stream::once(admission.ended()).map(Item::Failed);
        let stop = self.stop.clone().cancelled_owned();
        // Whichever ends first ends the stream: the events, or the right to read them.
        let mut over = false;
        let ended = told.map(Some).chain(futures::stream::once(async { None }));
        futures::stream::select(ended, refused.map(Some))
            .take_while(move |item| {
                let go_on = !over && item.is_some();
                over |= matches!(item, Some(Item::Failed(_)));
                std::future::ready(go_on)
            })
            .filter_map(std::future::ready)
            .take_until(stop)
    }
}

/// The event as JSON, with the names of `StreamEventsResponse` and its body as what it is.
fn value(event: StreamEventsResponse) -> Value {
    let StreamEventsResponse { sequence, event_id, subject, kind, body, time_ms, is_final } = event;
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    json!({
        "sequence": sequence,
        "eventId": event_id,
        "subject": subject,
        "kind": kind,
        "timeMs": time_ms,
        "isFinal": is_final,
        "body": body,
    })
}
