//! Round trip of one tick over a Unix socket, both ends on one thread and processor: the same bytes over bare sockets, a
//! bare tonic echo of the same messages, then the session as episodes use it; and how many ticks several sessions make.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

mod exchange;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{Bencher, Criterion, Throughput, criterion_group, criterion_main};
use domain::game::GameState;
use domain::ids::TickNo;
use futures::future::join_all;
use orchestrator::play::episode::Decider as _;
use orchestrator::shard::{allowed_cpus, pin_current_thread};
use prost::Message as _;
use proto::agent::v1::AgentMessage;
use proto::agent::v1::agent_message::Payload;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::{Builder, LocalOptions};

use exchange::{Echoed, action, echo, play, said, serve, state};

/// Bytes of one side, with their length before them.
async fn pass(stream: &mut UnixStream, bytes: &[u8], buffer: &mut Vec<u8>) {
    stream.write_u32(bytes.len() as u32).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    take(stream, buffer).await;
}

async fn take(stream: &mut UnixStream, buffer: &mut Vec<u8>) {
    let length = stream.read_u32().await.unwrap() as usize;
    buffer.resize(length, 0);
    stream.read_exact(buffer).await.unwrap();
}

/// Round trips of the same bytes over bare sockets, from encoded to decoded.
async fn bare(socket: PathBuf, state: GameState, count: u64) -> Duration {
    let listener = UnixListener::bind(&socket).unwrap();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = Vec::new();
        for _ in 0..count {
            take(&mut stream, &mut buffer).await;
            let heard = proto::agent::v1::OrchestratorMessage::decode(buffer.as_slice()).unwrap();
            let Some(proto::agent::v1::orchestrator_message::Payload::State(state)) = heard.payload else { return };
            let answer = AgentMessage { payload: Some(Payload::Action(action(state.tick))) }.encode_to_vec();
            stream.write_u32(answer.len() as u32).await.unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    let mut stream = UnixStream::connect(&socket).await.unwrap();
    let mut buffer = Vec::new();
    let begun = Instant::now();
    for tick in 0..count {
        pass(&mut stream, &said(&state, tick).encode_to_vec(), &mut buffer).await;
        AgentMessage::decode(buffer.as_slice()).unwrap();
    }
    let took = begun.elapsed();
    serving.await.unwrap();
    took
}

/// Round trips through raw streams of tonic, `streams` of them side by side.
async fn echoed(socket: PathBuf, state: GameState, streams: usize, count: u64) -> Duration {
    let serving = echo(&socket);
    let opened = join_all((0..streams).map(|_| Echoed::open(socket.clone()))).await;
    let begun = Instant::now();
    join_all(opened.into_iter().map(|mut stream| {
        let state = state.clone();
        tokio::spawn(async move {
            for tick in 0..count {
                stream.tick(&state, tick).await;
            }
        })
    }))
    .await;
    let took = begun.elapsed();
    serving.abort();
    took
}

/// Round trips through sessions with an agent, `sessions` of them side by side.
async fn decided(socket: PathBuf, state: GameState, sessions: usize, count: u64) -> Duration {
    let (stop, serving) = serve(socket.clone()).await;
    let opened = join_all((0..sessions).map(|_| play(socket.clone()))).await;
    let begun = Instant::now();
    let played = join_all(opened.into_iter().map(|mut agent| {
        let mut state = state.clone();
        tokio::task::spawn_local(async move {
            for tick in 0..count {
                state.tick = TickNo(tick as u32);
                agent.decide(&state).await.unwrap();
            }
            agent
        })
    }))
    .await;
    let took = begun.elapsed();
    for agent in played {
        let mut agent = agent.unwrap();
        agent.finish(&GameState { tick: TickNo(count as u32), finished: true, ..state.clone() }).await.unwrap();
        agent.close().await;
    }
    stop.cancel();
    serving.await.unwrap();
    took
}

/// Gives `measure` a socket and a runtime of one thread.
fn timed<F>(bencher: &mut Bencher<'_>, measure: impl Fn(PathBuf, u64) -> F)
where
    F: Future<Output = Duration> + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut round = 0;
    bencher.iter_custom(|count| {
        round += 1;
        let socket = dir.path().join(format!("{round}.sock"));
        let measured = measure(socket, count);
        runtime.block_on(async { tokio::task::spawn_local(measured).await.unwrap() })
    });
}

fn session(criterion: &mut Criterion) {
    pin_current_thread(allowed_cpus()[0]).unwrap();
    for (name, state) in [("variables", state(0, false)), ("entities", state(15, false)), ("screen", state(0, true))] {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("bare sockets", |bencher| {
            timed(bencher, |socket, count| bare(socket, state.clone(), count));
        });
        group.bench_function("tonic echo", |bencher| {
            timed(bencher, |socket, count| echoed(socket, state.clone(), 1, count));
        });
        group.bench_function("session", |bencher| {
            timed(bencher, |socket, count| decided(socket, state.clone(), 1, count));
        });
        group.finish();
    }
    for sessions in [8, 64] {
        let mut group = criterion.benchmark_group(format!("{sessions} sessions"));
        // A round is one tick of each.
        group.throughput(Throughput::Elements(sessions as u64));
        group.bench_function("tonic echo", |bencher| {
            timed(bencher, |socket, count| echoed(socket, state(0, false), sessions, count));
        });
        group.bench_function("session", |bencher| {
            timed(bencher, |socket, count| decided(socket, state(0, false), sessions, count));
        });
        group.finish();
    }
}

criterion_group!(benches, session);
criterion_main!(benches);
