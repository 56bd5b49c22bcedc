//! A slot that plays orders in simulated time, and sometimes fails or hangs. What it measures follows from the seeds alone.

use std::sync::Arc;
use std::time::Duration;

use domain::game::GameState;
use domain::ids::DoomSeed;
use domain::plan::PlannedEpisode;
use domain::ports::{Assignment, EnvironmentError};
use domain::score::{EpisodeKey, Score};
use domain::seed::agent_seed;
use orchestrator::play::AttemptError;
use orchestrator::play::episode::{Assigned, play};
use orchestrator::shard::{Order, Played, Progress};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::games::{SimAgent, SimGame};
use crate::process::Process;
use crate::tally::Kind;
use crate::world::World;

/// How long an attempt hangs: longer than anybody has patience with it.
const HANG: Duration = Duration::from_secs(1_000);

/// One game, one agent.
pub(crate) struct SimSlot {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl SimSlot {
    /// Plays orders until their sender is dropped.
    pub(crate) async fn run(self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.recv().await {
            let Order { assignment, results, progress, cancelled, done, .. } = order;
            let verdict = tokio::select! {
                biased;
                () = cancelled.cancelled() => Err(AttemptError::Cancelled),
                verdict = self.play(&assignment, &results, &progress) => verdict,
            };
            drop(results);
            let _ = done.send(verdict);
        }
    }

    async fn play(
        &self,
        assignment: &Assignment,
        results: &mpsc::Sender<Played>,
        progress: &Progress,
    ) -> Result<(), AttemptError> {
        for episode in &assignment.episodes {
            self.stumble(assignment).await?;
            let score = self.play_one(assignment, episode, progress).await?;
            if results.send(Played { score, ticks: None, decisions: None }).await.is_err() {
                return Err(AttemptError::Cancelled);
            }
        }
        Ok(())
    }

    /// Fails or hangs, but never so often that the experiment would fail.
    async fn stumble(&self, assignment: &Assignment) -> Result<(), AttemptError> {
        let (dice, rates) = (&self.world.dice, self.world.rates());
        let fails = dice.chance(rates.failed_attempt);
        let hangs = dice.chance(rates.hung_attempt);
        if !(fails || hangs) || !self.world.may_fail(assignment.job, assignment.spec.limits.attempts) {
            return Ok(());
        }
        if hangs {
            self.world.tally.add(Kind::HungAttempt);
            sleep(HANG).await;
            self.process.pass().await;
            return Err(AttemptError::Late { awaited: "an action", limit: HANG });
        }
        self.world.tally.add(Kind::FailedAttempt);
        let message = "the engine died".to_owned();
        Err(AttemptError::Game(EnvironmentError { message, retryable: true, source: None }))
    }

    async fn play_one(
        &self,
        assignment: &Assignment,
        episode: &PlannedEpisode,
        progress: &Progress,
    ) -> Result<Score, AttemptError> {
        let (dice, rates) = (&self.world.dice, self.world.rates());
        let pace = if dice.chance(rates.slow_episode) {
            self.world.tally.add(Kind::SlowEpisode);
            dice.millis(2_000, 12_000)
        } else {
            dice.millis(50, 500)
        };
        let member = &assignment.member;
        let mut agent = SimAgent::new(self.process.clone(), &member.spec.policy, &member.spec.genome, pace);
        let assigned = Assigned {
            name: "",
            doom_seed: self.seed(assignment, episode),
            agent_seed: agent_seed(assignment.spec.seed, episode.doom_seed),
            frame_skip: member.scenario.frame_skip,
            traceparent: None,
        };
        let outcome =
            play(&mut SimGame::new(), &mut agent, &assigned, &mut GameState::default(), |_, _, _| progress.advance())
                .await?;
        let (generation, position) = (assignment.generation, member.position);
        Ok(Score {
            key: EpisodeKey { generation, position, replicate: episode.replicate },
            seed: episode.seed,
            doom_seed: episode.doom_seed,
            measures: outcome.measures,
            trajectory: outcome.trajectory,
            action_log: outcome.action_log,
        })
    }

    fn seed(&self, assignment: &Assignment, episode: &PlannedEpisode) -> DoomSeed {
        let sabotage = self.world.sabotage;
        let mut seed = episode.doom_seed;
        if sabotage.seed_of_attempt {
            seed.0 ^= assignment.fence.0 as u32;
        }
        if sabotage.broken_engine && self.process.index == self.world.last_process() {
            seed.0 ^= 1;
        }
        seed
    }
}
