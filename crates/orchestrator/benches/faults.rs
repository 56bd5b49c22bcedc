//! The tick rate of a session while other peers of its agent break the rules, to its rate in calm.
//!
//! The agent serves TCP as its program does; the session asks as fast as it is answered, which is more often than any
//! game; the peers have a thread of their own. Windows in calm and under a fault take turns, so that both see the same
//! machine. A fault is dosed, as a whole processor spent on an attack would show the machine's scheduler and nothing
//! else: calls that end come two hundred times a second, resets ten thousand in a window, peers that only hold their
//! connection fifty at once. TLS handshakes come fifty times a second: half of what each costs is the attacker's, on the
//! same processors.
//!
//! `SECONDS` of a window and `ROUNDS` as arguments, 3 and 5 unless given.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "../tests/it/faults/raw.rs"]
mod raw;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures::future::join_all;
use proto::agent::v1::GameState;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::session::Session;
use runtime::access::FileBook;
use runtime::grpc::{Address, ClientCertificates, ClientConfig, ClientTls, Listener, ServerTls, channel};
use runtime::tls::TlsFiles;
use testkit::certificates::{Authority, Certificate};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use raw::{SESSION, broken_sessions, call, call_with, config, framed, hundred_resets, opening, shown, status_of};

/// Calls and connections a second.
const PACE: u32 = 200;
/// TLS handshakes a second.
const HANDSHAKES: u32 = 50;
const ACT: &str = "/claudoom.agent.v1.AgentService/GetAction";
/// Peers that hold a connection.
const HELD: usize = 50;

#[derive(Clone, Copy)]
enum Fault {
    /// Every session of the protocol suite that breaks a rule.
    BrokenSessions,
    /// Calls whose message is none.
    Garbage,
    /// Calls with a token that nobody made.
    WrongTokens,
    /// Connections whose server is of the wrong authority, or whose own certificate is over.
    WrongCertificates,
    /// Connections without a preface.
    NoPreface,
    /// Calls that are opened and reset at once.
    Resets,
    /// Peers that write and never read.
    NeverReads,
    /// Peers that open a session and say nothing.
    Silent,
    /// Headers that come and never end.
    SlowHeaders,
}

const FAULTS: [(&str, Fault); 9] = [
    ("sessions that break the protocol", Fault::BrokenSessions),
    ("messages that are none", Fault::Garbage),
    ("wrong tokens", Fault::WrongTokens),
    ("wrong and expired certificates", Fault::WrongCertificates),
    ("connections without a preface", Fault::NoPreface),
    ("10,000 calls opened and reset", Fault::Resets),
    ("50 peers that never read", Fault::NeverReads),
    ("50 peers that never write", Fault::Silent),
    ("50 peers with slow headers", Fault::SlowHeaders),
];

/// The agent, as its peers reach it.
#[derive(Clone)]
struct Target {
    plain: SocketAddr,
    tls: Address,
    /// How those dial whom it does not let in over TLS.
    strangers: [ClientConfig; 2],
}

/// Breaks the rules in one way until it is dropped; counts.
async fn attack(fault: Fault, target: &Target, window: Duration, count: &mut usize) {
    let (broken, address) = (broken_sessions(), target.plain);
    let pace = match fault {
        Fault::Resets => window / 100,
        Fault::WrongCertificates => Duration::from_secs(1) / HANDSHAKES,
        _ => Duration::from_secs(1) / PACE,
    };
    let mut times = interval(pace);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        match fault {
            Fault::BrokenSessions => {
                let (what, frames, ends, expected) = &broken[*count % broken.len()];
                assert_eq!(status_of(address, frames, *ends).await, *expected, "{what}");
            }
            Fault::Garbage => {
                let (mut stream, response, _client) = call(address, ACT).await;
                stream.send_data(framed(&[0xff; 40]), true).unwrap();
                raw::end(response).await;
            }
            Fault::WrongTokens => {
                let token = [("authorization", "Bearer claudoom_0000000000000000000000000000000000000000000")];
                let (_stream, response, _client) = call_with(address, ACT, &token).await;
                assert_eq!(raw::end(response).await, Code::Unauthenticated);
            }
            Fault::WrongCertificates => {
                let channel = channel(&target.tls, &target.strangers[*count % 2]).unwrap();
                HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap_err();
            }
            Fault::NoPreface => {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(b"GET / HTTP/1.1\r\nHost: doom\r\n\r\n").await.unwrap();
                // It is told why, or finds the connection reset.
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            Fault::Resets => *count += hundred_resets(address).await - 1,
            Fault::NeverReads => never_reads(address, count).await,
            Fault::Silent => {
                let held = join_all((0..HELD).map(|_| call(address, SESSION))).await;
                *count += held.len();
                sleep(Duration::MAX).await;
            }
            Fault::SlowHeaders => slow_headers(address, count).await,
        }
        *count += 1;
    }
}

/// Writes screens into sessions whose answers stay unread.
async fn never_reads(address: SocketAddr, count: &mut usize) {
    let mut held = join_all((0..HELD).map(|_| call(address, SESSION))).await;
    for (stream, ..) in &mut held {
        for frame in opening() {
            stream.send_data(frame, false).unwrap();
        }
        stream.send_data(shown(), false).unwrap();
    }
    *count += held.len();
    sleep(Duration::MAX).await;
}

/// A header frame that is to be continued, and a byte of its continuation a second.
async fn slow_headers(address: SocketAddr, count: &mut usize) {
    let mut held = join_all((0..HELD).map(|_| TcpStream::connect(address))).await;
    for stream in held.iter_mut().flatten() {
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        stream.write_all(&[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]).await.unwrap();
    }
    *count += held.len();
    loop {
        sleep(Duration::from_secs(1)).await;
        for stream in held.iter_mut().flatten() {
            // One that was closed for its slowness is what the server should do.
            let _ = stream.write_all(&[0, 0, 1, 9, 0, 0, 0, 0, 1, 0x82]).await;
        }
    }
}

/// Attacks for a window, on a thread of its own; how often.
fn attacker(fault: Fault, target: &Target, window: Duration) -> JoinHandle<usize> {
    let target = target.clone();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut count = 0;
        runtime.block_on(async {
            let _ = tokio::time::timeout(window, attack(fault, &target, window, &mut count)).await;
        });
        count
    })
}

/// The session that wants to be left in peace.
struct Player {
    session: Session,
    tick: i32,
}

impl Player {
    async fn open(address: SocketAddr) -> Self {
        let mut client = AgentServiceClient::connect(format!("http://{address}")).await.unwrap();
        let mut session = Session::open(&mut client).await.unwrap();
        session.configure(config()).await.unwrap();
        session.start("e", 1).await.unwrap();
        Self { session, tick: 0 }
    }

    /// Ticks a second.
    async fn play(&mut self, window: Duration) -> f64 {
        let begun = Instant::now();
        let from = self.tick;
        while begun.elapsed() < window {
            self.session.act(GameState { tick: self.tick, ..GameState::default() }).await.unwrap();
            self.tick += 1;
        }
        f64::from(self.tick - from) / begun.elapsed().as_secs_f64()
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One agent process in the clear, where it knows tokens, and over TLS, where it wants certificates.
async fn serve(
    authority: &Authority,
    tokens: &Path,
    stop: &CancellationToken,
) -> (Target, [tokio::task::JoinHandle<()>; 2]) {
    let files = |certificate: Certificate, authority: &Authority| TlsFiles {
        ca: Some(authority.ca()),
        cert: Some(certificate.cert),
        key: Some(certificate.key),
    };
    let listeners = [(); 2].map(async |()| Listener::bind(&"127.0.0.1:0".parse::<Address>().unwrap()).await.unwrap());
    let [plain, tls] = join_all(listeners).await.try_into().unwrap();
    let place = |listener: &Listener| -> SocketAddr { listener.address().unwrap().to_string().parse().unwrap() };
    let strangers = [files(authority.issue_expired(&["late"]), authority), TlsFiles::default()];
    let target = Target {
        plain: place(&plain),
        tls: Address::Tls { host: "127.0.0.1".into(), port: place(&tls).port() },
        strangers: strangers
            .map(|files| ClientConfig { tls: ClientTls::load(files).unwrap(), ..ClientConfig::default() }),
    };
    let mut settings = [(); 2].map(|()| agent::Settings::default());
    settings[0].server.max_message_bytes = 1 << 20;
    settings[0].server.access.book = Some(Arc::new(FileBook::open(tokens).unwrap()));
    let certified = files(authority.issue(&["127.0.0.1"]), authority);
    settings[1].server.tls = Some(Arc::new(ServerTls::load(certified, ClientCertificates::Required).unwrap()));
    let [knows_tokens, wants_certificates] = settings;
    let served = [(plain, knows_tokens), (tls, wants_certificates)].map(|(listener, settings)| {
        let serving = agent::serve_on(listener, settings, stop.clone());
        tokio::spawn(async move {
            serving.await.unwrap();
        })
    });
    (target, served)
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let window = Duration::from_secs(numbers.first().copied().unwrap_or(3));
    let rounds = numbers.get(1).copied().unwrap_or(5);

    let (authority, tokens) = (Authority::new(), tempfile::NamedTempFile::new().unwrap());
    let (serving, stop) = (Runtime::new().unwrap(), CancellationToken::new());
    let (target, served) = serving.block_on(serve(&authority, tokens.path(), &stop));
    let playing = Builder::new_current_thread().enable_all().build().unwrap();
    let mut player = playing.block_on(Player::open(target.plain));
    playing.block_on(player.play(window));
    println!("| fault | faults in a window | ticks/s in calm | ticks/s under it | ratio |\n|---|---|---|---|---|");
    for (name, fault) in FAULTS {
        let (mut calm, mut under, mut ratios, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            calm.push(playing.block_on(player.play(window)));
            let attacking = attacker(fault, &target, window);
            under.push(playing.block_on(player.play(window)));
            count = attacking.join().unwrap();
            ratios.push(under[under.len() - 1] / calm[calm.len() - 1]);
        }
        println!("| {name} | {count} | {:.0} | {:.0} | {:.2} |", median(calm), median(under), median(ratios));
    }
    drop(player);
    stop.cancel();
    for served in served {
        serving.block_on(served).unwrap();
    }
}
