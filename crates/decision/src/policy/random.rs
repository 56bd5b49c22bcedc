//! `random`: one button of the scenario, each as likely as any other, drawn anew every tick.

use domain::Violation;
use domain::action::{Buttons, Decision, Level};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use domain::seed::{Address, Draws};

use crate::controls::Controls;
use crate::{Knowledge, Policy, PolicyInfo};

const OBSERVATION: ObservationSpec = ObservationSpec::NOTHING;

/// The catalogue's entry.
pub(crate) const INFO: PolicyInfo = PolicyInfo {
    name: "random",
    about: "presses one button of the scenario, drawn uniformly every tick",
    parameters: &[],
    observation: OBSERVATION,
    knowledge: &[],
    make,
};

fn make(_setup: &SessionSetup, controls: &Controls, _knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    if controls.count == 0 {
        return Err(vec![Violation::new("scenario.buttons", "the policy needs at least one button")]);
    }
    Ok(Box::new(Random { count: controls.count, key: 0 }))
}

/// The draw of a tick is a pure function of (agent seed, tick number), whatever was shown before.
struct Random {
    count: usize,
    key: u64,
}

impl Policy for Random {
    fn observation(&self) -> ObservationSpec {
        OBSERVATION
    }

    fn start(&mut self, agent_seed: u64) {
        self.key = Address::new(agent_seed, "policy/random/v1").stream().bits();
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        let choice = Draws::from_index(self.key, u64::from(state.tick.0)).below(self.count as u64);
        Decision {
            buttons: Buttons::only(choice as usize),
            level: Level::L0,
            rule: "random",
            confidence: 1.0 / self.count as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::TickNo;

    use super::*;

    fn play(seed: u64, ticks: impl Iterator<Item = u32>) -> Vec<Buttons> {
        let mut policy = Random { count: 3, key: 0 };
        policy.start(seed);
        ticks.map(|tick| policy.decide(&GameState { tick: TickNo(tick), ..GameState::default() }).buttons).collect()
    }

    #[test]
    fn a_draw_depends_on_seed_and_tick_alone() {
        let mut backward = play(7, (0..100).rev());
        backward.reverse();
        assert_eq!(play(7, 0..100), backward);
        assert_ne!(play(7, 0..100), play(8, 0..100));
    }

    #[test]
    fn every_button_comes_equally_often() {
        let played = play(1, 0..30_000);
        for index in 0..3 {
            let count = played.iter().filter(|&&buttons| buttons == Buttons::only(index)).count();
            assert!((9_700..10_300).contains(&count), "button {index}: {count}");
        }
    }
}
