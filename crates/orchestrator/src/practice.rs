//! Practice: an agent that dials in plays the real game. Nothing is stored; the seeds are addressed as in experiments, so
//! that the same practice is the same games again.

mod guest;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::agent::{AgentSpec, SessionSetup};
use domain::experiment::ScenarioSpec;
use domain::genome::Genome;
use domain::ids::{AgentId, DoomSeed};
use domain::reason;
use domain::seed::{agent_seed, doom_seed};
use domain::{ErrorKind, Violation};
use futures::{Stream, StreamExt as _};
use proto::agent::v1::{AgentMessage, ConfigUpdate, OrchestratorMessage, Practice};
use proto::convert::BadMessage;
use proto::session::{Session, SessionError};
use runtime::trace_context;
use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};
use tracing::{Span, info_span};

use crate::games::{Games, ScenarioFacts};
use crate::play::AttemptError;
use crate::play::episode::{Assigned, play};
use guest::{Guest, IDLE};

/// Games at once unless the daemon is told otherwise.
pub const GAMES: usize = 8;

/// How long a guest may take for its first word.
const PATIENCE: Duration = Duration::from_secs(10);

/// Messages that may wait to be sent: the protocol is a conversation.
const OUTBOX: usize = 8;

/// What the policy of a guest is called.
const REMOTE: &str = "remote";

/// What a guest is sent.
pub type Outbox = Pin<Box<dyn Stream<Item = Result<OrchestratorMessage, Status>> + Send>>;

/// The games that guests play. Clones share them.
#[derive(Clone)]
pub struct Practices {
    games: Arc<dyn Games>,
    places: Arc<Semaphore>,
    count: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Practices {
    /// Up to `places` games of `games` at once, until `stop`.
    #[must_use]
    pub fn new(games: Arc<dyn Games>, places: usize, stop: CancellationToken) -> Self {
        Self { games, places: Arc::new(Semaphore::new(places)), count: Arc::default(), stop }
    }

    /// Plays with a guest for as long as it stays.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` while every game is taken, `UNAVAILABLE` while the daemon stops.
    pub fn open(self, inbound: Streaming<AgentMessage>) -> Result<Outbox, Status> {
        if self.stop.is_cancelled() {
            return Err(proto::status::status(ErrorKind::Unavailable, "the orchestrator is about to stop"));
        }
        let full = |_| proto::status::of(reason::GAMES_TAKEN, "every game is taken, try again later");
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        let (outbound, outbox) = mpsc::channel(OUTBOX);
        let (end, ended) = oneshot::channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        // The engine's steps block, so every game has a thread of its own.
        let playing = std::thread::Builder::new().name(format!("practice-{number}"));
        let call = Span::current();
        let started = playing.spawn(move || {
            let outcome = call.in_scope(|| self.run(number, inbound, outbound, place));
            // A guest that has left asks for no status.
            let _ = end.send(outcome);
        });
        started
            .map_err(|error| proto::status::status(ErrorKind::Exhausted, format!("no thread for a game: {error}")))?;
        let status = futures::stream::once(ended).filter_map(|end| async move { end.ok()?.err().map(Err) });
        Ok(Box::pin(ReceiverStream::new(outbox).map(Ok).chain(status)))
    }

    fn run(
        self,
        number: u64,
        inbound: Streaming<AgentMessage>,
        outbound: mpsc::Sender<OrchestratorMessage>,
        _place: OwnedSemaphorePermit,
    ) -> Result<(), Status> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| proto::status::status(ErrorKind::Internal, error.to_string()))?;
        runtime.block_on(async {
            let stopped = || proto::status::status(ErrorKind::Unavailable, "the orchestrator stops");
            tokio::select! {
                outcome = practise(self.games.as_ref(), number, inbound, outbound) => outcome,
                () = self.stop.cancelled() => Err(stopped()),
            }
        })
    }
}

async fn practise(
    games: &dyn Games,
    number: u64,
    inbound: Streaming<AgentMessage>,
    outbound: mpsc::Sender<OrchestratorMessage>,
) -> Result<(), Status> {
    let late = |_| proto::status::status(ErrorKind::DeadlineExceeded, "no HELLO came in time");
    let mut session = timeout(PATIENCE, Session::accept(inbound, outbound)).await.map_err(late)?.map_err(refusal)?;
    let wish = session.hello().practice.clone().map(|wish| *wish);
    let wish = wish.ok_or_else(|| BadMessage::new("status.practice", "is missing: HELLO says what is to be played"))?;
    let (name, scenario) = (guest_name(&session.hello().agent_id)?, scenario(&wish));
    let facts = games.facts(&scenario).map_err(at_practice)?;
    let setup = setup(name, &scenario, &facts);
    tracing::info!(number, agent = %setup.agent, scenario = facts.name, "practice begins");
    let ready = timeout(IDLE, session.configure_status(ConfigUpdate::from(&setup))).await;
    let ready = ready.map_err(|_| silent())?.map_err(refusal)?;
    let game = games.open(&scenario, ready.observation.unwrap_or_default().into(), None);
    let mut game = game.map_err(|error| failed(&error.into()))?;
    let mut guest = Guest::new(session, ready.doom_seed);
    let mut state = domain::game::GameState::default();
    for index in 0..if wish.episodes == 0 { u32::MAX } else { wish.episodes } {
        let doom_seed = match guest.wish() {
            Some(seed) => DoomSeed(seed),
            None => doom_seed(wish.seed, 0, wish.first_episode.wrapping_add(index)),
        };
        let name = format!("practice-{number}/{index}");
        let span = info_span!("episode", practice = number, index, doom_seed = doom_seed.0);
        let assigned = Assigned {
            name: &name,
            doom_seed,
            agent_seed: agent_seed(wish.seed, doom_seed),
            frame_skip: scenario.frame_skip,
            traceparent: trace_context::of(&span),
        };
        match play(game.as_mut(), &mut guest, &assigned, &mut state, |_, _, _| {}).await {
            Ok(_) if index + 1 == wish.episodes => break,
            Ok(_) => guest.ready().await.map_err(|error| failed(&error))?,
            // The guest has broken the episode off, and is ready for the next.
            Err(AttemptError::Session(SessionError::Again(status))) => guest.again(&status),
            Err(error) => return left(&error).map_or(Ok(()), Err),
        }
        if guest.has_left() {
            return Ok(());
        }
    }
    guest.close("every episode was played").await;
    Ok(())
}

/// The status for a session that broke; none for a guest that has closed its side in order.
fn left(error: &AttemptError) -> Option<Status> {
    match error {
        AttemptError::Session(SessionError::Closed) => None,
        other => Some(failed(other)),
    }
}

fn setup(agent: AgentId, scenario: &ScenarioSpec, facts: &ScenarioFacts) -> SessionSetup {
    SessionSetup {
        agent,
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new(REMOTE, Genome::default()),
        scenario: facts.name.clone(),
        buttons: facts.buttons.clone(),
        variables: facts.variables.clone(),
        frame_skip: scenario.frame_skip,
        knowledge: Default::default(),
    }
}

fn scenario(wish: &Practice) -> ScenarioSpec {
    let shipped = ScenarioSpec::shipped(wish.scenario.as_str());
    ScenarioSpec {
        skill: wish.skill,
        frame_skip: wish.frame_skip.unwrap_or(shipped.frame_skip),
        timeout: wish.timeout,
        buttons: (!wish.buttons.is_empty()).then(|| wish.buttons.clone()),
        ..shipped
    }
}

fn guest_name(text: &str) -> Result<AgentId, Status> {
    if text.is_empty() {
        return Ok(AgentId::slug("guest"));
    }
    text.parse().map_err(|error: domain::ids::BadName| BadMessage::new("status.agent_id", error.to_string()).into())
}

/// Violations of a scenario at the places where a guest wrote it.
fn at_practice(found: Vec<Violation>) -> Status {
    let moved = |violation: Violation| {
        let path = match violation.path.strip_prefix("scenario.") {
            Some("name") | None => "status.practice.scenario".to_owned(),
            Some(field) => format!("status.practice.{field}"),
        };
        Violation { path, ..violation }
    };
    BadMessage(found.into_iter().map(moved).collect()).into()
}

fn silent() -> Status {
    proto::status::status(ErrorKind::DeadlineExceeded, format!("nothing was said for {IDLE:?}"))
}

fn refusal(error: SessionError) -> Status {
    failed(&error.into())
}

/// What a guest is told of a failure: its own breaches in full, ours without internals.
fn failed(error: &AttemptError) -> Status {
    match error {
        AttemptError::Session(SessionError::Status(status)) => (**status).clone(),
        AttemptError::Session(error @ (SessionError::Unexpected { .. } | SessionError::BadMessage(_))) => {
            proto::status::invalid(error.to_string(), &[])
        }
        AttemptError::Session(error) => proto::status::status(error.kind(), error.to_string()),
        AttemptError::Late { .. } => silent(),
        other => {
            tracing::error!(error = %other, "a practice failed");
            proto::status::status(ErrorKind::Internal, "the game failed, see the orchestrator's log")
        }
    }
}
