//! An agent's definition as a TOML file.

use std::io;
use std::path::{Path, PathBuf};

use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;
use serde::Deserialize;

/// An agent that is known without a session.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name of the policy that decides.
    pub policy: String,
    /// Parameters of the policy; what is left out takes its default.
    #[serde(default)]
    pub genome: Genome,
    /// Name under which the agent is asked.
    #[serde(default = "default_agent")]
    pub agent: AgentId,
    /// Seed of its own random draws.
    #[serde(default)]
    pub seed: u64,
    /// Name of the scenario, for policies that care.
    #[serde(default)]
    pub scenario: String,
    /// The scenario's buttons by their engine names, in the order of actions.
    #[serde(default = "default_buttons")]
    pub buttons: Vec<String>,
    /// Names of the game variables that states carry.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Tics per decision.
    #[serde(default = "default_frame_skip")]
    pub frame_skip: u32,
}

fn default_agent() -> AgentId {
    AgentId::slug("default")
}

/// The buttons of the first action types, in their order.
fn default_buttons() -> Vec<String> {
    ["MOVE_FORWARD", "MOVE_BACKWARD", "TURN_LEFT", "TURN_RIGHT", "ATTACK", "USE"].map(String::from).to_vec()
}

fn default_frame_skip() -> u32 {
    4
}

/// A definition that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// The file cannot be read.
    #[error("cannot read the definition {0}: {1}")]
    Read(PathBuf, #[source] io::Error),
    /// The file is not a definition.
    #[error("the definition {0} is wrong: {1}")]
    Parse(PathBuf, #[source] Box<toml::de::Error>),
}

impl Definition {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is not a definition. Whether policy and genome fit is checked by the daemon.
    pub fn read(path: &Path) -> Result<Self, DefinitionError> {
        let text = std::fs::read_to_string(path).map_err(|error| DefinitionError::Read(path.into(), error))?;
        toml::from_str(&text).map_err(|error| DefinitionError::Parse(path.into(), Box::new(error)))
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(content).map_err(|error| format!("byte {} is no text", error.valid_up_to()))?;
        toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }

    /// What the decision engine is told.
    #[must_use]
    pub fn setup(&self) -> SessionSetup {
        SessionSetup {
            agent: self.agent.clone(),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec::new(self.policy.clone(), self.genome.clone()),
            scenario: self.scenario.clone(),
            buttons: self.buttons.clone(),
            variables: self.variables.clone(),
            frame_skip: self.frame_skip,
            knowledge: Default::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_and_genome_are_enough() {
        let definition: Definition = toml::from_str("policy = \"random\"\ngenome = { rate = 1 }").unwrap();
        assert_eq!((definition.policy.as_str(), definition.genome.0["rate"]), ("random", 1.0));
        assert_eq!((definition.agent.as_str(), definition.buttons.len()), ("default", 6));
    }

    #[test]
    fn unknown_keys_and_missing_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.toml");
        assert!(Definition::read(&path).unwrap_err().to_string().contains("cannot read the definition"));
        std::fs::write(&path, "policy = \"random\"\nspeed = 1").unwrap();
        assert!(Definition::read(&path).unwrap_err().to_string().contains("unknown field `speed`"));
        let wrong = Definition::parse(b"policy = \"random\"\nspeed = 1").unwrap_err();
        assert!(wrong.starts_with("line 2: unknown field `speed`"), "{wrong}");
        assert_eq!(Definition::parse(b"a\xff").unwrap_err(), "byte 1 is no text");
    }
}
