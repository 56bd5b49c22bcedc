//! What an agent is and what it is told before it plays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
