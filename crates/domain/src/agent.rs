//! What an agent is and what it is told before it plays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::file::{FileRef, StoredAgent};
use crate::genome::Genome;
use crate::ids::AgentId;

/// An agent's definition: a policy and its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSpec {
    /// Name of the policy that decides; `orchestrator policies` lists them.
    pub policy: String,
    /// Parameters of the policy; what is left out takes its default.
    #[serde(default)]
    pub genome: Genome,
}

/// The agent that an experiment starts from: a definition file, what is said in its place, or both.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentChoice {
    /// A definition of one's own: a path relative to the experiment file. Its policy and genome count.
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
        AgentSpec { policy: policy.cloned().unwrap_or_default(), genome }
    }
}

impl From<AgentSpec> for AgentChoice {
    fn from(spec: AgentSpec) -> Self {
        Self { file: None, policy: Some(spec.policy), genome: spec.genome }
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
}
