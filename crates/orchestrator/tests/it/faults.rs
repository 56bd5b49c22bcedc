//! Peers that break every rule of the protocol, or of HTTP/2 below it: each gets the right status, none harms another
//! session, and nothing of them stays.

mod raw;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use proto::agent::v1::GameState;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::session::Session;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::Code;

use crate::daemons::{Process, agent, free_port, wait_until_healthy};
use crate::support::folder;
use raw::{SESSION, broken_sessions, call, config, end, framed, hundred_resets, opening, shown, status_of};

const SOON: Duration = Duration::from_secs(20);

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

    /// Resident memory in KiB, and open files.
    fn size(&self) -> (u64, usize) {
        let pid = self.process.id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident = resident.split_whitespace().next().unwrap().parse().unwrap();
        (resident, std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_the_protocol_gets_its_status_and_harms_nobody() {
    let mut daemon = Daemon::start().await;
    for (what, frames, ends, expected) in broken_sessions() {
        let status = timeout(SOON, status_of(daemon.address, &frames, ends)).await;
        assert_eq!(status, Ok(expected), "{what}");
        daemon.plays_on(what).await;
    }
    let (mut stream, response, _client) = call(daemon.address, "/claudoom.agent.v1.AgentService/GetAction").await;
    stream.send_data(framed(&[0xff; 40]), true).unwrap();
    assert_eq!(end(response).await, Code::Internal, "bytes that are no request");
    let (mut stream, response, _client) = call(daemon.address, "/claudoom.agent.v1.AgentService/Nothing").await;
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
    let (mut stream, _response, client) = call(daemon.address, SESSION).await;
    for frame in opening() {
        stream.send_data(frame, false).unwrap();
    }
    let mut sent = 0;
    let shown = shown();
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
        opened += timeout(SOON, hundred_resets(daemon.address)).await.unwrap();
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
    let (silent, response, _client) = call(daemon.address, SESSION).await;
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
