//! Server-sent events: the number of an event is its id, so that a browser that comes again goes on behind the last.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::Violation;
use futures::StreamExt as _;
use runtime::access::Role;
use runtime::grpc::Peer;
use runtime::http::HttpError;
use tonic::Status;

use super::Shared;
use super::events::{Asked, Item};

/// Comments that keep proxies from closing a quiet stream.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// What a browser sends when it comes again.
const LAST_EVENT_ID: &str = "last-event-id";

pub(super) async fn events(
    State(shared): State<Shared>,
    Path(experiment): Path<String>,
    Query(asked): Query<Asked>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let admission = shared.access.admit(Role::Viewer, &headers, peer.is_local()).await?;
    let asked = Asked { after: last_seen(&headers)?.unwrap_or(asked.after), ..asked };
    let found = shared.experiment(&experiment).await?;
    // Whoever has seen all of an experiment that has ended is told not to come again.
    if found.ended && asked.after > 0 && !shared.has_more(found.id, asked.after).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let events = shared.stream(found.id, &asked, admission).map(|item| Ok::<_, Infallible>(event(item)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEPALIVE)).into_response())
}

fn event(item: Item) -> Event {
    match item {
        Item::Event(sequence, value) => Event::default().id(sequence.to_string()).data(value.to_string()),
        Item::Failed(status) => Event::default().event("error").data(HttpError(status).body()),
    }
}

fn last_seen(headers: &HeaderMap) -> Result<Option<i64>, Status> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| {
        let violation = Violation::new(LAST_EVENT_ID, "is not the number of an event");
        proto::status::invalid("the last event's id is not valid", &[violation])
    })
}
