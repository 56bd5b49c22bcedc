//! Peers that break every rule of the protocol, or of HTTP/2 below it: each gets the right status, none harms another
//! session, and nothing of them stays.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use h2::client::{SendRequest, handshake};
use h2::{Reason, RecvStream, SendStream};
use prost::Message as _;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::orchestrator_message::Payload;
use proto::agent::v1::{
    ConfigUpdate, EpisodeControl, GameState, OrchestratorMessage, episode_control::Command as Order,
};
use proto::session::Session;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::Code;
use tonic::codegen::Bytes;
use tonic::codegen::http::Request;

use crate::daemons::{Process, agent, free_port, wait_until_healthy};
use crate::support::folder;

const SESSION: &str = "/claudoom.agent.v1.AgentService/LiveSession";
const SOON: Duration = Duration::from_secs(20);

/// A message of gRPC: not compressed, its length, its bytes.
fn framed(message: &[u8]) -> Bytes {
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    frame.into()
}

fn said(payload: Payload) -> Bytes {
    framed(&OrchestratorMessage { payload: Some(payload) }.encode_to_vec())
}

fn config() -> ConfigUpdate {
    ConfigUpdate {
        protocol_version: 1,
        agent_id: "victim".into(),
        policy: "random".into(),
        buttons: vec!["ATTACK".into()],
        frame_skip: 4,
        ..ConfigUpdate::default()
    }
}

fn start() -> Payload {
    Payload::Control(EpisodeControl { command: Order::Start.into(), ..EpisodeControl::default() })
}

fn state(tick: i32) -> Payload {
    Payload::State(GameState { tick, ..GameState::default() })
}

/// A daemon, and a session with it that goes on through everything.
struct Daemon {
    process: Process,
    address: SocketAddr,
    session: Session,
    tick: i32,
    data: tempfile::TempDir,
}

impl Daemon {
    async fn start() -> Self {
        let data = folder();
        let address: SocketAddr = format!("127.0.0.1:{}", free_port()).parse().unwrap();
        let mut command = Command::new(agent());
        command.args(["serve", "--grpc-addr", &address.to_string(), "--grpc-max-message-mb", "1"]);
        let process = Process::start(command, &data.path().join("log"));
        wait_until_healthy(&["--server", &address.to_string(), "--service", ::agent::service::SERVICE_NAME]);
        let mut client = AgentServiceClient::connect(format!("http://{address}")).await.unwrap();
        let mut session = Session::open(&mut client).await.unwrap();
        session.configure(config()).await.unwrap();
        session.start("e", 1).await.unwrap();
        Self { process, address, session, tick: 0, data }
    }

    /// The other session plays as if nothing had happened.
    async fn plays_on(&mut self, after: &str) {
        for _ in 0..20 {
            let state = GameState { tick: self.tick, ..GameState::default() };
            let acted = timeout(SOON, self.session.act(state)).await;
            assert!(matches!(acted, Ok(Ok(_))), "after {after}: {acted:?}");
            self.tick += 1;
        }
    }

    async fn connect(&self) -> SendRequest<Bytes> {
        let (client, connection) = handshake(TcpStream::connect(self.address).await.unwrap()).await.unwrap();
        tokio::spawn(connection);
        client.ready().await.unwrap()
    }

    async fn call(&self, path: &str) -> (SendStream<Bytes>, h2::client::ResponseFuture, SendRequest<Bytes>) {
        let mut client = self.connect().await;
        let request = Request::post(format!("http://{}{path}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        let (response, stream) = client.send_request(request.body(()).unwrap(), false).unwrap();
        (stream, response, client)
    }

    /// Says these things in a session of its own, closes it if `ends`, and returns the status.
    async fn status_of(&self, frames: &[Bytes], ends: bool) -> Code {
        let (mut stream, response, _client) = self.call(SESSION).await;
        let (last, first) = frames.split_last().map_or((Bytes::new(), &[][..]), |(last, first)| (last.clone(), first));
        for frame in first {
            stream.send_data(frame.clone(), false).unwrap();
        }
        stream.send_data(last, ends).unwrap();
        timeout(SOON, end(response)).await.expect("the call ends")
    }

    /// Resident memory in KiB, and open files.
    fn size(&self) -> (u64, usize) {
        let pid = self.process.id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident = resident.split_whitespace().next().unwrap().parse().unwrap();
        (resident, std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count())
    }
}

/// The status of a call, from its headers or its trailers.
async fn end(response: h2::client::ResponseFuture) -> Code {
    let (head, mut body): (_, RecvStream) = response.await.unwrap().into_parts();
    let code = |headers: &tonic::codegen::http::HeaderMap| {
        headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()))
    };
    if let Some(code) = code(&head.headers) {
        return code;
    }
    while let Some(part) = body.data().await {
        let length = part.unwrap().len();
        body.flow_control().release_capacity(length).unwrap();
    }
    code(&body.trailers().await.unwrap().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_the_protocol_gets_its_status_and_harms_nobody() {
    let mut daemon = Daemon::start().await;
    let configured = [said(Payload::Config(config())), said(start())];
    let with = |frame: Bytes| [&configured[..], &[frame]].concat();
    let mut oversized = vec![0];
    oversized.extend_from_slice(&(2u32 << 20).to_be_bytes());
    let truncated = framed(&[0; 100]).slice(..20);
    let compressed = Bytes::from_static(&[1, 0, 0, 0, 1, 0]);
    let cases = [
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
    ];
    for (what, frames, ends, expected) in cases {
        assert_eq!(daemon.status_of(&frames, ends).await, expected, "{what}");
        daemon.plays_on(what).await;
    }
    let (mut stream, response, _client) = daemon.call("/claudoom.agent.v1.AgentService/GetAction").await;
    stream.send_data(framed(&[0xff; 40]), true).unwrap();
    assert_eq!(end(response).await, Code::Internal, "bytes that are no request");
    let (mut stream, response, _client) = daemon.call("/claudoom.agent.v1.AgentService/Nothing").await;
    stream.send_data(framed(&[]), true).unwrap();
    assert_eq!(end(response).await, Code::Unimplemented);
    daemon.plays_on("calls that are none").await;
    finish(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_are_slow_silent_or_greedy_are_bounded() {
    let mut daemon = Daemon::start().await;
    let (_, files) = daemon.size();

    // One that writes and never reads: its writing stops, not the daemon.
    let (mut stream, _response, client) = daemon.call(SESSION).await;
    stream.send_data(said(Payload::Config(config())), false).unwrap();
    stream.send_data(said(start()), false).unwrap();
    let mut sent = 0;
    let shown = said(Payload::State(GameState { screen_buffer: vec![0; 60_000].into(), ..GameState::default() }));
    while sent < 200 << 20 {
        stream.reserve_capacity(shown.len());
        let room = std::future::poll_fn(|cx| stream.poll_capacity(cx));
        match timeout(Duration::from_secs(1), room).await {
            Ok(Some(Ok(room))) if room >= shown.len() => stream.send_data(shown.clone(), false).unwrap(),
            // The session was broken off (a screen without its size), or its window is full.
            Ok(Some(Ok(_))) => tokio::time::sleep(Duration::from_millis(10)).await,
            _ => break,
        }
        sent += shown.len();
    }
    daemon.plays_on("a peer that never reads").await;
    drop((stream, client));

    // Ten thousand calls that are reset at once: the connection is given up, the others are not.
    let mut opened = 0;
    for _ in 0..100 {
        let mut client = daemon.connect().await;
        for _ in 0..100 {
            let Ok(ready) = timeout(SOON, std::future::poll_fn(|cx| client.poll_ready(cx))).await.unwrap() else {
                break;
            };
            let () = ready;
            let request = Request::post(format!("http://{}{SESSION}", daemon.address)).body(()).unwrap();
            let Ok((response, mut stream)) = client.send_request(request, false) else { break };
            stream.send_reset(Reason::CANCEL);
            drop(response);
            opened += 1;
        }
    }
    assert!(opened > 1_000, "{opened} were opened");
    daemon.plays_on("ten thousand resets").await;

    // Headers that never end, and garbage where the preface should be.
    let mut slow = TcpStream::connect(daemon.address).await.unwrap();
    slow.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    slow.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    slow.write_all(&[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]).await.unwrap();
    let mut garbage = TcpStream::connect(daemon.address).await.unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\nHost: doom\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(SOON, garbage.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "who speaks HTTP/1.1 is sent away");
    daemon.plays_on("headers that never end").await;
    drop(slow);

    // A session in which nothing is said, and one whose other side is gone.
    let (silent, response, _client) = daemon.call(SESSION).await;
    assert_eq!(timeout(SOON, end(response)).await.unwrap(), Code::DeadlineExceeded, "nothing was said for ten seconds");
    drop(silent);
    daemon.plays_on("a silent peer").await;

    let (resident, now) = daemon.size();
    assert!(resident < 150 * 1024, "{resident} KiB are resident");
    assert!(now <= files + 4, "{now} files are open, {files} were before");
    finish(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_sessions_and_a_silent_peer_are_told_and_ended_in_time() {
    let daemon = Daemon::start().await;
    let mut sessions = Vec::new();
    for number in 0..50 {
        let mut client = AgentServiceClient::connect(format!("http://{}", daemon.address)).await.unwrap();
        let mut session = Session::open(&mut client).await.unwrap();
        session.configure(config()).await.unwrap();
        session.start(format!("e{number}"), 1).await.unwrap();
        session.act(GameState::default()).await.unwrap();
        sessions.push(session);
    }
    let _silent = TcpStream::connect(daemon.address).await.unwrap();
    let begun = std::time::Instant::now();
    daemon.process.signal("TERM");

    // Each may end its episode, and each does.
    for mut session in sessions {
        let acted = session.act(GameState { tick: 1, ..GameState::default() }).await.unwrap();
        assert_eq!(acted.tick, 1);
        session.finish(GameState { tick: 2, ..GameState::default() }).await.unwrap();
        let last = loop {
            match session.receive().await {
                Ok(proto::agent::v1::agent_message::Payload::Metrics(metrics)) => break metrics,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        };
        assert!(last.is_final && last.decisions == 2, "{last:?}");
        assert!(session.draining().is_some(), "it was told");
    }
    // The session of the harness says nothing any more, and is cut.
    let Daemon { process, session, data, .. } = daemon;
    assert_eq!(process.ended(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    drop(session);
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}

async fn finish(daemon: Daemon) {
    let Daemon { process, session, data, .. } = daemon;
    drop(session);
    assert_eq!(process.stop(), Some(0));
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}
