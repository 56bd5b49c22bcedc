//! What a policy is given besides its genome.

use std::sync::Arc;

use domain::Violation;
use domain::knowledge::{KnowledgeContents, KnowledgeKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::documents::{Document, DocumentSpec, Library};
use crate::experience::Experience;
use crate::network::{Network, onnx};
use crate::rules::{Rule, RuleSet};

/// Rules, snapshots and a network. They are shared: a session's policy holds on to them and never changes them.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The reflex rules; those that are built in ([`RuleSet::shooting`]) if there are none.
    pub rules: Option<Arc<RuleSet>>,
    /// Own experience.
    pub experience: Arc<Experience>,
    /// Strategy documents.
    pub documents: Arc<Library>,
    /// A network in place of the one that the genome makes.
    pub network: Option<Arc<Network>>,
}

/// The rules of a definition; the rest of it is for others.
#[derive(Deserialize)]
struct WrittenRules {
    #[serde(default)]
    rules: Vec<Rule>,
}

/// The documents of a definition; the rest of it is for others.
#[derive(Deserialize)]
struct WrittenDocuments {
    #[serde(default)]
    documents: Vec<DocumentSpec>,
}

impl Knowledge {
    /// The knowledge of an agent that has not played yet, as a file writes it: rules of its own, or those that are built
    /// in, and documents.
    ///
    /// # Errors
    /// All that is wrong with the documents, at `documents[PLACE]`. Rules are checked when a policy is built, because
    /// what they may refer to depends on it.
    pub fn written(rules: Option<RuleSet>, documents: &[DocumentSpec]) -> Result<Self, Vec<Violation>> {
        let documents = Library::new(documented(documents)?)?;
        Ok(Self { rules: rules.map(Arc::new), documents: Arc::new(documents), ..Self::default() })
    }

    /// The knowledge that is in these contents. Documents that people wrote and those of a snapshot are one library.
    ///
    /// # Errors
    /// All contents that are not what they are said to be, at the name of their kind; all that is wrong with documents, as
    /// in [`Self::written`].
    pub fn read(contents: &KnowledgeContents) -> Result<Self, Vec<Violation>> {
        let (mut knowledge, mut found) = (Self::default(), Vec::new());
        let mut documents = Vec::new();
        for (&kind, content) in contents {
            if let Err(wrong) = knowledge.take_in(kind, content, &mut documents) {
                found.extend(wrong);
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        if !documents.is_empty() {
            documents.extend_from_slice(knowledge.documents.documents());
            knowledge.documents = Arc::new(Library::new(documents)?);
        }
        Ok(knowledge)
    }

    /// What can be read of these contents; to look for what else is wrong.
    pub(crate) fn readable(contents: &KnowledgeContents) -> Self {
        let mut readable = contents.clone();
        readable.retain(|&kind, content| Self::read(&[(kind, content.clone())].into()).is_ok());
        Self::read(&readable).unwrap_or_default()
    }

    fn take_in(
        &mut self,
        kind: KnowledgeKind,
        content: &[u8],
        written: &mut Vec<Document>,
    ) -> Result<(), Vec<Violation>> {
        let wrong = |message: String| vec![Violation::new(kind.name(), message)];
        match kind {
            KnowledgeKind::Rules => {
                let WrittenRules { rules } = parse(content).map_err(wrong)?;
                self.rules = Some(Arc::new(RuleSet { rules }));
            }
            KnowledgeKind::Documents => {
                let WrittenDocuments { documents } = parse(content).map_err(wrong)?;
                *written = documented(&documents)?;
            }
            KnowledgeKind::Experience => {
                self.experience = Arc::new(Experience::decode(content).map_err(|error| wrong(error.to_string()))?);
            }
            KnowledgeKind::Library => {
                self.documents = Arc::new(Library::decode(content).map_err(|error| wrong(error.to_string()))?);
            }
            KnowledgeKind::Network => {
                self.network = Some(Arc::new(onnx::read(content).map_err(|error| wrong(error.to_string()))?));
            }
        }
        Ok(())
    }
}

/// The documents that are meant, or all that is wrong with them.
fn documented(specs: &[DocumentSpec]) -> Result<Vec<Document>, Vec<Violation>> {
    let (mut read, mut found) = (Vec::new(), Vec::new());
    for (place, document) in specs.iter().enumerate() {
        match document.document(&format!("documents[{place}]")) {
            Ok(document) => read.push(document),
            Err(wrong) => found.extend(wrong),
        }
    }
    if found.is_empty() { Ok(read) } else { Err(found) }
}

fn parse<T: DeserializeOwned>(content: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(content).map_err(|error| format!("byte {} is no text", error.valid_up_to()))?;
    toml::from_str(text).map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        format!("line {}: {}", before.matches('\n').count() + 1, error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, action: &str) -> DocumentSpec {
        toml::from_str(&format!("id = \"{id}\"\ndo = \"{action}\"")).unwrap()
    }

    #[test]
    fn what_is_written_is_taken_in_or_refused_as_a_whole() {
        let knowledge = Knowledge::written(None, &[document("b", "aim"), document("a", "flee")]).unwrap();
        let ids: Vec<_> = knowledge.documents.documents().iter().map(|document| document.id.as_str()).collect();
        assert_eq!((ids, knowledge.rules), (vec!["a", "b"], None));
        let wrong = Knowledge::written(None, &[document("a", "aim"), document("b", "dance")]).unwrap_err();
        assert_eq!(wrong[0].path, "documents[1].response");
        assert!(Knowledge::written(None, &[document("a", "aim"), document("a", "aim")]).is_err());
    }

    fn contents<const N: usize>(parts: [(KnowledgeKind, &[u8]); N]) -> KnowledgeContents {
        parts.into_iter().map(|(kind, content)| (kind, content.into())).collect()
    }

    const DEFINITION: &[u8] = b"policy = \"cascade\"\n[[rules]]\nname = \"r\"\nwhen = { all = [] }\ndo = \"aim\"\n\
                                [[documents]]\nid = \"b\"\ndo = \"flee\"\n";

    #[test]
    fn of_a_definition_only_what_is_asked_for_counts() {
        let rules = Knowledge::read(&contents([(KnowledgeKind::Rules, DEFINITION)])).unwrap();
        assert_eq!(rules.rules.unwrap().rules.len(), 1);
        assert!(rules.documents.documents().is_empty());
        let none = Knowledge::read(&contents([(KnowledgeKind::Rules, b"policy = \"cascade\"\nrules = []")])).unwrap();
        assert_eq!(none.rules.unwrap().rules, [], "no rules are not those that are built in");
    }

    #[test]
    fn documents_that_people_wrote_stand_beside_those_of_a_snapshot() {
        let snapshot = |id| Knowledge::written(None, &[document(id, "aim")]).unwrap().documents.encode();
        let read = |id| {
            let library = snapshot(id);
            Knowledge::read(&contents([(KnowledgeKind::Documents, DEFINITION), (KnowledgeKind::Library, &library)]))
        };
        let ids: Vec<_> = read("a").unwrap().documents.documents().iter().map(|found| found.id.clone()).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(read("b").unwrap_err()[0].message, "two documents are called `b`");
    }

    #[test]
    fn contents_that_are_something_else_are_all_named() {
        let wrong = KnowledgeKind::ALL.map(|kind| (kind, &b"a = \xff"[..]));
        let found = Knowledge::read(&contents(wrong)).unwrap_err();
        let paths: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
        assert_eq!(paths, KnowledgeKind::ALL.map(KnowledgeKind::name));
        let line = Knowledge::read(&contents([(KnowledgeKind::Rules, b"rules = []\n[[rules]]")])).unwrap_err();
        assert!(line[0].message.starts_with("line 2: "), "{line:?}");
    }
}
