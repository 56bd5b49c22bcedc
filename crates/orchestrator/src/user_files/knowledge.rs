//! What agents know and what a search goes on from, as contents that were taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::checkpoint::Checkpoint;
use domain::experiment::{ExperimentSpec, TakenIn};
use domain::file::{ContentHash, StoredFile};
use domain::knowledge::{KnowledgeContents, KnowledgeHashes};
use domain::ports::{BlobStore, PortResult};

use super::{UserFiles, named, start};

/// Contents by their hashes, and the checkpoint.
#[derive(Debug, Clone, Default)]
pub struct Known {
    contents: BTreeMap<ContentHash, Arc<[u8]>>,
    start: Option<Checkpoint>,
}

impl Known {
    /// The contents of all that the agents of a specification know, and its checkpoint, as far as they were taken in.
    ///
    /// # Errors
    /// If `blobs` is away, or does not have one of them.
    pub async fn of(spec: &ExperimentSpec, blobs: &dyn BlobStore) -> PortResult<Self> {
        let files = spec.stored_files().into_iter().flat_map(|mention| match mention.file {
            TakenIn::Agent(agent) => agent.knowledge.into_values().collect::<Vec<_>>(),
            TakenIn::Config(_) | TakenIn::Wad(_) | TakenIn::Checkpoint(_) => Vec::new(),
        });
        let mut seen = BTreeSet::new();
        let mut contents = BTreeMap::<_, Arc<[u8]>>::new();
        for file in files.filter(|file| seen.insert(file.blake3)) {
            let content = blobs.get(&file.blake3).await.map_err(|error| named(&file, error))?;
            contents.insert(file.blake3, content.into());
        }
        let start = start(spec, blobs).await?;
        let learned = start.iter().flat_map(|start| &start.contents);
        contents.extend(learned.map(|(&hash, content)| (hash, content.clone().into())));
        Ok(Self { contents, start })
    }

    /// The contents with these hashes, those left out that are not here.
    #[must_use]
    pub fn contents(&self, hashes: &KnowledgeHashes) -> KnowledgeContents {
        hashes.iter().filter_map(|(&kind, hash)| Some((kind, self.contents.get(hash)?.clone()))).collect()
    }

    /// The checkpoint that the search goes on from, if it goes on from one that was taken in.
    #[must_use]
    pub fn start(&self) -> Option<&Checkpoint> {
        self.start.as_ref()
    }

    /// The checkpoint by itself.
    #[must_use]
    pub fn into_start(self) -> Option<Checkpoint> {
        self.start
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
