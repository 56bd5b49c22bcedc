//! Events over a WebSocket: one text message each. It is closed with 1000 behind the last event, 1001 when the daemon stops,
//! and 1008 or 1011 with a reason when something is wrong.

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::response::Response;
use futures::StreamExt as _;
use runtime::access::Role;
use runtime::grpc::{Admission, Peer};
use runtime::http::HttpError;
use tonic::{Code, Status};

use super::Shared;
use super::events::{Asked, Item};

/// The protocol that is spoken.
const PROTOCOL: &str = "claudoom.events.v1";

/// What a token is offered as, by browsers, which cannot set headers.
const BEARER: &str = "bearer.";

/// Longest reason of a close frame, in bytes: a control frame has 125, two of them for the code.
const REASON: usize = 123;

/// Largest message that is taken in, in bytes: readers have nothing to say.
const HEARD: usize = 4 * 1024;

pub(super) async fn events(
    State(shared): State<Shared>,
    Path(experiment): Path<String>,
    Query(asked): Query<Asked>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, HttpError> {
    let admission = admit(&shared, &headers, &peer).await?;
    let found = shared.experiment(&experiment).await?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(HEARD).max_frame_size(HEARD);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let stopping = shared.stop.clone();
        let mut events = Box::pin(shared.stream(found.id, &asked, admission));
        let mut socket = socket;
        let close = loop {
            tokio::select! {
                item = events.next() => match item {
                    Some(Item::Event(_, value)) => {
                        if socket.send(Message::Text(value.to_string().into())).await.is_err() {
                            return;
                        }
                    }
                    Some(Item::Failed(status)) => break failed(&status),
                    None if stopping.is_cancelled() => break frame(close_code::AWAY, "the daemon stops"),
                    None => break frame(close_code::NORMAL, "the experiment has ended"),
                },
                heard = socket.recv() => match heard {
                    // Pings are answered below us.
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
            }
        };
        end(socket, close).await;
    }))
}

async fn admit(shared: &Shared, headers: &HeaderMap, peer: &Peer) -> Result<Admission, Status> {
    let offered = headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(|list| list.to_str().ok()).unwrap_or_default();
    let token = offered.split(',').find_map(|protocol| protocol.trim().strip_prefix(BEARER));
    match token {
        Some(token) if !headers.contains_key(AUTHORIZATION) => shared.access.admit_token(Role::Viewer, token).await,
        _ => shared.access.admit(Role::Viewer, headers, peer.is_local()).await,
    }
}

async fn end(mut socket: WebSocket, close: CloseFrame) {
    if socket.send(Message::Close(Some(close))).await.is_ok() {
        // The other side's answer, so that what was sent before is not lost with the connection.
        let answer = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), answer).await;
    }
}

fn failed(status: &Status) -> CloseFrame {
    let code = match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => close_code::POLICY,
        _ => close_code::ERROR,
    };
    frame(code, status.message())
}

fn frame(code: u16, reason: &str) -> CloseFrame {
    let end = reason.floor_char_boundary(REASON);
    CloseFrame { code, reason: reason[..end].into() }
}
