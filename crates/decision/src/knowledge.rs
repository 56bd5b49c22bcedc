//! What a policy is given besides its genome.

use std::sync::Arc;

use domain::Violation;

use crate::documents::{DocumentSpec, Library};
use crate::experience::Experience;
use crate::rules::RuleSet;

/// Rules and snapshots. They are shared: a session's policy holds on to them and never changes them.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The reflex rules; those that are built in ([`RuleSet::shooting`]) if there are none.
    pub rules: Option<Arc<RuleSet>>,
    /// Own experience.
    pub experience: Arc<Experience>,
    /// Strategy documents.
    pub documents: Arc<Library>,
}

impl Knowledge {
    /// The knowledge of an agent that has not played yet, as a file writes it: rules of its own, or those that are built
    /// in, and documents.
    ///
    /// # Errors
    /// All that is wrong with the documents, at `documents[PLACE]`. Rules are checked when a policy is built, because
    /// what they may refer to depends on it.
    pub fn written(rules: Option<RuleSet>, documents: &[DocumentSpec]) -> Result<Self, Vec<Violation>> {
        let mut found = Vec::new();
        let mut read = Vec::new();
        for (place, document) in documents.iter().enumerate() {
            match document.document(&format!("documents[{place}]")) {
                Ok(document) => read.push(document),
                Err(wrong) => found.extend(wrong),
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        let documents = Arc::new(Library::new(read)?);
        Ok(Self { rules: rules.map(Arc::new), experience: Arc::default(), documents })
    }
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
}
