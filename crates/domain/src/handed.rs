//! What the agents of a round are handed of what was learned before it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::experiment::{Inheritance, LearningSpec};
use crate::file::ContentHash;
use crate::ids::AgentId;
use crate::knowledge::{KnowledgeHashes, KnowledgeKind};
use crate::plan::Member;

/// What the agents of the next round are handed, by the hashes of the contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// The experience of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience: Option<ContentHash>,
    /// The experience of those who have the agent as their first parent, in place of that of all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub of_parent: BTreeMap<AgentId, ContentHash>,
    /// The documents, by position; the last of them stands for those behind it. Empty where none are learned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<ContentHash>,
}

impl Handed {
    /// Whether nothing is handed on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every content that it names; one may come several times.
    pub fn contents(&self) -> impl Iterator<Item = &ContentHash> {
        self.experience.iter().chain(self.of_parent.values()).chain(&self.libraries)
    }

    /// What of it an evolution has a use for that learns like this.
    #[must_use]
    pub fn for_learning(mut self, learning: &LearningSpec) -> Self {
        self.experience = self.experience.filter(|_| learning.experience == Inheritance::Population);
        if learning.experience != Inheritance::Parents {
            self.of_parent.clear();
        }
        if !learning.documents {
            self.libraries.clear();
        }
        self
    }

    /// Tells the members of a round what they know.
    pub fn hand_to(&self, members: &mut [Member]) {
        for (place, member) in members.iter_mut().enumerate() {
            let own = member.parents.first().and_then(|parent| self.of_parent.get(parent));
            let library = self.libraries.get(place).or_else(|| self.libraries.last());
            let known = &mut member.spec.knowledge;
            replace(known, KnowledgeKind::Experience, own.or(self.experience.as_ref()));
            if library.is_some() {
                // They are in the library by now.
                known.remove(&KnowledgeKind::Documents);
            }
            replace(known, KnowledgeKind::Library, library);
        }
    }
}

fn replace(known: &mut KnowledgeHashes, kind: KnowledgeKind, hash: Option<&ContentHash>) {
    if let Some(&hash) = hash {
        known.insert(kind, hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evolution_takes_what_it_learns_itself() {
        let hash = |text: &str| ContentHash::of(text.as_bytes());
        let handed = Handed {
            experience: Some(hash("all")),
            of_parent: [(AgentId::slug("a"), hash("a"))].into(),
            libraries: vec![hash("one"), hash("two")],
        };
        let taken = |experience, documents| {
            let learning = LearningSpec { experience, documents, ..LearningSpec::default() };
            let taken = handed.clone().for_learning(&learning);
            (taken.experience.is_some(), taken.of_parent.len(), taken.libraries.len())
        };
        assert_eq!(taken(Inheritance::Population, true), (true, 0, 2));
        assert_eq!(taken(Inheritance::Parents, false), (false, 1, 0));
        assert_eq!(taken(Inheritance::None, true), (false, 0, 2));
        assert_eq!(handed.contents().count(), 4);
        assert_eq!(serde_json::from_str::<Handed>(&serde_json::to_string(&handed).unwrap()).unwrap(), handed);
        assert!(Handed::default().is_empty() && !handed.is_empty());
        assert_eq!(serde_json::to_string(&Handed::default()).unwrap(), "{}");
    }
}
