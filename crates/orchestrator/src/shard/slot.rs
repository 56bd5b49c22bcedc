//! One slot of a shard: one game and one session, playing one job after another.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::action::Buttons;
use domain::agent::SessionSetup;
use domain::environment::Reading;
use domain::experiment::ScenarioSpec;
use domain::game::{GameState, ObservationSpec};
use domain::ids::TickNo;
use domain::knowledge::KnowledgeContents;
use domain::plan::PlannedEpisode;
use domain::ports::{Assignment, DecisionLog, Environment, TickLog, TickRow};
use domain::score::{EpisodeKey, Score};
use domain::seed::agent_seed;
use futures::FutureExt as _;
use runtime::trace_context;
use tokio::sync::mpsc;
use tracing::{Span, info_span};

use super::reach::{Reached, Way};
use super::{Meter, Order, Played, Progress};
use crate::check;
use crate::games::{Games, ScenarioFacts};
use crate::play::AttemptError;
use crate::play::episode::{Assigned, play};

/// A game that stays open from job to job while its scenario stays the same.
struct OpenGame {
    scenario: ScenarioSpec,
    observation: ObservationSpec,
    game: Box<dyn Environment>,
}

/// One game, one session.
pub(super) struct Slot {
    games: Arc<dyn Games>,
    cpu: Option<usize>,
    way: Way,
    game: Option<OpenGame>,
    agent: Option<Reached>,
    state: GameState,
    meter: Arc<Meter>,
}

impl Slot {
    pub(super) fn new(games: Arc<dyn Games>, cpu: Option<usize>, way: Way, meter: Arc<Meter>) -> Self {
        Self { games, cpu, way, game: None, agent: None, state: GameState::default(), meter }
    }

    /// Plays orders until their sender is dropped.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.recv().await {
            let Order { assignment, knowledge, results, progress, cancelled, span, done } = order;
            self.meter.begin();
            let verdict = tokio::select! {
                verdict = AssertUnwindSafe(self.play(&assignment, knowledge, &span, &progress, &results)).catch_unwind() => {
                    verdict.unwrap_or_else(|panic| Err(AttemptError::Panicked(words(panic.as_ref()))))
                }
                () = cancelled.cancelled() => Err(AttemptError::Cancelled),
            };
            if verdict.is_err() {
                // Whatever state the stream is in, the next job gets a new one. The game heals itself at its reset.
                self.agent = None;
            }
            if matches!(verdict, Err(AttemptError::Panicked(_))) {
                self.game = None;
            }
            // Before the verdict: the attempt is over, with its results and its span, when that is there.
            drop((results, span));
            self.meter.end();
            let _ = done.send(verdict);
        }
        if let Some(Reached { agent, .. }) = self.agent.take() {
            agent.close().await;
        }
    }

    async fn play(
        &mut self,
        assignment: &Assignment,
        knowledge: KnowledgeContents,
        span: &Span,
        progress: &Progress,
        results: &mpsc::Sender<Played>,
    ) -> Result<(), AttemptError> {
        progress.advance();
        self.prepare(assignment, knowledge, progress).await?;
        for episode in &assignment.episodes {
            // Held and never entered: entering it at every poll would be paid for at every tick.
            let span = episode_span(span, assignment, episode);
            let played = self.play_one(assignment, episode, progress, trace_context::of(&span)).await?;
            if results.send(played).await.is_err() {
                return Err(AttemptError::Cancelled);
            }
        }
        Ok(())
    }

    /// Opens what is not open yet: the session, its configuration, the game.
    async fn prepare(
        &mut self,
        assignment: &Assignment,
        knowledge: KnowledgeContents,
        progress: &Progress,
    ) -> Result<(), AttemptError> {
        let scenario = &assignment.member.scenario;
        let facts = self.games.facts(scenario).map_err(|found| AttemptError::scenario(&found))?;
        self.same_provenance(assignment, &facts)?;
        let experiment = assignment.experiment.to_string();
        let setup = check::setup(&assignment.member, &experiment, assignment.generation, &facts);
        let setup = SessionSetup { knowledge, ..setup };
        let limit = Duration::from_secs_f64(assignment.spec.limits.tick_seconds);
        if self.agent.as_ref().is_none_or(|reached| reached.agent.is_leaving()) {
            // The place is given back before another is taken.
            self.agent = None;
            self.agent = Some(self.way.reach().await?);
            progress.advance();
        }
        let agent = &mut self.agent.as_mut().expect("dialled above").agent;
        let observation = agent.configure(&setup, limit, assignment.spec.keeps_decisions()).await?;
        progress.advance();
        let fits = |open: &OpenGame| open.scenario == *scenario && open.observation == observation;
        if !self.game.as_ref().is_some_and(fits) {
            // The old engine is closed before the new one starts, so that a slot never holds two.
            self.game = None;
            let game = self.games.open(scenario, observation, self.cpu)?;
            self.game = Some(OpenGame { scenario: scenario.clone(), observation, game });
        }
        Ok(())
    }

    /// Refuses to add scores of another engine, behaviour or scenario to an experiment.
    fn same_provenance(&self, assignment: &Assignment, facts: &ScenarioFacts) -> Result<(), AttemptError> {
        let known = &assignment.provenance;
        if known.engine != self.games.version() {
            return Err(AttemptError::Provenance("the engine".into()));
        }
        if known.behaviour != decision::BEHAVIOUR {
            return Err(AttemptError::Provenance("the behaviour of policies".into()));
        }
        let changed = facts.files.iter().find(|(name, hash)| known.files.get(*name) != Some(*hash));
        changed.map_or(Ok(()), |(name, _)| Err(AttemptError::Provenance(name.clone())))
    }

    async fn play_one(
        &mut self,
        assignment: &Assignment,
        episode: &PlannedEpisode,
        progress: &Progress,
        traceparent: Option<String>,
    ) -> Result<Played, AttemptError> {
        let key = EpisodeKey {
            generation: assignment.generation,
            position: assignment.member.position,
            replicate: episode.replicate,
        };
        let name = format!("{}/{}/{}/{}", assignment.experiment, key.generation, key.position, key.replicate);
        let assigned = Assigned {
            name: &name,
            doom_seed: episode.doom_seed,
            agent_seed: agent_seed(assignment.spec.seed, episode.doom_seed),
            frame_skip: assignment.member.scenario.frame_skip,
            traceparent,
        };
        let open = self.game.as_mut().expect("a job is prepared before it is played");
        let agent = &mut self.agent.as_mut().expect("a job is prepared before it is played").agent;
        let meter = &self.meter;
        let mut rows = assignment.spec.record.ticks.then(Vec::new);
        let watch = |tick: TickNo, buttons: Buttons, now: &Reading| {
            meter.tick();
            progress.advance();
            if let Some(rows) = &mut rows {
                rows.push(tick_row(tick, buttons, now));
            }
        };
        let outcome = play(open.game.as_mut(), agent, &assigned, &mut self.state, watch).await?;
        let experiment = assignment.experiment;
        let ticks = rows.map(|rows| TickLog { experiment, key, rows });
        let decisions = agent.take_record()?.map(|record| DecisionLog { experiment, key, record });
        let score = Score {
            key,
            seed: episode.seed,
            doom_seed: episode.doom_seed,
            measures: outcome.measures,
            trajectory: outcome.trajectory,
            action_log: outcome.action_log,
        };
        Ok(Played { score, ticks, decisions })
    }
}

fn episode_span(attempt: &Span, assignment: &Assignment, episode: &PlannedEpisode) -> Span {
    let (generation, position) = (assignment.generation, assignment.member.position);
    let (replicate, doom_seed) = (episode.replicate, episode.doom_seed.0);
    info_span!(parent: attempt, "episode", generation, position, replicate, doom_seed)
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}

fn tick_row(tick: TickNo, buttons: Buttons, now: &Reading) -> TickRow {
    TickRow {
        tick: tick.0,
        tic: now.tic,
        buttons: buttons.0,
        reward: now.reward,
        health: now.health,
        position: [now.position[0], now.position[1]],
        angle: now.angle,
    }
}
