//! What a definition makes: the agent as it would be, and everything that is wrong with it.

use std::fmt;

use decision::{Knowledge, PolicyInfo};
use domain::Violation;
use domain::agent::SessionSetup;
use domain::file::ContentHash;
use domain::genome::Genome;
use domain::knowledge::{KnowledgeContents, KnowledgeKind};
use serde::Serialize;

use crate::definition::{Defined, Definition, Source};

/// What was found out about a definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// Whether it makes an agent.
    pub valid: bool,
    /// The agent, as far as it is known.
    pub agent: Description,
    /// Why it makes none; paths are those of the file.
    pub violations: Vec<Violation>,
    /// What is allowed, but hardly meant.
    pub warnings: Vec<Violation>,
}

/// What an agent is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its policy.
    pub policy: String,
    /// What the policy does; empty if there is none of this name.
    pub about: &'static str,
    /// The buttons that it presses.
    pub buttons: Vec<String>,
    /// Tics per decision.
    pub frame_skip: u32,
    /// Every parameter with its value.
    pub genome: Vec<Gene>,
    /// What it knows besides.
    pub knowledge: Vec<Known>,
}

/// A parameter and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gene {
    /// Name of the parameter.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// The value that it would have if the definition did not give it; absent if there is no such parameter.
    pub default: Option<f64>,
    /// Whether the definition gives it.
    pub given: bool,
}

/// Something that an agent knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Known {
    /// What it is.
    pub kind: KnowledgeKind,
    /// The path under which the definition names it; absent if it is in the definition itself.
    pub file: Option<String>,
    /// Bytes of the content.
    pub bytes: usize,
    /// The content's hash.
    pub blake3: ContentHash,
    /// What is in it; absent if it cannot be read.
    pub content: Option<Summary>,
}

/// What is in a content.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Summary {
    /// Rules.
    Rules {
        /// How many.
        rules: usize,
    },
    /// Documents.
    Documents {
        /// How many.
        documents: usize,
        /// How many of them are played with.
        played: usize,
    },
    /// Experience.
    Experience {
        /// How many pairs of a cell and a tactic have been tried.
        tried: usize,
    },
    /// A network.
    Network {
        /// How many inputs.
        inputs: usize,
        /// Its layers in the order of evaluation, for people.
        layers: Vec<String>,
        /// How many weights, biases included.
        weights: usize,
    },
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rules { rules } => write!(f, "{rules}, in place of those that are built in"),
            Self::Documents { documents, played } => write!(f, "{documents}, of which {played} are played with"),
            Self::Experience { tried } => write!(f, "{tried} pairs of a cell and a tactic tried"),
            Self::Network { inputs, layers, weights } => {
                write!(f, "{inputs} inputs, then {}; {weights} weights", layers.join(", "))
            }
        }
    }
}

/// Looks at a definition with all that it names.
#[must_use]
pub fn inspect(defined: &Defined) -> Inspection {
    let setup = defined.setup();
    let found = decision::check(&setup);
    let in_file = |violations: Vec<Violation>| violations.into_iter().map(in_file).collect::<Vec<_>>();
    Inspection {
        valid: found.violations.is_empty(),
        agent: description(&defined.definition, &setup),
        violations: in_file(found.violations),
        warnings: in_file(found.warnings),
    }
}

/// The same with the path as the file has it.
fn in_file(violation: Violation) -> Violation {
    let path = violation.path.strip_prefix("agent.").or_else(|| violation.path.strip_prefix("scenario."));
    Violation { path: path.unwrap_or(&violation.path).to_owned(), ..violation }
}

fn description(definition: &Definition, setup: &SessionSetup) -> Description {
    let policy = decision::find(&definition.policy);
    let sources = definition.sources();
    let known = setup.knowledge.iter().map(|(&kind, content)| Known {
        kind,
        file: sources.get(&kind).and_then(|source| match source {
            Source::Definition => None,
            Source::File(path) => Some((*path).to_owned()),
        }),
        bytes: content.len(),
        blake3: ContentHash::of(content),
        content: summary(kind, content),
    });
    Description {
        name: definition.agent.to_string(),
        policy: definition.policy.clone(),
        about: policy.map_or("", |policy| policy.about),
        buttons: definition.buttons.clone(),
        frame_skip: definition.frame_skip,
        genome: genes(policy, &definition.genome),
        knowledge: known.collect(),
    }
}

/// The values of all parameters in their order, and behind them what the genome gives that is none.
fn genes(policy: Option<&PolicyInfo>, genome: &Genome) -> Vec<Gene> {
    let parameters = policy.map_or(&[][..], |policy| policy.parameters);
    let known = parameters.iter().map(|parameter| Gene {
        name: parameter.name.to_owned(),
        value: genome.get(parameter),
        default: Some(parameter.default),
        given: genome.0.contains_key(parameter.name),
    });
    let others = genome.0.iter().filter(|(name, _)| parameters.iter().all(|parameter| parameter.name != *name));
    let others = others.map(|(name, &value)| Gene { name: name.clone(), value, default: None, given: true });
    known.chain(others).collect()
}

fn summary(kind: KnowledgeKind, content: &[u8]) -> Option<Summary> {
    let knowledge = Knowledge::read(&KnowledgeContents::from([(kind, content.into())])).ok()?;
    Some(match kind {
        KnowledgeKind::Rules => Summary::Rules { rules: knowledge.rules?.rules.len() },
        KnowledgeKind::Documents | KnowledgeKind::Library => {
            let documents = knowledge.documents.documents();
            let played = documents.iter().filter(|document| document.life.is_played()).count();
            Summary::Documents { documents: documents.len(), played }
        }
        KnowledgeKind::Experience => Summary::Experience { tried: knowledge.experience.len() },
        KnowledgeKind::Network => {
            let network = knowledge.network?;
            let shape = network.shape();
            let layers = shape.layers().iter().map(|layer| {
                let recurrent = if layer.recurrent { "recurrent " } else { "" };
                format!("{} {recurrent}{}", layer.size, format!("{:?}", layer.activation).to_lowercase())
            });
            Summary::Network { inputs: shape.inputs(), layers: layers.collect(), weights: shape.weights() }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(text: &str) -> Inspection {
        let definition = Definition::parse(text.as_bytes()).unwrap();
        let kinds: Vec<_> = definition.sources().into_keys().collect();
        let knowledge = kinds.into_iter().map(|kind| (kind, text.as_bytes().into())).collect();
        inspect(&Defined { definition, knowledge })
    }

    fn told(found: &[Violation]) -> Vec<(&str, &str)> {
        found.iter().map(|violation| (violation.path.as_str(), violation.message.as_str())).collect()
    }

    const RULES: &str = "policy = \"cascade\"\n\
        [[rules]]\nname = \"heal\"\nwhen = { feature = \"health\", below = 30 }\ndo = \"flee\"\n\
        [[rules]]\nname = \"late\"\npriority = -1\nwhen = { feature = \"health\", below = 20 }\ndo = \"aim\"\n";

    #[test]
    fn an_agent_is_described_with_all_of_its_genes_and_what_it_knows() {
        let found = inspected(&format!("genome = {{ low_ammo = 9 }}\n{RULES}"));
        assert!(found.valid, "{found:?}");
        let gene = |name: &str| found.agent.genome.iter().find(|gene| gene.name == name).unwrap().clone();
        let given = Gene { name: "low_ammo".into(), value: 9.0, default: Some(5.0), given: true };
        assert_eq!((gene("low_ammo"), gene("near").given), (given, false));
        assert_eq!(found.agent.knowledge[0].content, Some(Summary::Rules { rules: 2 }));
        let why = "the rule `late` never decides: `heal` comes first and holds wherever it does";
        assert_eq!(told(&found.warnings), [("rules[1]", why)]);
    }

    #[test]
    fn everything_wrong_is_told_at_its_place_in_the_file() {
        let found = inspected(&format!("buttons = [\"ATTACK\"]\ngenome = {{ nere = 1 }}\n{RULES}"));
        let expected = [
            ("genome.nere", "unknown parameter `nere`"),
            ("rules[0].do", "the policy needs the button MOVE_FORWARD"),
            ("rules[0].do", "the policy needs the button TURN_LEFT"),
            ("rules[0].do", "the policy needs the button TURN_RIGHT"),
        ];
        assert_eq!((found.valid, told(&found.violations)), (false, expected.to_vec()));
        let documents = "[[documents]]\nid = \"a\"\ndo = \"dance\"\n";
        let both = inspected(&format!("genome = {{ nere = 1 }}\n{RULES}{documents}")).violations;
        let paths: Vec<_> = both.iter().map(|violation| violation.path.as_str()).collect();
        assert_eq!(paths[..2], ["documents[0].response", "genome.nere"], "one kind of mistake hides no other");
        let unknown = inspected("policy = \"amI\"\ngenome = { a = 1 }");
        assert_eq!(told(&unknown.violations), [("policy", "unknown policy `amI`")]);
        assert_eq!(unknown.agent.genome[0].default, None);
    }
}
