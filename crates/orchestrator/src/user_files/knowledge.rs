//! What agents know, as contents that were taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::experiment::{ExperimentSpec, TakenIn};
use domain::file::{ContentHash, StoredFile};
use domain::knowledge::{KnowledgeContents, KnowledgeHashes};
use domain::ports::{BlobStore, PortResult};

use super::{UserFiles, named};

/// Contents by their hashes.
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeMap<ContentHash, Arc<[u8]>>);

impl Known {
    /// The contents of all that the agents of a specification know, as far as it was taken in.
    ///
    /// # Errors
    /// If `blobs` is away, or does not have one of them.
    pub async fn of(spec: &ExperimentSpec, blobs: &dyn BlobStore) -> PortResult<Self> {
        let files = spec.stored_files().into_iter().flat_map(|mention| match mention.file {
            TakenIn::Agent(agent) => agent.knowledge.into_values().collect::<Vec<_>>(),
            TakenIn::Config(_) | TakenIn::Wad(_) => Vec::new(),
        });
        let mut seen = BTreeSet::new();
        let mut known = BTreeMap::new();
        for file in files.filter(|file| seen.insert(file.blake3)) {
            let content = blobs.get(&file.blake3).await.map_err(|error| named(&file, error))?;
            known.insert(file.blake3, content.into());
        }
        Ok(Self(known))
    }

    /// The contents with these hashes, those left out that are not here.
    #[must_use]
    pub fn contents(&self, hashes: &KnowledgeHashes) -> KnowledgeContents {
        hashes.iter().filter_map(|(&kind, hash)| Some((kind, self.0.get(hash)?.clone()))).collect()
    }
}

impl UserFiles {
    /// Brings what an agent knows to this machine.
    ///
    /// # Errors
    /// As [`Self::hold`].
    pub async fn knowledge(&self, hashes: &KnowledgeHashes) -> PortResult<KnowledgeContents> {
        let mut contents = KnowledgeContents::new();
        for (&kind, &blake3) in hashes {
            let file = StoredFile { name: kind.name().to_owned(), blake3 };
            let _held = self.hold_one(&file).await?;
            let content = self.in_cache(&file, move |cache| cache.read(&blake3)).await?;
            contents.insert(kind, content.into());
        }
        Ok(contents)
    }
}
