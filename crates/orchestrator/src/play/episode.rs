//! One episode: does what the state machine says until it is finished.

use domain::action::Buttons;
use domain::environment::Reading;
use domain::episode::{Effect, Episode, Input, Outcome};
use domain::game::GameState;
use domain::ids::{DoomSeed, TickNo};
use domain::ports::Environment;
use proto::session::EpisodeStart;

use super::{AttemptError, view};

/// Whoever decides: an agent behind a session, or one in this process.
pub trait Decider {
    /// Tells the decider that an episode begins.
    fn start(&mut self, assigned: &Assigned<'_>) -> impl Future<Output = Result<(), AttemptError>>;

    /// The buttons for the state's tick.
    fn decide(&mut self, state: &GameState) -> impl Future<Output = Result<Buttons, AttemptError>>;

    /// Tells the decider that the episode is over.
    fn finish(&mut self, state: &GameState) -> impl Future<Output = Result<(), AttemptError>>;
}

/// What is to be played.
#[derive(Debug, Clone)]
pub struct Assigned<'a> {
    /// Name of the episode, for the agent's records.
    pub name: &'a str,
    /// What the engine is seeded with.
    pub doom_seed: DoomSeed,
    /// What the agent's own randomness is derived from.
    pub agent_seed: u64,
    /// Tics per decision.
    pub frame_skip: u32,
    /// The trace context of the episode, if somebody traces it.
    pub traceparent: Option<String>,
}

impl From<&Assigned<'_>> for EpisodeStart {
    fn from(assigned: &Assigned<'_>) -> Self {
        let (episode_id, agent_seed) = (assigned.name.to_owned(), assigned.agent_seed);
        Self { episode_id, agent_seed, doom_seed: None, traceparent: assigned.traceparent.clone() }
    }
}

/// Plays one episode from its start to its outcome. `state` is a buffer that is reused from episode to episode.
/// `watch` sees every reading after a step, with the buttons that led to it.
///
/// # Errors
/// Whatever ends the attempt early; nothing is scored then.
pub async fn play(
    game: &mut dyn Environment,
    decider: &mut impl Decider,
    assigned: &Assigned<'_>,
    state: &mut GameState,
    mut watch: impl FnMut(TickNo, Buttons, &Reading),
) -> Result<Outcome, AttemptError> {
    let mut now = game.reset(assigned.doom_seed)?;
    let mut episode = Episode::new(game.buttons().len(), game.bounds());
    decider.start(assigned).await?;
    let mut effect = episode.on(Input::Started(&now))?;
    let mut current = TickNo(0);
    loop {
        effect = match effect {
            Effect::Decide(tick) => {
                current = tick;
                show(game, &episode, state, tick, &now);
                let buttons = decider.decide(state).await?;
                episode.on(Input::Chosen { tick, buttons })?
            }
            Effect::Step(buttons) => {
                now = game.step(buttons, assigned.frame_skip)?;
                watch(current, buttons, &now);
                episode.on(Input::Stepped(&now))?
            }
            Effect::Finish(outcome) => {
                show(game, &episode, state, current.next(), &now);
                decider.finish(state).await?;
                return Ok(*outcome);
            }
        };
    }
}

fn show(game: &mut dyn Environment, episode: &Episode, state: &mut GameState, tick: TickNo, now: &Reading) {
    if let Some(gauge) = episode.gauge() {
        view::show(state, tick, now, gauge);
    }
    if now.end.is_none() {
        game.observe(state);
    }
}
