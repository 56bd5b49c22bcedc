//! A game of a few ticks that its seed and the agent's genome decide, and an agent that takes its time in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::Violation;
use domain::action::Buttons;
use domain::environment::{End, MapBounds, Reading};
use domain::experiment::ScenarioSpec;
use domain::game::{GameState, ObservationSpec};
use domain::genome::Genome;
use domain::ids::DoomSeed;
use domain::ports::{Environment, EnvironmentError};
use domain::seed::Draws;
use orchestrator::games::{Games, ScenarioFacts};
use orchestrator::play::AttemptError;
use orchestrator::play::episode::{Assigned, Decider};
use tokio::time::sleep;

use crate::process::Process;

const BUTTONS: [&str; 3] = ["TURN_LEFT", "TURN_RIGHT", "ATTACK"];

/// One scenario that nobody opens: the slots of the simulation play their own games.
pub(crate) struct SimGames;

impl Games for SimGames {
    fn version(&self) -> String {
        "simulated".to_owned()
    }

    fn names(&self) -> Vec<String> {
        vec!["simulated".to_owned()]
    }

    fn facts(&self, scenario: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>> {
        Ok(ScenarioFacts {
            name: scenario.name.clone().unwrap_or_default(),
            buttons: BUTTONS.map(str::to_owned).to_vec(),
            variables: Vec::new(),
            files: BTreeMap::new(),
        })
    }

    fn open(
        &self,
        _scenario: &ScenarioSpec,
        _observation: ObservationSpec,
        _cpu: Option<usize>,
    ) -> Result<Box<dyn Environment>, EnvironmentError> {
        unreachable!("the simulation's slots play their own games")
    }
}

/// A game. Everything in it follows from the seed and the buttons.
pub(crate) struct SimGame {
    buttons: Vec<String>,
    draws: Draws,
    now: Reading,
    last: u32,
}

impl SimGame {
    pub(crate) fn new() -> Self {
        Self { buttons: BUTTONS.map(str::to_owned).to_vec(), draws: Draws::new(0), now: Reading::default(), last: 0 }
    }
}

impl Environment for SimGame {
    fn buttons(&self) -> &[String] {
        &self.buttons
    }

    fn variables(&self) -> &[String] {
        &[]
    }

    fn bounds(&self) -> Option<MapBounds> {
        None
    }

    fn reset(&mut self, seed: DoomSeed) -> Result<Reading, EnvironmentError> {
        self.draws = Draws::new(u64::from(seed.0));
        self.now = Reading { health: 100, ammo: 26, ..Reading::default() };
        self.last = 3 + self.draws.below(4) as u32;
        Ok(self.now)
    }

    fn step(&mut self, buttons: Buttons, tics: u32) -> Result<Reading, EnvironmentError> {
        let luck = self.draws.unit();
        let now = &mut self.now;
        now.tic += tics;
        now.angle += if buttons.contains(0) { 11.25 } else { 0.0 } - if buttons.contains(1) { 7.5 } else { 0.0 };
        if buttons.contains(2) {
            now.ammo -= 1;
            now.hits += i32::from(luck > 0.3);
            now.kills += i32::from(luck > 0.6);
        }
        // Thirds and tenths: sums of these depend on their order.
        now.reward = luck / 3.0 + now.angle / 10.0;
        now.total_reward += now.reward;
        now.position[0] += luck * 64.0;
        now.end = (now.tic >= self.last * tics).then_some(End::Timeout);
        Ok(*now)
    }

    fn observe(&mut self, _state: &mut GameState) {}
}

/// An agent whose genome decides, tick by tick, and takes simulated time for it.
pub(crate) struct SimAgent {
    pub(crate) process: Arc<Process>,
    pub(crate) genome: Genome,
    pub(crate) policy: String,
    /// Time per decision.
    pub(crate) pace: Duration,
    seed: u64,
}

impl SimAgent {
    pub(crate) fn new(process: Arc<Process>, policy: &str, genome: &Genome, pace: Duration) -> Self {
        Self { process, genome: genome.clone(), policy: policy.to_owned(), pace, seed: 0 }
    }

    /// What the agent is, as a number.
    fn habit(&self) -> u64 {
        let genes = self.genome.0.iter().flat_map(|(name, gene)| name.bytes().map(u64::from).chain([gene.to_bits()]));
        let all = self.policy.bytes().map(u64::from).chain(genes);
        all.fold(self.seed, |habit, part| Draws::new(habit ^ part).bits())
    }
}

impl Decider for SimAgent {
    async fn start(&mut self, assigned: &Assigned<'_>) -> Result<(), AttemptError> {
        self.seed = assigned.agent_seed;
        Ok(())
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        sleep(self.pace).await;
        self.process.pass().await;
        let choice = Draws::from_index(self.habit(), u64::from(state.tick.0)).bits();
        Ok(Buttons(choice & 0b111))
    }

    async fn finish(&mut self, _state: &GameState) -> Result<(), AttemptError> {
        Ok(())
    }
}
