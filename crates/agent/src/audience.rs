//! Who watches an agent.
//!
//! The game never waits for an observer: ticks go into a ring that forgets its oldest, and an observer that comes late to
//! it counts what it missed. While nobody watches, a tick costs one look at a counter.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use domain::ErrorKind;
use futures::Stream;
use futures::stream::unfold;
use proto::agent::v1::{Action, AgentObservation, GameState};
use proto::status;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use tonic::Status;

/// Ticks that wait for a slow observer; more of them would only make it see older ones.
const RING: usize = 16;

/// The audiences of all agents that play or are watched, by the agent's name.
#[derive(Debug, Default)]
pub(crate) struct Audiences {
    by_agent: Mutex<HashMap<String, Weak<Audience>>>,
}

impl Audiences {
    /// The audience of an agent, which lasts as long as somebody keeps it.
    pub(crate) fn of(&self, agent: &str) -> Arc<Audience> {
        let mut audiences = self.by_agent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(audience) = audiences.get(agent).and_then(Weak::upgrade) {
            return audience;
        }
        audiences.retain(|_, audience| audience.strong_count() > 0);
        let audience = Arc::new(Audience::new());
        audiences.insert(agent.to_owned(), Arc::downgrade(&audience));
        audience
    }

    /// The audience of an agent that plays or is watched.
    pub(crate) fn find(&self, agent: &str) -> Option<Arc<Audience>> {
        self.by_agent.lock().unwrap_or_else(PoisonError::into_inner).get(agent)?.upgrade()
    }
}

/// The observers of one agent.
#[derive(Debug)]
pub(crate) struct Audience {
    ticks: broadcast::Sender<Arc<AgentObservation>>,
    /// How many there are: the ring knows as well, but takes its lock to say so.
    present: AtomicUsize,
    /// How many of those present want images.
    want_frames: AtomicUsize,
}

impl Audience {
    fn new() -> Self {
        Self { ticks: broadcast::Sender::new(RING), present: AtomicUsize::new(0), want_frames: AtomicUsize::new(0) }
    }

    /// What observers will be shown of a state, if there are any.
    pub(crate) fn glimpse(&self, state: &GameState) -> Option<GameState> {
        if self.present.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut seen = state.clone();
        if self.want_frames.load(Ordering::Relaxed) == 0 {
            strip(&mut seen);
        }
        Some(seen)
    }

    /// Shows a tick to all observers.
    pub(crate) fn show(&self, seen: GameState, action_taken: Option<Action>) {
        let reward = seen.reward;
        // Nobody may be left by now.
        let _ = self.ticks.send(Arc::new(AgentObservation { state: Some(seen), action_taken, reward, dropped: 0 }));
    }

    /// Observes from now on, until `drain` is cancelled.
    pub(crate) fn watch(
        self: Arc<Self>,
        with_frames: bool,
        drain: CancellationToken,
    ) -> impl Stream<Item = Result<AgentObservation, Status>> + Send {
        let ticks = self.ticks.subscribe();
        let seat = Seat::take(self, with_frames);
        unfold(Some((seat, ticks)), move |observer| {
            let drain = drain.clone();
            async move {
                let (seat, mut ticks) = observer?;
                let Some(next) = drain.run_until_cancelled(next(&mut ticks)).await else {
                    return Some((Err(status::status(ErrorKind::Unavailable, "the agent is about to stop")), None));
                };
                let mut observation = next?;
                if !seat.with_frames {
                    observation.state.iter_mut().for_each(strip);
                }
                Some((Ok(observation), Some((seat, ticks))))
            }
        })
    }
}

/// The newest ticks that are not read yet, one by one, with the number of those that are gone.
async fn next(ticks: &mut broadcast::Receiver<Arc<AgentObservation>>) -> Option<AgentObservation> {
    let mut dropped = 0;
    loop {
        match ticks.recv().await {
            Ok(observation) => return Some(AgentObservation { dropped, ..AgentObservation::clone(&observation) }),
            Err(RecvError::Lagged(missed)) => dropped += missed,
            Err(RecvError::Closed) => return None,
        }
    }
}

/// The place of one observer.
struct Seat {
    audience: Arc<Audience>,
    with_frames: bool,
}

impl Seat {
    fn take(audience: Arc<Audience>, with_frames: bool) -> Self {
        audience.present.fetch_add(1, Ordering::Relaxed);
        audience.want_frames.fetch_add(usize::from(with_frames), Ordering::Relaxed);
        Self { audience, with_frames }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.audience.present.fetch_sub(1, Ordering::Relaxed);
        self.audience.want_frames.fetch_sub(usize::from(self.with_frames), Ordering::Relaxed);
    }
}

/// Takes the images out of a state.
fn strip(state: &mut GameState) {
    for image in [&mut state.screen_buffer, &mut state.depth, &mut state.labels, &mut state.automap] {
        *image = Bytes::new();
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt as _, StreamExt as _};

    use super::*;

    fn state(tick: i32) -> GameState {
        GameState { tick, screen_buffer: Bytes::from_static(b"rgb"), reward: 0.5, ..GameState::default() }
    }

    fn show(audience: &Audience, tick: i32) {
        if let Some(seen) = audience.glimpse(&state(tick)) {
            audience.show(seen, None);
        }
    }

    #[tokio::test]
    async fn an_observer_that_is_late_misses_the_oldest_and_is_told_how_many() {
        let audience = Arc::new(Audience::new());
        let mut watching = Box::pin(audience.clone().watch(false, CancellationToken::new()));

        (0..20).for_each(|tick| show(&audience, tick));
        let first = watching.next().await.unwrap().unwrap();
        let second = watching.next().await.unwrap().unwrap();

        assert_eq!((first.state.unwrap().tick, first.dropped, first.reward), (4, 4, 0.5));
        assert_eq!((second.state.unwrap().tick, second.dropped), (5, 0));
    }

    #[tokio::test]
    async fn images_go_to_those_who_want_them_and_to_nobody_else() {
        let audience = Arc::new(Audience::new());
        let mut without = Box::pin(audience.clone().watch(false, CancellationToken::new()));
        assert!(audience.glimpse(&state(0)).unwrap().screen_buffer.is_empty(), "nobody asked for images");
        let mut with = Box::pin(audience.clone().watch(true, CancellationToken::new()));

        show(&audience, 0);

        let images = [without.next().await, with.next().await].map(|seen| seen.unwrap().unwrap().state.unwrap());
        assert_eq!(images.map(|state| state.screen_buffer.len()), [0, 3]);
    }

    #[tokio::test]
    async fn who_leaves_is_not_shown_anything_and_a_drain_ends_the_stream() {
        let audience = Arc::new(Audience::new());
        let drain = CancellationToken::new();
        drop(audience.clone().watch(true, drain.clone()));
        assert!(audience.glimpse(&state(0)).is_none());

        let mut watching = Box::pin(audience.watch(false, drain.clone()));
        assert!(watching.next().now_or_never().is_none());
        drain.cancel();

        assert_eq!(watching.next().await.unwrap().unwrap_err().code(), tonic::Code::Unavailable);
        assert!(watching.next().await.is_none());
    }

    #[test]
    fn audiences_are_shared_by_name_and_forgotten_when_nobody_keeps_them() {
        let audiences = Audiences::default();
        let first = audiences.of("a");
        assert!(Arc::ptr_eq(&first, &audiences.of("a")));
        drop(first);

        assert!(audiences.find("a").is_none());
        let _other = audiences.of("b");
        assert_eq!(audiences.by_agent.lock().unwrap().len(), 1);
    }
}
