//! The agents that GetAction knows: the one of the definition file and those of earlier sessions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use decision::Policy;
use domain::Violation;
use domain::action::Decision;
use domain::agent::SessionSetup;
use domain::file::ContentHash;
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
    /// What they know: one copy of each content, however many agents know it.
    contents: BTreeMap<ContentHash, Weak<[u8]>>,
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
        let setup = agents.shared(setup.clone());
        let before = agents.by_name.insert(name.clone(), Known::new(setup, seed));
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
        let by = policy.decided_by().unwrap_or(decision.rule);
        Ok((known.buttons.action(state.tick, &decision, by), decision))
    }

    /// A panic of a policy leaves its agent odd but the roster whole.
    fn lock(&self) -> MutexGuard<'_, Agents> {
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Agents {
    /// The setup with the copies of contents that other agents have.
    fn shared(&mut self, mut setup: SessionSetup) -> SessionSetup {
        self.contents.retain(|_, content| content.strong_count() > 0);
        for (kind, content) in &mut setup.knowledge {
            let Some(&hash) = setup.spec.knowledge.get(kind) else { continue };
            match self.contents.get(&hash).and_then(Weak::upgrade) {
                Some(known) => *content = known,
                None => drop(self.contents.insert(hash, Arc::downgrade(content))),
            }
        }
        setup
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
    use domain::agent::AgentSpec;
    use domain::ids::AgentId;
    use domain::knowledge::KnowledgeKind;

    use super::*;

    fn setup(agent: &str, rules: &[u8]) -> SessionSetup {
        let knowledge = [(KnowledgeKind::Rules, ContentHash::of(rules))].into();
        SessionSetup {
            agent: AgentId::slug(agent),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec { policy: "random".into(), genome: Default::default(), knowledge },
            scenario: String::new(),
            buttons: vec!["ATTACK".into()],
            variables: vec![],
            frame_skip: 4,
            knowledge: [(KnowledgeKind::Rules, rules.into())].into(),
        }
    }

    fn knows(roster: &Roster, name: &str) -> bool {
        let state = v1::GameState { agent_id: name.into(), ..v1::GameState::default() };
        !matches!(roster.decide(state), Err(NoAnswer::Unknown))
    }

    #[test]
    fn the_oldest_are_forgotten_and_the_defined_stay() {
        let roster = Roster::default();
        roster.keep(setup("default", b""), 0);

        for index in 0..=REMEMBERED {
            roster.remember(&setup(&format!("a{index}"), b""), 0);
        }

        assert!(knows(&roster, "default"));
        assert!(!knows(&roster, "a0"));
        assert!(knows(&roster, "a1"));
    }

    #[test]
    fn agents_that_know_the_same_share_one_copy_of_it() {
        let roster = Roster::default();
        for agent in ["a", "b", "c"] {
            roster.remember(&setup(agent, b"rules = []"), 0);
        }
        roster.remember(&setup("c", b""), 0);

        let agents = roster.lock();
        let content = |agent: &str| agents.by_name[agent].setup.knowledge[&KnowledgeKind::Rules].clone();
        assert!(Arc::ptr_eq(&content("a"), &content("b")) && !Arc::ptr_eq(&content("a"), &content("c")));
        assert_eq!(agents.contents.len(), 2);
    }
}
