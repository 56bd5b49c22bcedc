//! The tick rate of a session while other peers of its agent break the rules, to its rate in calm.
//!
//! The agent serves TCP as its program does; the session asks as fast as it is answered, which is more often than any
//! game; the peers have a thread of their own. Windows in calm and under a fault take turns, so that both see the same
//! machine. A fault is dosed, as a whole processor spent on an attack would show the machine's scheduler and nothing
//! else: calls that end come two hundred times a second, resets ten thousand in a window, peers that only hold their
//! connection fifty at once.
//!
//! `SECONDS` of a window and `ROUNDS` as arguments, 3 and 5 unless given.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "../tests/it/faults/raw.rs"]
mod raw;

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures::future::join_all;
use proto::agent::v1::GameState;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::session::Session;
use runtime::grpc::{Address, Listener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use raw::{SESSION, broken_sessions, call, config, framed, hundred_resets, opening, shown, status_of};

/// Calls and connections a second.
const PACE: u32 = 200;
/// Peers that hold a connection.
const HELD: usize = 50;

#[derive(Clone, Copy)]
enum Fault {
    /// Every session of the protocol suite that breaks a rule.
    BrokenSessions,
    /// Calls whose message is none.
    Garbage,
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

const FAULTS: [(&str, Fault); 7] = [
    ("sessions that break the protocol", Fault::BrokenSessions),
    ("messages that are none", Fault::Garbage),
    ("connections without a preface", Fault::NoPreface),
    ("10,000 calls opened and reset", Fault::Resets),
    ("50 peers that never read", Fault::NeverReads),
    ("50 peers that never write", Fault::Silent),
    ("50 peers with slow headers", Fault::SlowHeaders),
];

/// Breaks the rules in one way until it is dropped; counts.
async fn attack(fault: Fault, address: SocketAddr, window: Duration, count: &mut usize) {
    let broken = broken_sessions();
    let pace = if matches!(fault, Fault::Resets) { window / 100 } else { Duration::from_secs(1) / PACE };
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
                let (mut stream, response, _client) = call(address, "/claudoom.agent.v1.AgentService/GetAction").await;
                stream.send_data(framed(&[0xff; 40]), true).unwrap();
                raw::end(response).await;
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
fn attacker(fault: Fault, address: SocketAddr, window: Duration) -> JoinHandle<usize> {
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut count = 0;
        runtime.block_on(async {
            let _ = tokio::time::timeout(window, attack(fault, address, window, &mut count)).await;
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

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let window = Duration::from_secs(numbers.first().copied().unwrap_or(3));
    let rounds = numbers.get(1).copied().unwrap_or(5);

    let serving = Runtime::new().unwrap();
    let stop = CancellationToken::new();
    let listener = serving.block_on(Listener::bind(&"127.0.0.1:0".parse::<Address>().unwrap())).unwrap();
    let address: SocketAddr = listener.address().unwrap().to_string().parse().unwrap();
    let mut settings = agent::Settings::default();
    settings.server.max_message_bytes = 1 << 20;
    let served = serving.spawn(agent::serve_on(listener, settings, stop.clone()));

    let playing = Builder::new_current_thread().enable_all().build().unwrap();
    let mut player = playing.block_on(Player::open(address));
    playing.block_on(player.play(window));
    println!("| fault | faults in a window | ticks/s in calm | ticks/s under it | ratio |\n|---|---|---|---|---|");
    for (name, fault) in FAULTS {
        let (mut calm, mut under, mut ratios, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            calm.push(playing.block_on(player.play(window)));
            let attacking = attacker(fault, address, window);
            under.push(playing.block_on(player.play(window)));
            count = attacking.join().unwrap();
            ratios.push(under[under.len() - 1] / calm[calm.len() - 1]);
        }
        println!("| {name} | {count} | {:.0} | {:.0} | {:.2} |", median(calm), median(under), median(ratios));
    }
    drop(player);
    stop.cancel();
    serving.block_on(served).unwrap().unwrap();
}
