//! `aim`: turns to the threat it wants most and fires when the shot would hit. Every habit is a gene.
//!
//! A tick goes: features, target, steering, trigger, footwork. With nothing in sight it searches: one way first, towards
//! the side where the last target was, then the other way for twice as long, and so on. It works with any buttons that
//! include `ATTACK` and uses those it knows. Without both turn buttons it aims by stepping sideways; without those too
//! it stands and fires when something crosses the line of sight.

mod footwork;
pub(crate) mod genes;
mod steering;
mod tactics;
mod target;
mod trigger;

use domain::Violation;
use domain::action::{Buttons, Decision, Level};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};

use crate::controls::{Controls, press, required};
use crate::features::{Extractor, Features, Threat};
use crate::{Knowledge, Policy, PolicyInfo};
use footwork::Footwork;
use genes::Genes;
use steering::{Side, Steering, press_step, press_turn};
use trigger::Trigger;

const OBSERVATION: ObservationSpec = ObservationSpec::ENTITIES;

/// The catalogue's entry.
pub(crate) const INFO: PolicyInfo = PolicyInfo {
    name: "aim",
    about: "turns to the threat it wants most and fires when the shot would hit; made to be evolved",
    parameters: genes::PARAMETERS,
    observation: OBSERVATION,
    knowledge: &[],
    make,
};

fn make(setup: &SessionSetup, controls: &Controls, _knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    required(controls.attack, "ATTACK").map_err(|violation| vec![violation])?;
    Ok(Box::new(Aim::new(Genes::new(&setup.spec.genome), *controls, setup.frame_skip)))
}

/// The body that aims. Besides the policy, the tactics of other policies are carried out by it.
#[derive(Clone)]
pub(crate) struct Aim {
    genes: Genes,
    controls: Controls,
    tics: u32,
    extractor: Extractor,
    steering: Steering,
    trigger: Trigger,
    footwork: Footwork,
    target: Option<u32>,
    side: Side,
    /// Tics since a target was last in sight.
    searched: u32,
}

impl Aim {
    pub(crate) fn new(genes: Genes, controls: Controls, frame_skip: u32) -> Self {
        Self {
            genes,
            controls,
            tics: frame_skip.max(1),
            extractor: Extractor::new(frame_skip),
            steering: Steering::new(frame_skip),
            trigger: Trigger::default(),
            footwork: Footwork::new(frame_skip),
            target: None,
            side: Side::Left,
            searched: 0,
        }
    }

    fn choose(&mut self, tick: u32, features: &Features) -> Decision {
        match target::choose(features.threats(), &self.genes, self.target) {
            Some(&threat) => self.engage(tick, features, &threat),
            None => self.search(),
        }
    }

    fn engage(&mut self, tick: u32, features: &Features, threat: &Threat) -> Decision {
        self.target = Some(threat.id);
        self.side = Side::of(threat.bearing);
        self.searched = 0;
        let ahead = threat.bearing + self.genes.lead * threat.bearing_rate + self.genes.offset;
        let (steered, change) = self.steer(ahead, threat.distance, features.drift);
        let error = ahead - self.genes.anticipation * change;
        let aligned = error.abs() <= self.genes.tolerance * threat.half_width;
        let fires = aligned && features.ammo > 0 && self.trigger.is_free(self.genes.burst, self.genes.pause);
        let rule = match (fires, aligned) {
            (true, _) => "fire",
            (false, true) => "hold_fire",
            (false, false) => "aim",
        };
        let buttons = if fires { press(steered, self.controls.attack) } else { steered };
        if !Steering::can_turn(&self.controls) {
            // Sideways keys are what it aims with, so they are not free for footwork.
            return Decision::certain(buttons, rule);
        }
        let step = self.footwork.step(tick, features, threat, &self.genes, &self.controls);
        let buttons = Buttons(buttons.0 | step.buttons.0);
        Decision { buttons, level: Level::L0, rule, confidence: step.confidence }
    }

    /// Buttons that bring the bearing `ahead` of something at `distance` closer to zero, and by how many degrees they
    /// move the line of sight to the left.
    fn steer(&self, ahead: f64, distance: f64, drift: f64) -> (Buttons, f64) {
        if Steering::can_turn(&self.controls) {
            let (side, turn) = (Side::of(ahead), self.steering.turn());
            if ahead.abs() <= self.genes.dead_zone * turn {
                return (Buttons::NONE, 0.0);
            }
            return (press_turn(Buttons::NONE, side, &self.controls), side.sign() * turn);
        }
        let coasting = Steering::coasting(drift, distance);
        let (rest, step) = (ahead - coasting, self.steering.side_step(distance));
        if rest.abs() <= self.genes.dead_zone * step {
            return (Buttons::NONE, coasting);
        }
        let side = Side::of(rest);
        (press_step(Buttons::NONE, side, &self.controls), coasting + side.sign() * step)
    }

    fn search(&mut self) -> Decision {
        self.target = None;
        // One stretch to the first side, then two to the other, two back, and so on.
        let stretch = (self.searched / self.genes.search).div_ceil(2);
        let side = if stretch.is_multiple_of(2) { self.side } else { self.side.opposite() };
        self.searched = self.searched.saturating_add(self.tics);
        let buttons = if Steering::can_turn(&self.controls) {
            press_turn(Buttons::NONE, side, &self.controls)
        } else {
            press_step(Buttons::NONE, side, &self.controls)
        };
        Decision::certain(press(buttons, self.controls.forward), "search")
    }
}

impl Aim {
    /// Forgets the episode before and draws from `agent_seed` from now on.
    pub(crate) fn restart(&mut self, agent_seed: u64) {
        *self = Self::new(self.genes, self.controls, self.tics);
        self.footwork.start(agent_seed);
    }

    /// Takes in the state of a tick.
    pub(crate) fn see(&mut self, state: &GameState) -> Features {
        self.extractor.extract(state)
    }

    /// Takes note of what is pressed in the coming tick.
    pub(crate) fn commit(&mut self, buttons: Buttons) {
        let fires = self.controls.attack.is_some_and(|attack| buttons.contains(attack));
        self.steering.commit(buttons, &self.controls);
        self.trigger.commit(fires, self.tics, self.genes.burst, self.genes.pause);
    }
}

impl Policy for Aim {
    fn observation(&self) -> ObservationSpec {
        OBSERVATION
    }

    fn start(&mut self, agent_seed: u64) {
        self.restart(agent_seed);
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        let features = self.see(state);
        let decision = self.choose(state.tick.0, &features);
        self.commit(decision.buttons);
        decision
    }
}

#[cfg(test)]
mod tests;
