//! An agent's definition as a TOML file, and the files that it names.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use decision::documents::DocumentSpec;
use decision::rules::Rule;
use domain::Violation;
use domain::agent::{AgentSpec, SessionSetup};
use domain::file::ContentHash;
use domain::genome::Genome;
use domain::ids::AgentId;
use domain::knowledge::{KnowledgeContents, KnowledgeKind};
use serde::Deserialize;

/// What a definition file says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name of the policy that decides.
    pub policy: String,
    /// Parameters of the policy; what is left out takes its default.
    #[serde(default)]
    pub genome: Genome,
    /// Reflex rules in place of those that are built in; an empty list is no rules at all.
    pub rules: Option<Vec<Rule>>,
    /// Strategy documents.
    pub documents: Option<Vec<DocumentSpec>>,
    /// Path of a snapshot of experience. Paths are relative to the definition.
    pub experience: Option<String>,
    /// Path of a snapshot of documents, to which those of `documents` are added.
    pub library: Option<String>,
    /// Path of a network, an ONNX file, in place of the one that the genome makes.
    pub network: Option<String>,
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

/// Where something is that an agent knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// In the definition itself.
    Definition,
    /// In the file at this path, which is relative to the definition.
    File(&'a str),
}

/// A definition that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// The file cannot be read.
    #[error("cannot read the definition {0}: {1}")]
    Read(PathBuf, #[source] io::Error),
    /// The file is not a definition.
    #[error("the definition {0} is wrong: {1}")]
    Parse(PathBuf, String),
    /// A file that the definition names cannot be read.
    #[error("the definition {definition} names {path} as its {kind}, which cannot be read: {source}")]
    Named {
        /// The definition.
        definition: PathBuf,
        /// What the file is for.
        kind: KnowledgeKind,
        /// Where it should be.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
}

impl DefinitionError {
    /// The same as something that is wrong with the definition.
    #[must_use]
    pub fn violation(&self) -> Violation {
        match self {
            Self::Read(_, error) => Violation::new("", format!("cannot be read: {error}")),
            Self::Parse(_, message) => Violation::new("", message),
            Self::Named { kind, path, source, .. } => {
                Violation::new(kind.name(), format!("{} cannot be read: {source}", path.display()))
                    .with_help("paths are relative to the definition")
            }
        }
    }
}

impl Definition {
    /// Reads the content of a file.
    ///
    /// # Errors
    /// What is wrong with it, in one line. Whether policy, genome and knowledge fit is checked by the daemon.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(content).map_err(|error| format!("byte {} is no text", error.valid_up_to()))?;
        toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }

    /// What the agent knows besides its genome, and where that is.
    #[must_use]
    pub fn sources(&self) -> BTreeMap<KnowledgeKind, Source<'_>> {
        let written = [
            (KnowledgeKind::Rules, self.rules.as_ref().map(|_| Source::Definition)),
            (KnowledgeKind::Documents, self.documents.as_ref().map(|_| Source::Definition)),
        ];
        let named = [
            (KnowledgeKind::Experience, &self.experience),
            (KnowledgeKind::Library, &self.library),
            (KnowledgeKind::Network, &self.network),
        ];
        let named = named.into_iter().map(|(kind, path)| (kind, path.as_deref().map(Source::File)));
        written.into_iter().chain(named).filter_map(|(kind, source)| Some((kind, source?))).collect()
    }
}

/// A definition with the contents of all that its agent knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Defined {
    /// What the file says.
    pub definition: Definition,
    /// What the agent knows.
    pub knowledge: KnowledgeContents,
}

impl Defined {
    /// Reads a definition and the files that it names.
    ///
    /// # Errors
    /// If one of them cannot be read, or the first one is no definition. Whether it makes an agent is checked by the
    /// daemon.
    pub fn read(path: &Path) -> Result<Self, DefinitionError> {
        let content = std::fs::read(path).map_err(|error| DefinitionError::Read(path.into(), error))?;
        let definition = Definition::parse(&content).map_err(|wrong| DefinitionError::Parse(path.into(), wrong))?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let mut knowledge = KnowledgeContents::new();
        for (kind, source) in definition.sources() {
            let content = match source {
                Source::Definition => content.as_slice().into(),
                Source::File(named) => {
                    let named = folder.join(named);
                    let read = std::fs::read(&named);
                    let failed =
                        |source| DefinitionError::Named { definition: path.into(), kind, path: named.clone(), source };
                    read.map_err(failed)?.into()
                }
            };
            knowledge.insert(kind, content);
        }
        Ok(Self { definition, knowledge })
    }

    /// What the decision engine is told.
    #[must_use]
    pub fn setup(&self) -> SessionSetup {
        let Definition { policy, genome, agent, scenario, buttons, variables, frame_skip, .. } = &self.definition;
        let knowledge = self.knowledge.iter().map(|(&kind, content)| (kind, ContentHash::of(content)));
        SessionSetup {
            agent: agent.clone(),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec { policy: policy.clone(), genome: genome.clone(), knowledge: knowledge.collect() },
            scenario: scenario.clone(),
            buttons: buttons.clone(),
            variables: variables.clone(),
            frame_skip: *frame_skip,
            knowledge: self.knowledge.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_and_genome_are_enough() {
        let definition = Definition::parse(b"policy = \"random\"\ngenome = { rate = 1 }").unwrap();
        assert_eq!((definition.policy.as_str(), definition.genome.0["rate"]), ("random", 1.0));
        assert_eq!((definition.agent.as_str(), definition.buttons.len()), ("default", 6));
        assert!(definition.sources().is_empty());
    }

    #[test]
    fn unknown_keys_and_missing_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.toml");
        let told = || Defined::read(&path).unwrap_err().to_string();
        assert!(told().contains("cannot read the definition"));
        std::fs::write(&path, "policy = \"random\"\nspeed = 1").unwrap();
        assert!(told().contains("line 2: unknown field `speed`"), "{}", told());
        std::fs::write(&path, "policy = \"neural\"\nnetwork = \"net.onnx\"").unwrap();
        let violation = Defined::read(&path).unwrap_err().violation();
        assert_eq!(violation.path, "network");
        assert!(violation.message.starts_with(dir.path().join("net.onnx").to_str().unwrap()), "{violation:?}");
        assert_eq!(Definition::parse(b"a\xff").unwrap_err(), "byte 1 is no text");
    }

    #[test]
    fn wrong_rules_are_told_with_their_line() {
        let told = |rule: &str| Definition::parse(format!("policy = \"cascade\"\n[[rules]]\n{rule}").as_bytes());
        let rule = "name = \"a\"\ndo = \"aim\"\nwhen = { feature = \"ammo\", les_than = 3 }";
        assert!(told(rule).unwrap_err().starts_with("line 5: unknown field `les_than`"), "{:?}", told(rule));
        assert_eq!(told("name = \"a\"\ndo = \"aim\"").unwrap_err(), "line 2: missing field `when`");
    }

    #[test]
    fn a_definition_is_read_with_all_that_it_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.toml");
        let text = "policy = \"cascade\"\nrules = []\nexperience = \"seen.clxp\"";
        std::fs::write(&path, text).unwrap();
        std::fs::write(dir.path().join("seen.clxp"), "seen").unwrap();

        let setup = Defined::read(&path).unwrap().setup();

        let known: Vec<_> = setup.knowledge.iter().map(|(kind, content)| (kind.name(), &content[..])).collect();
        assert_eq!(known, [("rules", text.as_bytes()), ("experience", b"seen")]);
        assert_eq!(setup.spec.knowledge[&KnowledgeKind::Experience], ContentHash::of(b"seen"));
    }
}
