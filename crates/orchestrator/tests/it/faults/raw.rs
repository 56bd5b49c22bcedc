//! Messages and calls below tonic: what a peer says that keeps no rules. Shared by the test and the bench of faults.

use std::net::SocketAddr;

use h2::client::{ResponseFuture, SendRequest, handshake};
use h2::{Reason, RecvStream, SendStream};
use prost::Message as _;
use proto::agent::v1::orchestrator_message::Payload;
use proto::agent::v1::{
    ConfigUpdate, EpisodeControl, GameState, OrchestratorMessage, episode_control::Command as Order,
};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::codegen::Bytes;
use tonic::codegen::http::{HeaderMap, Request};

pub(crate) const SESSION: &str = "/claudoom.agent.v1.AgentService/LiveSession";

/// A message of gRPC: not compressed, its length, its bytes.
pub(crate) fn framed(message: &[u8]) -> Bytes {
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    frame.into()
}

pub(crate) fn said(payload: Payload) -> Bytes {
    framed(&OrchestratorMessage { payload: Some(payload) }.encode_to_vec())
}

pub(crate) fn config() -> ConfigUpdate {
    ConfigUpdate {
        protocol_version: 1,
        agent_id: "victim".into(),
        policy: "random".into(),
        buttons: vec!["ATTACK".into()],
        frame_skip: 4,
        ..ConfigUpdate::default()
    }
}

pub(crate) fn state(tick: i32) -> Payload {
    Payload::State(GameState { tick, ..GameState::default() })
}

/// A state that is as long as a screen.
pub(crate) fn shown() -> Bytes {
    said(Payload::State(GameState { screen_buffer: vec![0; 60_000].into(), ..GameState::default() }))
}

/// What opens a session.
pub(crate) fn opening() -> [Bytes; 2] {
    let start = EpisodeControl { command: Order::Start.into(), ..EpisodeControl::default() };
    [said(Payload::Config(config())), said(Payload::Control(start))]
}

/// What is said, whether the side is closed after it, and the status that it gets from a server whose messages have a
/// megabyte at most.
pub(crate) fn broken_sessions() -> Vec<(&'static str, Vec<Bytes>, bool, Code)> {
    let opening = opening();
    let with = |frame: Bytes| [&opening[..], &[frame]].concat();
    let mut oversized = vec![0];
    oversized.extend_from_slice(&(2u32 << 20).to_be_bytes());
    let truncated = framed(&[0; 100]).slice(..20);
    let compressed = Bytes::from_static(&[1, 0, 0, 0, 1, 0]);
    vec![
        ("a message over the limit", with(oversized.into()), false, Code::OutOfRange),
        ("a frame that ends early", with(truncated), true, Code::Internal),
        ("bytes that are no message", with(framed(&[0xff; 40])), false, Code::Internal),
        ("compression that nobody agreed on", with(compressed), false, Code::Internal),
        ("a state before everything", vec![said(state(0))], false, Code::InvalidArgument),
        ("a message without a payload", vec![framed(&[])], false, Code::InvalidArgument),
        ("a tick too far", with(said(state(1))), false, Code::Aborted),
        ("a tick again", [with(said(state(0))), vec![said(state(0))]].concat(), false, Code::Aborted),
        ("a config in the middle", with(said(Payload::Config(config()))), false, Code::FailedPrecondition),
        ("a side that is closed at once", vec![], true, Code::Ok),
        ("a side that is closed in the middle", with(said(state(0))), true, Code::Ok),
    ]
}

pub(crate) async fn connect(address: SocketAddr) -> SendRequest<Bytes> {
    let (client, connection) = handshake(TcpStream::connect(address).await.unwrap()).await.unwrap();
    tokio::spawn(connection);
    client.ready().await.unwrap()
}

/// A call on a connection of its own, which lives as long as the last value.
pub(crate) async fn call(address: SocketAddr, path: &str) -> (SendStream<Bytes>, ResponseFuture, SendRequest<Bytes>) {
    call_with(address, path, &[]).await
}

/// The same with headers.
pub(crate) async fn call_with(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
) -> (SendStream<Bytes>, ResponseFuture, SendRequest<Bytes>) {
    let mut client = connect(address).await;
    let request = Request::post(format!("http://{address}{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let (response, stream) = client.send_request(request.body(()).unwrap(), false).unwrap();
    (stream, response, client)
}

/// Says these things in a session of its own, closes it if `ends`, and returns the status.
pub(crate) async fn status_of(address: SocketAddr, frames: &[Bytes], ends: bool) -> Code {
    let (mut stream, response, _client) = call(address, SESSION).await;
    let (last, first) = frames.split_last().map_or((Bytes::new(), &[][..]), |(last, first)| (last.clone(), first));
    for frame in first {
        stream.send_data(frame.clone(), false).unwrap();
    }
    stream.send_data(last, ends).unwrap();
    end(response).await
}

/// The status of a call, from its headers or its trailers.
pub(crate) async fn end(response: ResponseFuture) -> Code {
    let (head, mut body): (_, RecvStream) = response.await.unwrap().into_parts();
    let code = |headers: &HeaderMap| headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()));
    if let Some(code) = code(&head.headers) {
        return code;
    }
    while let Some(part) = body.data().await {
        let length = part.unwrap().len();
        body.flow_control().release_capacity(length).unwrap();
    }
    code(&body.trailers().await.unwrap().unwrap()).unwrap()
}

/// Opens a hundred calls on a connection and resets each at once; how many there were before the server gave it up.
pub(crate) async fn hundred_resets(address: SocketAddr) -> usize {
    let mut client = connect(address).await;
    for opened in 0..100 {
        if std::future::poll_fn(|cx| client.poll_ready(cx)).await.is_err() {
            return opened;
        }
        let request = Request::post(format!("http://{address}{SESSION}")).body(()).unwrap();
        let Ok((_response, mut stream)) = client.send_request(request, false) else { return opened };
        stream.send_reset(Reason::CANCEL);
    }
    100
}
