//! What an agent knows besides its genome, as contents that are named by their hashes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::file::ContentHash;

/// What a content tells an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnowledgeKind {
    /// Reflex rules: the `[[rules]]` of a definition, of which nothing else counts.
    Rules,
    /// Strategy documents as people write them: the `[[documents]]` of a definition, of which nothing else counts.
    Documents,
    /// A snapshot of experience.
    Experience,
    /// A snapshot of strategy documents.
    Library,
    /// A network, as an ONNX file.
    Network,
}

impl KnowledgeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Rules, Self::Documents, Self::Experience, Self::Library, Self::Network];

    /// Its name, as definitions and specifications write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Documents => "documents",
            Self::Experience => "experience",
            Self::Library => "library",
            Self::Network => "network",
        }
    }
}

impl fmt::Display for KnowledgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl JsonSchema for KnowledgeKind {
    fn schema_name() -> Cow<'static, str> {
        "KnowledgeKind".into()
    }

    // With a description for each name it would be no schema that keys of a table can have.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::ALL.map(Self::name) })
    }
}

/// What an agent knows, by content: at most one of each kind. It is empty for an agent that is its policy and genome.
pub type KnowledgeHashes = BTreeMap<KnowledgeKind, ContentHash>;

/// The contents themselves. They are shared, because they may be large.
pub type KnowledgeContents = BTreeMap<KnowledgeKind, Arc<[u8]>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_by_their_names() {
        for kind in KnowledgeKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert!(KnowledgeKind::ALL.is_sorted(), "the order of kinds is that of maps by them");
    }
}
