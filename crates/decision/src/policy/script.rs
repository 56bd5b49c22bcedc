//! Scripted baselines that look at health and ammunition at most: `attack_only`, `sweep_lr`, `rule_only`.
//!
//! They repeat strategies of a published study (baekenough/clau-doom), whose scripts choose one of three actions a
//! tick: L, R or A. In `defend_the_line` these are its three buttons, `TURN_LEFT`, `TURN_RIGHT` and `ATTACK`. With any
//! other list of buttons L is `TURN_LEFT`, or `MOVE_LEFT` where there is no turning; R likewise; A is `ATTACK`.
//! The study read the ammunition from `AMMO2`; here it is that of the selected weapon, which is the same as long as
//! the pistol is selected, as it always is in `defend_the_line`.

use domain::Violation;
use domain::action::{Buttons, Decision};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use domain::genome::{Domain, Genome, Parameter};

use crate::controls::{Controls, required};
use crate::{Knowledge, Policy, PolicyInfo};

const OBSERVATION: ObservationSpec = ObservationSpec::NOTHING;

/// Attacks every tick, whatever happens.
pub(crate) const ATTACK_ONLY: PolicyInfo = PolicyInfo {
    name: "attack_only",
    about: "attacks every tick, whatever happens",
    parameters: &[],
    observation: OBSERVATION,
    knowledge: &[],
    make: make_attack_only,
};

/// Attacks every other tick and goes left and right in turn between.
pub(crate) const SWEEP_LR: PolicyInfo = PolicyInfo {
    name: "sweep_lr",
    about: "repeats attack, left, attack, right; goes left when weak or out of ammunition",
    parameters: &[SWEEP_HEALTH],
    observation: OBSERVATION,
    knowledge: &[],
    make: make_sweep_lr,
};

/// Attacks unless it is weak or out of ammunition.
pub(crate) const RULE_ONLY: PolicyInfo = PolicyInfo {
    name: "rule_only",
    about: "goes left when weak or out of ammunition, else attacks",
    parameters: &[RULE_HEALTH],
    observation: OBSERVATION,
    knowledge: &[],
    make: make_rule_only,
};

const SWEEP_HEALTH: Parameter = health_threshold(20.0);
const RULE_HEALTH: Parameter = health_threshold(30.0);

const fn health_threshold(default: f64) -> Parameter<'static> {
    Parameter {
        name: "health_threshold",
        about: "goes left while health is below this many points",
        domain: Domain::Real { low: 0.0, high: 200.0 },
        default,
        ..Parameter::PLAIN
    }
}

fn make_attack_only(
    _setup: &SessionSetup,
    controls: &Controls,
    _knowledge: &Knowledge,
) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let attack = required(controls.attack, "ATTACK").map_err(|violation| vec![violation])?;
    Ok(Box::new(Script { cycle: [attack; 4], guard: None, position: 0 }))
}

fn make_rule_only(
    setup: &SessionSetup,
    controls: &Controls,
    _knowledge: &Knowledge,
) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let [left, attack] =
        all([required(controls.left(), "TURN_LEFT or MOVE_LEFT"), required(controls.attack, "ATTACK")])?;
    let guard = Some(Guard::new(&setup.spec.genome, &RULE_HEALTH, left));
    Ok(Box::new(Script { cycle: [attack; 4], guard, position: 0 }))
}

fn make_sweep_lr(
    setup: &SessionSetup,
    controls: &Controls,
    _knowledge: &Knowledge,
) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let [left, right, attack] = all([
        required(controls.left(), "TURN_LEFT or MOVE_LEFT"),
        required(controls.right(), "TURN_RIGHT or MOVE_RIGHT"),
        required(controls.attack, "ATTACK"),
    ])?;
    let guard = Some(Guard::new(&setup.spec.genome, &SWEEP_HEALTH, left));
    Ok(Box::new(Script { cycle: [attack, left, attack, right], guard, position: 0 }))
}

/// All of the buttons, or everything that is missing.
fn all<const N: usize>(found: [Result<Buttons, Violation>; N]) -> Result<[Buttons; N], Vec<Violation>> {
    let mut buttons = [Buttons::NONE; N];
    let mut missing = Vec::new();
    for (slot, found) in buttons.iter_mut().zip(found) {
        match found {
            Ok(button) => *slot = button,
            Err(violation) => missing.push(violation),
        }
    }
    if missing.is_empty() { Ok(buttons) } else { Err(missing) }
}

/// What comes before the cycle: a retreat that does not advance it.
struct Guard {
    health: f32,
    retreat: Buttons,
}

impl Guard {
    fn new(genome: &Genome, threshold: &Parameter, retreat: Buttons) -> Self {
        Self { health: genome.get(threshold) as f32, retreat }
    }

    fn decide(&self, state: &GameState) -> Option<Decision> {
        if state.health < self.health {
            Some(Decision::certain(self.retreat, "low_health"))
        } else if state.ammo == 0 {
            Some(Decision::certain(self.retreat, "no_ammo"))
        } else {
            None
        }
    }
}

/// A cycle of four ticks behind an optional guard.
struct Script {
    cycle: [Buttons; 4],
    guard: Option<Guard>,
    position: usize,
}

impl Policy for Script {
    fn observation(&self) -> ObservationSpec {
        OBSERVATION
    }

    fn start(&mut self, _agent_seed: u64) {
        self.position = 0;
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        if let Some(decision) = self.guard.as_ref().and_then(|guard| guard.decide(state)) {
            return decision;
        }
        let buttons = self.cycle[self.position];
        self.position = (self.position + 1) % self.cycle.len();
        Decision::certain(buttons, "cycle")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Buttons = Buttons(0b001);
    const RIGHT: Buttons = Buttons(0b010);
    const ATTACK: Buttons = Buttons(0b100);

    fn sweep() -> Script {
        let guard = Some(Guard { health: 20.0, retreat: LEFT });
        Script { cycle: [ATTACK, LEFT, ATTACK, RIGHT], guard, position: 0 }
    }

    fn state(health: f32, ammo: i32) -> GameState {
        GameState { health, ammo, ..GameState::default() }
    }

    #[test]
    fn a_retreat_does_not_advance_the_cycle() {
        let mut policy = sweep();
        let states = [(100.0, 9), (100.0, 9), (19.0, 9), (100.0, 0), (20.0, 1), (100.0, 9), (100.0, 9)];
        let played = states.map(|(health, ammo)| policy.decide(&state(health, ammo)).buttons);
        assert_eq!(played, [ATTACK, LEFT, LEFT, LEFT, ATTACK, RIGHT, ATTACK]);
    }

    #[test]
    fn a_new_episode_starts_the_cycle_anew() {
        let mut policy = sweep();
        policy.decide(&state(100.0, 9));
        policy.start(1);
        assert_eq!(policy.decide(&state(100.0, 9)).buttons, ATTACK);
    }

    #[test]
    fn thresholds_default_to_those_of_the_study() {
        let at = |threshold, health| {
            Guard::new(&Genome::default(), threshold, LEFT).decide(&state(health, 5)).map(|decision| decision.rule)
        };
        assert_eq!(at(&RULE_HEALTH, 29.0), Some("low_health"));
        assert_eq!(at(&RULE_HEALTH, 30.0), None);
        assert_eq!(at(&SWEEP_HEALTH, 19.0), Some("low_health"));
        assert_eq!(at(&SWEEP_HEALTH, 20.0), None);
    }
}
