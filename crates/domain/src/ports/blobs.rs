//! Contents of files by their hash.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{Page, PortResult};
use crate::file::ContentHash;

/// A content without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its hash.
    pub hash: ContentHash,
    /// Its size in bytes.
    pub size: u64,
    /// Milliseconds since 1970 when it was taken in, by the store's clock.
    pub created_at_ms: i64,
}

/// A store of contents, each under its own hash: what is there never changes and is never replaced.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// The largest content that is taken in, in bytes.
    fn limit(&self) -> u64;

    /// Keeps a content and returns its hash. One that is there already is left as it is, and one that was written in
    /// part is never seen.
    ///
    /// # Errors
    /// `Invalid` if it is larger than [`Self::limit`].
    async fn put(&self, content: &[u8]) -> PortResult<ContentHash>;

    /// The content with this hash. It is compared with the hash, so a damaged one is an error.
    ///
    /// # Errors
    /// `NotFound`; `Internal` if what is there is damaged.
    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>>;

    /// Those of `hashes` that are there.
    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>>;

    /// Every content, the newest first, and where to go on.
    ///
    /// # Errors
    /// `Invalid` for a token that no list gave.
    async fn list(&self, page: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)>;
}
