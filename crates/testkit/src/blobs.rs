//! Contents of files in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobInfo, BlobStore, Page, PortError, PortResult};

/// A blob store that forgets everything at its end.
#[derive(Debug)]
pub struct MemoryBlobs {
    limit: u64,
    /// With the number of their arrival, which stands for the time.
    contents: Mutex<BTreeMap<ContentHash, (i64, Vec<u8>)>>,
}

impl MemoryBlobs {
    /// An empty store that takes contents of up to `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, contents: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ContentHash, (i64, Vec<u8>)>> {
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
        let mut contents = self.lock();
        let arrival = contents.len() as i64;
        contents.entry(hash).or_insert_with(|| (arrival, content.to_vec()));
        Ok(hash)
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        let missing = || PortError::new(ErrorKind::NotFound, format!("there is no file with the hash {hash}"));
        self.lock().get(hash).map(|(_, content)| content.clone()).ok_or_else(missing)
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        let contents = self.lock();
        Ok(hashes.iter().filter(|hash| contents.contains_key(*hash)).copied().collect())
    }

    async fn list(&self, page: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)> {
        let bad = || PortError::new(ErrorKind::Invalid, "the page token is not one that this list returned");
        let below = page.after.as_deref().map(|token| token.parse::<i64>().map_err(|_| bad())).transpose()?;
        let contents = self.lock();
        let mut all: Vec<_> = contents
            .iter()
            .map(|(&hash, (arrival, content))| BlobInfo { hash, size: content.len() as u64, created_at_ms: *arrival })
            .filter(|info| below.is_none_or(|below| info.created_at_ms < below))
            .collect();
        all.sort_by_key(|info| std::cmp::Reverse(info.created_at_ms));
        let more = all.len() > page.size as usize;
        all.truncate(page.size as usize);
        let next = all.last().filter(|_| more).map(|info| info.created_at_ms.to_string());
        Ok((all, next))
    }
}
