//! Files of a user's own: from a path on somebody's machine, by their content, to the engine on another one.
//!
//! [`local`] reads what an experiment file names, on the machine of whoever launches it, and [`upload`] hands it over to
//! the service. [`resolve`] puts contents in the place of paths, so that a stored experiment has none. [`UserFiles`] brings
//! contents to where games are played.

mod cache;
mod content;
mod knowledge;
pub mod local;
pub mod resolve;
mod start;
pub mod upload;

use std::path::PathBuf;
use std::sync::Arc;

use domain::ErrorKind;
use domain::file::{ContentHash, StoredFile};
use domain::ports::{BlobStore, PortError, PortResult};
use runtime::crash::{self, Point};
use tokio::sync::Semaphore;

use cache::Entry;
pub use cache::FileCache;
pub(crate) use content::is_wad;
pub use knowledge::Known;
pub use start::{start, start_of};

/// Contents that are in memory at once, on their way in or out.
const TRANSFERS: usize = 4;
/// How often a file is fetched that does not stay.
const TRIES: u32 = 3;

/// Where the contents of files lie on this machine.
pub trait FilePaths: Send + Sync {
    /// Where the file with this content is, if it is here.
    fn path(&self, hash: &ContentHash) -> PathBuf;
}

/// For those who play nothing but what comes with the engine.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl FilePaths for NoFiles {
    fn path(&self, hash: &ContentHash) -> PathBuf {
        PathBuf::from(hash.to_string())
    }
}

/// The contents of users' files, and those of them that are on this machine.
#[derive(Clone)]
pub struct UserFiles {
    /// Every content.
    pub blobs: Arc<dyn BlobStore>,
    /// Bounds how many contents are in memory at once.
    pub transfers: Arc<Semaphore>,
    cache: FileCache,
}

/// Files that are on this machine for as long as this value lives.
#[derive(Debug, Default)]
#[must_use = "the files may go when this is dropped"]
pub struct Hold(#[allow(dead_code, reason = "held, not read")] Vec<Entry>);

impl UserFiles {
    /// Brings contents of `blobs` to this machine by way of `cache`.
    #[must_use]
    pub fn new(blobs: Arc<dyn BlobStore>, cache: FileCache) -> Self {
        Self { blobs, transfers: Arc::new(Semaphore::new(TRANSFERS)), cache }
    }

    /// Brings files to this machine, unless they are there, and keeps them until the result is dropped.
    ///
    /// # Errors
    /// `NotFound` for a content that was never taken in; `Internal` if the cache's folder cannot be used.
    pub async fn hold(&self, files: &[StoredFile]) -> PortResult<Hold> {
        let mut entries = Vec::with_capacity(files.len());
        for file in files {
            entries.push(self.hold_one(file).await?);
        }
        Ok(Hold(entries))
    }

    async fn hold_one(&self, file: &StoredFile) -> PortResult<Entry> {
        let hash = file.blake3;
        for _ in 0..TRIES {
            if let Some(entry) = self.in_cache(file, move |cache| cache.open(&hash)).await? {
                return Ok(entry);
            }
            let _room = self.transfers.acquire().await.map_err(|closed| failed(file, closed))?;
            // Somebody else may have brought it meanwhile.
            if let Some(entry) = self.in_cache(file, move |cache| cache.open(&hash)).await? {
                return Ok(entry);
            }
            let content = self.blobs.get(&hash).await.map_err(|error| named(file, error))?;
            crash::reached(Point::FileFetched);
            if let Some(entry) = self.in_cache(file, move |cache| cache.admit(&hash, &content)).await? {
                return Ok(entry);
            }
        }
        let message = format!("`{}` does not stay in {}", file.name, self.cache.root().display());
        Err(PortError::new(ErrorKind::Internal, message))
    }

    /// Does something with the cache's folder where that may block.
    async fn in_cache<T: Send + 'static>(
        &self,
        file: &StoredFile,
        work: impl FnOnce(&FileCache) -> std::io::Result<T> + Send + 'static,
    ) -> PortResult<T> {
        let cache = self.cache.clone();
        let done = tokio::task::spawn_blocking(move || work(&cache)).await.map_err(|panic| failed(file, panic))?;
        done.map_err(|error| {
            let root = self.cache.root().display();
            let message = format!("cannot keep `{}` in the file cache {root}: {error}; see --file-cache", file.name);
            PortError::new(ErrorKind::Internal, message).because(error)
        })
    }
}

fn failed(file: &StoredFile, error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::new(ErrorKind::Internal, format!("cannot bring `{}`", file.name)).because(error)
}

/// The same failure with the name of the file.
fn named(file: &StoredFile, error: PortError) -> PortError {
    PortError { message: format!("`{}`: {}", file.name, error.message), ..error }
}

#[cfg(test)]
mod tests;
