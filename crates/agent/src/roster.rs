//! The agents that GetAction knows: the one of the definition file and those of earlier sessions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use decision::Policy;
use domain::Violation;
use domain::action::Decision;
use domain::agent::SessionSetup;
use domain::game::GameState;
use domain::ids::TickNo;
use proto::agent::v1;
use proto::convert::action::ButtonMap;
use proto::convert::{BadMessage, game};

/// Agents of earlier sessions that are remembered; the one that was configured first is forgotten first.
const REMEMBERED: usize = 1024;

/// Known agents by name.
#[derive(Default)]
pub(crate) struct Roster {
    agents: Mutex<Agents>,
}

#[derive(Default)]
struct Agents {
    by_name: BTreeMap<String, Known>,
    oldest_first: VecDeque<String>,
}

struct Known {
    setup: SessionSetup,
    seed: u64,
    buttons: ButtonMap,
    /// Made when it is first asked: most agents only ever play sessions.
    policy: Option<Box<dyn Policy>>,
}

/// Why an agent gave no answer.
pub(crate) enum NoAnswer {
    Unknown,
    Impossible(Vec<Violation>),
    BadState(BadMessage),
}

impl Roster {
    /// Takes an agent in for good.
    pub(crate) fn keep(&self, setup: SessionSetup, seed: u64) {
        self.lock().by_name.insert(setup.agent.to_string(), Known::new(setup, seed));
    }

    /// Takes an agent in until enough others came after it.
    pub(crate) fn remember(&self, setup: &SessionSetup, seed: u64) {
        let mut agents = self.lock();
        let name = setup.agent.to_string();
        let before = agents.by_name.insert(name.clone(), Known::new(setup.clone(), seed));
        if before.is_some() {
            return;
        }
        agents.oldest_first.push_back(name);
        if agents.oldest_first.len() > REMEMBERED
            && let Some(oldest) = agents.oldest_first.pop_front()
        {
            agents.by_name.remove(&oldest);
        }
    }

    /// Whether there is an agent of this name.
    pub(crate) fn knows(&self, agent: &str) -> bool {
        self.lock().by_name.contains_key(agent)
    }

    /// Lets an agent decide one state. At tick 0 it begins an episode.
    pub(crate) fn decide(&self, message: v1::GameState) -> Result<(v1::Action, Decision), NoAnswer> {
        let mut agents = self.lock();
        let known = agents.by_name.get_mut(&message.agent_id).ok_or(NoAnswer::Unknown)?;
        let mut state = GameState::default();
        game::fill(message, &known.setup.variables, &mut state).map_err(NoAnswer::BadState)?;
        let policy = match &mut known.policy {
            Some(policy) => {
                if state.tick == TickNo(0) {
                    policy.start(known.seed);
                }
                policy
            }
            none => {
                let mut made = decision::build(&known.setup).map_err(NoAnswer::Impossible)?;
                made.start(known.seed);
                none.insert(made)
            }
        };
        let decision = policy.decide(&state);
        Ok((known.buttons.action(state.tick, &decision), decision))
    }

    /// A panic of a policy leaves its agent odd but the roster whole.
    fn lock(&self) -> MutexGuard<'_, Agents> {
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn new(setup: SessionSetup, seed: u64) -> Self {
        let buttons = ButtonMap::new(&setup.buttons);
        Self { setup, seed, buttons, policy: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definition;

    fn knows(roster: &Roster, name: &str) -> bool {
        let state = v1::GameState { agent_id: name.into(), ..v1::GameState::default() };
        !matches!(roster.decide(state), Err(NoAnswer::Unknown))
    }

    #[test]
    fn the_oldest_are_forgotten_and_the_defined_stay() {
        let roster = Roster::default();
        let definition: Definition = toml::from_str("policy = \"random\"").unwrap();
        roster.keep(definition.setup(), 0);

        for index in 0..=REMEMBERED {
            let agent = domain::ids::AgentId::slug(&format!("a{index}"));
            roster.remember(&SessionSetup { agent, ..definition.setup() }, 0);
        }

        assert!(knows(&roster, "default"));
        assert!(!knows(&roster, "a0"));
        assert!(knows(&roster, "a1"));
    }
}
