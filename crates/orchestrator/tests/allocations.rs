//! What a session costs in memory: counted with an allocator that counts.

// Only an allocator can see allocations, and the trait is unsafe to implement.
#![allow(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../benches/session/exchange.rs"]
mod exchange;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use domain::ids::TickNo;
use orchestrator::play::episode::Decider as _;
use tokio::runtime::{Builder, LocalOptions};

struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Bytes that this thread has taken and not given back.
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

// SAFETY: every call is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        let _ = LIVE.try_with(|live| live.set(live.get() + layout.size() as i64));
        // SAFETY: the caller keeps the contract of `alloc`, which is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = LIVE.try_with(|live| live.set(live.get() - layout.size() as i64));
        // SAFETY: every block came from the system's allocator above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TICKS: u64 = 2_000;

/// Runs both ends on one thread, so that nothing else allocates meanwhile.
fn alone<F: Future + 'static>(work: F) -> F::Output
where
    F::Output: 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async { tokio::task::spawn_local(work).await.unwrap() })
}

/// Both in one test: two at once would count each other's.
#[test]
fn a_session_allocates_no_more_than_its_transport_and_little_while_it_is_idle() {
    let folder = tempfile::tempdir().unwrap();
    let socket = |name: &str| folder.path().join(name);
    let (raw, idle) = (socket("raw"), socket("idle"));
    let playing = socket("playing");

    let transport = alone(async move {
        let serving = exchange::echo(&raw);
        let (mut stream, state) = (exchange::Echoed::open(raw).await, exchange::state(0, false));
        for tick in 0..100 {
            stream.tick(&state, tick).await;
        }
        let before = COUNT.load(Ordering::Relaxed);
        for tick in 100..100 + TICKS {
            stream.tick(&state, tick).await;
        }
        serving.abort();
        COUNT.load(Ordering::Relaxed) - before
    });
    let session = alone(async move {
        let (stop, serving) = exchange::serve(playing.clone()).await;
        let (mut agent, mut state) = (exchange::play(playing).await, exchange::state(0, false));
        let mut before = 0;
        for tick in 0..100 + TICKS {
            if tick == 100 {
                before = COUNT.load(Ordering::Relaxed);
            }
            state.tick = TickNo(tick as u32);
            agent.decide(&state).await.unwrap();
        }
        let count = COUNT.load(Ordering::Relaxed) - before;
        drop(agent);
        stop.cancel();
        serving.await.unwrap();
        count
    });
    let per_tick = |count: u64| count as f64 / TICKS as f64;
    println!("allocations per tick: transport {:.2}, session {:.2}", per_tick(transport), per_tick(session));
    assert!(per_tick(session) <= per_tick(transport) + 0.01, "{} {}", per_tick(session), per_tick(transport));

    let held = idle_sessions(idle);
    println!("an idle session with a connection of its own holds {held} bytes of the agent");
    assert!(held < 64 * 1024, "{held} bytes");
}

/// What the server's thread holds for one session more.
fn idle_sessions(socket: std::path::PathBuf) -> i64 {
    const SESSIONS: i64 = 64;
    let (ready, started) = mpsc::channel();
    let served = socket.clone();
    let server = std::thread::spawn(move || {
        alone(async move {
            let (stop, serving) = exchange::serve(served).await;
            ready.send((stop, tokio::runtime::Handle::current())).unwrap();
            serving.await.unwrap();
        });
    });
    let (stop, handle) = started.recv().unwrap();
    let held = alone(async move {
        // Read on the server's own thread.
        let live = || async { handle.spawn(async { LIVE.with(Cell::get) }).await.unwrap() };
        let mut sessions = vec![exchange::ready(socket.clone()).await];
        let before = live().await;
        for _ in 0..SESSIONS {
            sessions.push(exchange::ready(socket.clone()).await);
        }
        (live().await - before) / SESSIONS
    });
    stop.cancel();
    server.join().unwrap();
    held
}
