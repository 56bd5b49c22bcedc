//! Contents of files in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobStore, PortError, PortResult};

/// A blob store that forgets everything at its end.
#[derive(Debug)]
pub struct MemoryBlobs {
    limit: u64,
    contents: Mutex<BTreeMap<ContentHash, Vec<u8>>>,
}

impl MemoryBlobs {
    /// An empty store that takes contents of up to `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, contents: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ContentHash, Vec<u8>>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BlobStore for MemoryBlobs {
    fn limit(&self) -> u64 {
        self.limit
    }

    async fn put(&self, content: &[u8]) -> PortResult<ContentHash> {
        if content.len() as u64 > self.limit {
            return Err(PortError::new(ErrorKind::Invalid, format!("more than {} bytes", self.limit)));
        }
        let hash = ContentHash::of(content);
        self.lock().entry(hash).or_insert_with(|| content.to_vec());
        Ok(hash)
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        let missing = || PortError::new(ErrorKind::NotFound, format!("there is no file with the hash {hash}"));
        self.lock().get(hash).cloned().ok_or_else(missing)
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        let contents = self.lock();
        Ok(hashes.iter().filter(|hash| contents.contains_key(*hash)).copied().collect())
    }
}
