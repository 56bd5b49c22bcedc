//! The scripted strategies of a published study (baekenough/clau-doom), as data.
//!
//! The study played them in Python with one decision a tic and generators of its own; here every draw is addressed by
//! (agent seed, tick), their numbers are genes, and a tick is a decision whatever the frame skip. A tick draws at most
//! once: a script says how likely each choice is, in [`mix::Mix`], and what it chose is known with its exact
//! probability. Three more scripts of the study, which draw nothing, are in [`super::script`].
//!
//! Its words for actions: A is `ATTACK`; L and R are `TURN_LEFT` and `TURN_RIGHT`, or the sideways keys where there is
//! no turning; T is L or R by lot; S is `MOVE_LEFT` or `MOVE_RIGHT` by lot.

mod list;
mod memory;
mod mix;
mod moves;
mod play;
mod reactive;

use domain::Violation;
use domain::action::{Decision, Level};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use domain::genome::{Domain, Parameter};
use domain::seed::{Address, Draws};

use crate::controls::Controls;
use crate::{Knowledge, Policy, PolicyInfo};
pub(crate) use list::INFOS;
use memory::Memory;
use moves::{Move, Moves};
use play::{Play, Player};

const OBSERVATION: ObservationSpec = ObservationSpec::NOTHING;

/// A strategy as it is listed.
#[derive(Clone, Copy)]
struct Script {
    info: PolicyInfo,
    /// What is done while weak or out of ammunition, before anything else and without advancing a cycle.
    guard: Option<Move>,
    play: Play,
}

/// Below which health a guarded script retreats; every guarded script lists it with a default of its own.
const fn health_threshold(default: f64) -> Parameter<'static> {
    Parameter {
        name: "health_threshold",
        about: "retreats while health is below this many points",
        domain: Domain::Real { low: 0.0, high: 200.0 },
        default,
        ..Parameter::PLAIN
    }
}

fn make(setup: &SessionSetup, controls: &Controls, _knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let name = &setup.spec.policy;
    let Some(script) = list::SCRIPTS.iter().find(|script| script.info.name == name) else {
        let known = list::SCRIPTS.iter().map(|script| script.info.name);
        return Err(vec![Violation::unknown("agent.policy", "script", name, known)]);
    };
    let genome = &setup.spec.genome;
    let needed = script.play.moves().chain(script.guard);
    let threshold = script.info.parameters.iter().find(|parameter| parameter.name == "health_threshold");
    Ok(Box::new(Study {
        name: script.info.name,
        moves: Moves::new(controls, needed)?,
        guard: script.guard,
        health: threshold.map_or(0.0, |parameter| genome.get(parameter)) as f32,
        player: Player::new(&script.play, genome),
        memory: Memory::default(),
        key: 0,
    }))
}

struct Study {
    name: &'static str,
    moves: Moves,
    guard: Option<Move>,
    health: f32,
    player: Player,
    memory: Memory,
    key: u64,
}

impl Policy for Study {
    fn observation(&self) -> ObservationSpec {
        OBSERVATION
    }

    fn start(&mut self, agent_seed: u64) {
        self.key = Address::new(agent_seed, "policy/study/v1").stream().bits();
        self.memory = Memory::default();
        self.player.restart();
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        self.memory.see(state);
        let retreats = state.health < self.health || state.ammo == 0;
        let (mix, rule) = match self.guard.filter(|_| retreats) {
            Some(retreat) => (self.moves.mix(retreat), "retreat"),
            None => (self.player.next(&self.moves, &self.memory), self.name),
        };
        let (buttons, probability) = mix.pick(Draws::from_index(self.key, u64::from(state.tick.0)).unit());
        Decision { buttons, level: Level::L0, rule, confidence: probability as f32 }
    }
}

#[cfg(test)]
mod tests;
