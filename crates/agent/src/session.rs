//! The agent's side of a LiveSession as a state machine: a message in, an answer out, no I/O.
//!
//! The order of messages is that of `AgentService.LiveSession` in `agent.proto`.

mod sample;
mod tally;

use std::sync::Arc;
use std::time::{Duration, Instant};

use decision::Policy;
use decision::record::Recorder;
use domain::agent::SessionSetup;
use domain::game::GameState;
use domain::ids::TickNo;
use domain::{ErrorKind, Violation};
use proto::agent::v1::agent_message::Payload as Said;
use proto::agent::v1::agent_status::Phase;
use proto::agent::v1::episode_control::Command;
use proto::agent::v1::orchestrator_message::Payload as Heard;
use proto::agent::v1::{self, AgentStatus, ConfigUpdate, EpisodeControl, OrchestratorMessage};
use proto::convert::action::ButtonMap;
use proto::convert::{BadMessage, game};
use proto::session::{PROTOCOL_MAX, PROTOCOL_MIN};

use tally::Tally;

use crate::audience::Audience;
use crate::metrics::Open;

/// What the agent has to say to a message.
#[derive(Debug)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// One message.
    One(Said),
    /// Two messages.
    Two(Said, Said),
    /// The session's last message.
    Last(Said),
}

/// A message that ends the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// Which fields are wrong.
    pub violations: Vec<Violation>,
    /// The tick that was awaited.
    pub tick: TickNo,
}

impl Breach {
    fn invalid(bad: BadMessage, tick: TickNo) -> Self {
        Self { kind: ErrorKind::Invalid, message: bad.to_string(), violations: bad.0, tick }
    }
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Hello,
    Ready,
    Playing,
    Paused,
}

/// Who plays, once a config was accepted.
struct Player {
    setup: SessionSetup,
    policy: Box<dyn Policy>,
    buttons: ButtonMap,
    default_seed: u64,
    budget: Duration,
    /// Writes down what decisions rest on, if that is asked for.
    recorder: Option<Recorder>,
}

/// One session.
pub struct Session {
    at: At,
    player: Option<Player>,
    state: GameState,
    tick: TickNo,
    seed: u64,
    actions: i32,
    tally: Tally,
    budget: Duration,
    draining: bool,
    /// The name of the episode, for those who watch.
    episode: String,
    /// The trace context of the episode, if somebody traces it.
    traceparent: Option<String>,
    audience: Option<Arc<Audience>>,
    _open: Open,
}

impl Session {
    /// A session that awaits its config; decisions slower than `budget` are counted as late unless the config says
    /// otherwise.
    #[must_use]
    pub fn new(budget: Duration) -> Self {
        Self {
            at: At::Hello,
            player: None,
            state: GameState::default(),
            tick: TickNo(0),
            seed: 0,
            actions: 0,
            tally: Tally::default(),
            budget,
            draining: false,
            episode: String::new(),
            traceparent: None,
            audience: None,
            _open: Open::new(),
        }
    }

    /// The first message, sent before anything is heard.
    #[must_use]
    pub fn hello(&self) -> Said {
        self.status(Phase::Hello)
    }

    /// Whether no config has been accepted yet.
    #[must_use]
    pub fn awaits_config(&self) -> bool {
        self.at == At::Hello
    }

    /// Whether an episode is under way.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        matches!(self.at, At::Playing | At::Paused)
    }

    /// What the latest accepted config made of the agent, and the seed it named.
    #[must_use]
    pub fn player(&self) -> Option<(&SessionSetup, u64)> {
        self.player.as_ref().map(|player| (&player.setup, player.default_seed))
    }

    /// Plays before these observers from now on.
    pub(crate) fn play_before(&mut self, audience: Arc<Audience>) {
        self.audience = Some(audience);
    }

    /// Says that no other episode may start, and within which time this one has to end.
    pub fn drain(&mut self, limit: Duration) -> Said {
        self.draining = true;
        match self.status(Phase::Draining) {
            Said::Status(status) => {
                let drain_deadline_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
                Said::Status(AgentStatus { drain_deadline_ms, ..status })
            }
            other => other,
        }
    }

    /// The status that says that the agent ends the session.
    #[must_use]
    pub fn stopped(&self) -> Said {
        self.status(Phase::Stopped)
    }

    /// The last numbers of the session.
    #[must_use]
    pub fn final_metrics(&self) -> Said {
        Said::Metrics(self.tally.metrics(true))
    }

    /// A failure at the present tick.
    #[must_use]
    pub fn breach(&self, kind: ErrorKind, message: impl Into<String>) -> Breach {
        Breach { kind, message: message.into(), violations: Vec::new(), tick: self.tick }
    }

    /// Takes in a message.
    ///
    /// # Errors
    /// [`Breach`] if it does not fit; the session is then over.
    pub fn on(&mut self, message: OrchestratorMessage) -> Result<Answer, Breach> {
        match (self.at, message.payload) {
            (At::Playing, Some(Heard::State(state))) => self.play(state),
            (_, None) => Err(self.breach(ErrorKind::Invalid, "a message without a payload")),
            (At::Hello, Some(Heard::State(_) | Heard::Control(_))) => {
                Err(self.breach(ErrorKind::Invalid, "the first message has to be a config"))
            }
            (At::Hello | At::Ready, Some(Heard::Config(config))) => self.configure(config),
            (_, Some(Heard::Config(_))) => {
                Err(self.breach(ErrorKind::FailedPrecondition, "a config in the middle of an episode"))
            }
            (At::Paused, Some(Heard::State(_))) => {
                Err(self.breach(ErrorKind::FailedPrecondition, "a state while the episode is paused"))
            }
            (At::Ready, Some(Heard::State(_))) => {
                Err(self.breach(ErrorKind::FailedPrecondition, "a state before the episode was started"))
            }
            (at, Some(Heard::Control(control))) => self.control(at, control),
        }
    }

    /// The tick path.
    fn play(&mut self, message: v1::GameState) -> Result<Answer, Breach> {
        let tick = self.tick;
        let Some(player) = &mut self.player else {
            return Err(self.breach(ErrorKind::FailedPrecondition, "a state before a config"));
        };
        let seen = self.audience.as_ref().and_then(|audience| audience.glimpse(&message));
        game::fill(message, &player.setup.variables, &mut self.state).map_err(|bad| Breach::invalid(bad, tick))?;
        if self.state.tick != self.tick {
            let text = format!("got the state of tick {}, expected tick {}", self.state.tick, self.tick);
            return Err(self.breach(ErrorKind::Fenced, text));
        }
        if self.state.finished {
            self.at = At::Ready;
            self.tally.tell();
            self.show(seen, None);
            return Ok(Answer::Nothing);
        }
        let span = self.traceparent.as_deref().and_then(|episode| sample::span(episode, tick));
        let before = Instant::now();
        let decision = player.policy.decide(&self.state);
        let took = before.elapsed();
        if let Some(span) = span {
            sample::end(&span, &decision);
        }
        self.tally.decided(decision.level, took, player.budget);
        let by = player.policy.decided_by().unwrap_or(decision.rule);
        let mut action = player.buttons.action(self.tick, &decision, by);
        if let Some(recorder) = &mut player.recorder {
            action.trace = recorder.record(player.policy.as_ref()).into();
        }
        action.action_id = self.actions;
        action.latency_us = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        self.actions = self.actions.wrapping_add(1);
        self.tick = self.tick.next();
        self.show(seen, Some(&action));
        Ok(Answer::One(Said::Action(action)))
    }

    /// Shows a tick to those who watch; `seen` is absent where nobody does.
    fn show(&self, seen: Option<v1::GameState>, action: Option<&v1::Action>) {
        let (Some(mut seen), Some(audience), Some(player)) = (seen, &self.audience, &self.player) else { return };
        seen.agent_id = player.setup.agent.to_string();
        seen.generation_id = i32::try_from(player.setup.generation).unwrap_or(i32::MAX);
        seen.episode_id.clone_from(&self.episode);
        audience.show(seen, action.cloned());
    }

    fn configure(&mut self, config: ConfigUpdate) -> Result<Answer, Breach> {
        self.refuse_while_draining()?;
        if !(PROTOCOL_MIN..=PROTOCOL_MAX).contains(&config.protocol_version) {
            let asked = config.protocol_version;
            let text = format!("protocol version {asked} is not spoken here, {PROTOCOL_MIN} to {PROTOCOL_MAX} are");
            return Err(self.breach(ErrorKind::FailedPrecondition, text));
        }
        let default_seed = config.agent_seed;
        let recorder = config.trace.then(Recorder::default);
        let asked = config.limits.as_ref().map_or(0, |limits| limits.budget_us);
        let budget = if asked == 0 { self.budget } else { Duration::from_micros(asked) };
        let setup = SessionSetup::try_from(config).map_err(|bad| Breach::invalid(bad, self.tick))?;
        let unfit = |violations| Breach::invalid(BadMessage(violations), self.tick);
        let policy = decision::build(&setup).map_err(unfit)?;
        let buttons = ButtonMap::new(&setup.buttons);
        self.player = Some(Player { setup, policy, buttons, default_seed, budget, recorder });
        self.at = At::Ready;
        Ok(Answer::One(self.status(Phase::Ready)))
    }

    fn control(&mut self, at: At, control: EpisodeControl) -> Result<Answer, Breach> {
        match (at, control.command()) {
            (At::Ready, Command::Start) => self.start(control),
            (At::Playing | At::Paused, Command::Reset) => {
                self.begin();
                Ok(Answer::Nothing)
            }
            (At::Playing, Command::Pause) => Ok(self.move_to(At::Paused)),
            (At::Paused, Command::Resume) => Ok(self.move_to(At::Playing)),
            (At::Playing | At::Paused, Command::Stop) => {
                self.at = At::Ready;
                self.tally.tell();
                Ok(Answer::One(Said::Metrics(self.tally.metrics(false))))
            }
            (At::Ready, Command::Stop) => Ok(Answer::Last(self.final_metrics())),
            (_, Command::Report) => {
                Ok(Answer::Two(self.status(self.phase()), Said::Metrics(self.tally.metrics(false))))
            }
            (_, Command::Unspecified) => Err(self.breach(ErrorKind::Invalid, "a control without a command")),
            (_, command) => {
                let text = format!("{} does not fit phase {}", command.as_str_name(), self.phase().as_str_name());
                Err(self.breach(ErrorKind::FailedPrecondition, text))
            }
        }
    }

    fn start(&mut self, control: EpisodeControl) -> Result<Answer, Breach> {
        self.refuse_while_draining()?;
        self.episode = control.episode_id;
        self.traceparent = control.traceparent;
        self.seed = control.agent_seed.unwrap_or_else(|| self.player.as_ref().map_or(0, |player| player.default_seed));
        self.tally.episodes += 1;
        self.begin();
        Ok(Answer::Nothing)
    }

    fn begin(&mut self) {
        if let Some(player) = &mut self.player {
            player.policy.start(self.seed);
        }
        self.tick = TickNo(0);
        self.at = At::Playing;
    }

    fn move_to(&mut self, at: At) -> Answer {
        self.at = at;
        Answer::One(self.status(self.phase()))
    }

    fn refuse_while_draining(&self) -> Result<(), Breach> {
        if self.draining {
            return Err(self.breach(ErrorKind::Unavailable, "the agent is about to stop"));
        }
        Ok(())
    }

    fn phase(&self) -> Phase {
        match self.at {
            At::Hello => Phase::Hello,
            At::Ready => Phase::Ready,
            At::Playing => Phase::Playing,
            At::Paused => Phase::Paused,
        }
    }

    fn status(&self, phase: Phase) -> Said {
        let player = self.player.as_ref();
        Said::Status(AgentStatus {
            phase: phase.into(),
            agent_id: player.map(|player| player.setup.agent.to_string()).unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_min: PROTOCOL_MIN,
            protocol_max: PROTOCOL_MAX,
            capabilities: ["get_action", "observe", "pause", "reset", "report"].map(String::from).to_vec(),
            observation: player.map(|player| player.policy.observation().into()),
            behaviour: decision::BEHAVIOUR.to_owned(),
            policies: decision::POLICIES.iter().map(|policy| policy.name.to_owned()).collect(),
            drain_deadline_ms: 0,
            practice: None,
            doom_seed: None,
        })
    }
}

#[cfg(test)]
mod tests;
