//! What an agent is and what it is told before it plays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::file::{FileRef, StoredAgent};
use crate::genome::Genome;
use crate::ids::AgentId;
use crate::knowledge::{KnowledgeContents, KnowledgeHashes};

/// An agent's definition: a policy, its parameters, and what it knows besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSpec {
    /// Name of the policy that decides; `orchestrator policies` lists them.
    pub policy: String,
    /// Parameters of the policy; what is left out takes its default.
    #[serde(default)]
    pub genome: Genome,
    /// What it knows besides, by content; left out where that is nothing.
    #[serde(default, skip_serializing_if = "KnowledgeHashes::is_empty")]
    pub knowledge: KnowledgeHashes,
}

impl AgentSpec {
    /// An agent that is its policy and genome, and knows nothing besides.
    #[must_use]
    pub fn new(policy: impl Into<String>, genome: Genome) -> Self {
        Self { policy: policy.into(), genome, knowledge: KnowledgeHashes::new() }
    }
}

/// The agent that an experiment starts from: a definition file, what is said in its place, or both.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentChoice {
    /// A definition of one's own: a path relative to the experiment file. Its policy, its genome and what it knows count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRef<StoredAgent>>,
    /// Name of the policy that decides, in place of the file's; `orchestrator policies` lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Parameters of the policy, each in place of the file's; what is left out takes its default.
    #[serde(default)]
    pub genome: Genome,
}

impl AgentChoice {
    /// The definition that follows. A file that is not taken in yet says nothing.
    #[must_use]
    pub fn definition(&self) -> AgentSpec {
        let stored = self.file.as_ref().and_then(FileRef::stored);
        let policy = self.policy.as_ref().or_else(|| stored.map(|file| &file.policy));
        let mut genome = stored.map(|file| file.genome.clone()).unwrap_or_default();
        genome.0.extend(self.genome.0.clone());
        let knowledge = stored.map(StoredAgent::knowledge_hashes).unwrap_or_default();
        AgentSpec { policy: policy.cloned().unwrap_or_default(), genome, knowledge }
    }
}

/// Everything an agent needs to know to play a run of episodes in one session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSetup {
    /// The agent's name.
    pub agent: AgentId,
    /// The experiment, for the agent's own records; empty outside of one.
    pub experiment: String,
    /// The generation, for the agent's own records.
    pub generation: u32,
    /// What it is.
    pub spec: AgentSpec,
    /// Name of the scenario.
    pub scenario: String,
    /// The scenario's buttons by their engine names; actions are given in this order.
    pub buttons: Vec<String>,
    /// Names of the game variables in [`crate::game::GameState::variables`].
    pub variables: Vec<String>,
    /// Tics per decision.
    pub frame_skip: u32,
    /// What it knows: the contents that `spec.knowledge` names.
    pub knowledge: KnowledgeContents,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::ContentHash;
    use crate::knowledge::KnowledgeKind;

    proptest! {
        /// Ids and digests of experiments without knowledge rest on this.
        #[test]
        fn an_agent_that_knows_nothing_is_written_as_policy_and_genome(
            policy in "[a-z_]{1,12}",
            genome in prop::collection::btree_map("[a-z_]{1,12}", -1e6f64..1e6, 0..5),
        ) {
            let spec = AgentSpec::new(policy.clone(), Genome(genome.clone()));
            let written = serde_json::to_string(&spec).unwrap();
            let genes = serde_json::to_string(&genome).unwrap();
            prop_assert_eq!(&written, &format!("{{\"policy\":\"{policy}\",\"genome\":{genes}}}"));
            prop_assert_eq!(serde_json::from_str::<AgentSpec>(&written).unwrap(), spec);
        }
    }

    #[test]
    fn what_a_file_knows_is_part_of_the_agent_and_is_read_back() {
        let hash = |text: &str| ContentHash::of(text.as_bytes()).to_string();
        let choice = |rules: &str| {
            let (name, blake3) = ("a.toml", hash(rules));
            let knowledge = serde_json::json!({
                "rules": { "name": name, "blake3": blake3 },
                "network": { "name": "net.onnx", "blake3": hash("net") },
            });
            let file =
                serde_json::json!({ "name": name, "blake3": blake3, "policy": "cascade", "knowledge": knowledge });
            serde_json::from_value::<AgentChoice>(serde_json::json!({ "file": file })).unwrap()
        };
        let spec = choice("one").definition();
        let known: Vec<_> = spec.knowledge.iter().map(|(kind, known)| (*kind, known.to_string())).collect();
        assert_eq!(known, [(KnowledgeKind::Rules, hash("one")), (KnowledgeKind::Network, hash("net"))]);
        assert_ne!(choice("other").definition(), spec);
        let written = serde_json::to_value(&spec).unwrap();
        assert_eq!(written["knowledge"]["network"], hash("net"));
        assert_eq!(serde_json::from_value::<AgentSpec>(written).unwrap(), spec);
    }
}
