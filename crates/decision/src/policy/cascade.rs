//! `cascade`: reflex rules, then own experience, then strategy documents, then a fallback.
//!
//! Each level may decide or pass on; each can be switched off by a gene. Whoever decides says what to do, and the body
//! of the policy `aim` does it. Where every level passes on, the fallback is to aim, so a cascade without levels plays
//! exactly as `aim` does with the same genes. Without a weapon the fallback is to collect what can be picked up, and
//! without that to look around.

mod explain;
mod genes;
mod levels;

use domain::Violation;
use domain::action::{Buttons, Decision};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use domain::knowledge::KnowledgeKind;

use crate::controls::Controls;
use crate::experience::grid;
use crate::policy::aim::Aim;
use crate::policy::aim::genes::Genes as AimGenes;
use crate::rules::Response;
use crate::situation::{Observer, Situation};
use crate::tactic::Tactic;
use crate::trace::{By, Trace};
use crate::{Explanation, Knowledge, Policy, PolicyInfo};
use levels::{Levels, Verdict};

const OBSERVATION: ObservationSpec = ObservationSpec::ENTITIES;

/// The catalogue's entry.
pub(crate) const INFO: PolicyInfo = PolicyInfo {
    name: "cascade",
    about: "asks reflex rules, then its own experience, then strategy documents; aims where none of them decides, or collects without a weapon",
    parameters: genes::PARAMETERS,
    observation: OBSERVATION,
    knowledge: &[KnowledgeKind::Rules, KnowledgeKind::Documents, KnowledgeKind::Experience, KnowledgeKind::Library],
    make,
};

fn make(setup: &SessionSetup, controls: &Controls, knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let genome = &setup.spec.genome;
    Ok(Box::new(Cascade {
        body: Aim::new(AimGenes::new(genome), *controls, setup.frame_skip),
        observer: Observer::with_controls(setup.frame_skip, *controls),
        levels: Levels::new(setup, controls, knowledge)?,
        buttons: setup.buttons.clone(),
        trace: None,
        situation: Situation::blank(),
    }))
}

#[derive(Clone)]
struct Cascade {
    body: Aim,
    observer: Observer,
    levels: Levels,
    buttons: Vec<String>,
    trace: Option<Trace>,
    situation: Situation,
}

impl Policy for Cascade {
    fn observation(&self) -> ObservationSpec {
        ObservationSpec { walls: self.levels.look_at_walls(), ..OBSERVATION }
    }

    fn start(&mut self, agent_seed: u64) {
        self.body.restart(agent_seed);
        self.observer.restart();
        self.trace = None;
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        let features = self.body.see(state);
        let situation = self.observer.observe(state);
        let verdict = self.levels.decide(&situation);
        let (done, tactic) = match verdict.response {
            Response::Buttons(buttons) => (Decision::certain(buttons, verdict.by.name()), None),
            Response::Tactic(tactic) => (self.body.perform(tactic, state.tick.0, &features, &situation), Some(tactic)),
        };
        self.body.commit(done.buttons);
        self.observer.commit(done.buttons);
        self.situation = situation;
        self.trace = Some(trace(state, &verdict, tactic, done.buttons, grid::cell(&situation)));
        Decision { level: verdict.by.level(), rule: verdict.by.name(), ..done }
    }

    fn trace(&self) -> Option<Trace> {
        self.trace
    }

    fn situation(&self) -> Option<&Situation> {
        Some(&self.situation)
    }

    fn decided_by(&self) -> Option<&str> {
        self.trace.and_then(|trace| self.name_of(trace.by, trace.which))
    }

    fn name_of(&self, by: By, which: u32) -> Option<&str> {
        self.levels.name(by, which)
    }

    fn explain(&self, state: &GameState) -> Option<Explanation> {
        explain::explain(self, state)
    }
}

fn trace(state: &GameState, verdict: &Verdict, tactic: Option<Tactic>, buttons: Buttons, cell: u32) -> Trace {
    let health = if state.health.is_finite() { libm::roundf(state.health.clamp(-1000.0, 1000.0)) as i32 } else { 0 };
    let Verdict { by, which, confidence, score, .. } = *verdict;
    let (tick, hits, kills) = (state.tick.0, state.hits, state.kills);
    Trace { tick, by, which, tactic, buttons, cell, confidence, score, health, hits, kills }
}

#[cfg(test)]
mod tests;
