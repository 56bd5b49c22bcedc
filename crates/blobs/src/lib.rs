//! Contents of files outside the ledger: in a folder that all processes share, or in a bucket of S3.
//!
//! A content lies under its own hash, so that writing it twice is writing it once, and whatever was written in part has
//! another name.

mod list;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobInfo, BlobStore, Page, PortError, PortResult};
use domain::reason;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig};

/// What every key begins with.
const PREFIX: &str = "blake3";
/// Questions that are asked at once.
const AT_ONCE: usize = 16;
/// Time of one call, its repetitions included.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a bucket is, and who we are there.
#[derive(Clone)]
pub struct S3Config {
    /// Address of a service other than Amazon's, such as `http://localhost:9000`.
    pub endpoint: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// The region.
    pub region: String,
    /// Id of the access key, and the key; without them those of the machine's role are used.
    pub access_key: Option<(String, String)>,
}

/// Contents in a folder or a bucket.
pub struct ObjectBlobs {
    objects: Arc<dyn ObjectStore>,
    /// What it is called in messages.
    place: String,
    limit: u64,
}

impl ObjectBlobs {
    /// Contents of up to `limit` bytes in a folder, which is made where it is not there.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn folder(root: PathBuf, limit: u64) -> PortResult<Self> {
        let place = root.display().to_string();
        let unusable = |error: String| {
            PortError::new(ErrorKind::Invalid, format!("cannot keep files in {place}: {error}; see --blob-fs-root"))
        };
        std::fs::create_dir_all(&root).map_err(|error| unusable(error.to_string()))?;
        let objects = LocalFileSystem::new_with_prefix(&root).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { objects: Arc::new(objects.with_fsync(true)), place, limit })
    }

    /// Contents of up to `limit` bytes in a bucket. Nobody is asked for it before it is used.
    ///
    /// # Errors
    /// If the settings do not go together.
    pub fn s3(config: S3Config, limit: u64) -> PortResult<Self> {
        // Without a choice of its own a process has no TLS; whoever has chosen before has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = format!("bucket {}", config.bucket);
        let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), ..BackoffConfig::default() };
        let retries = RetryConfig { backoff, max_retries: 3, retry_timeout: PATIENCE };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(config.bucket)
            .with_region(config.region)
            .with_retry(retries)
            .with_client_options(ClientOptions::new().with_timeout(PATIENCE).with_allow_http(true));
        if let Some(endpoint) = config.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some((id, key)) = config.access_key {
            builder = builder.with_access_key_id(id).with_secret_access_key(key);
        }
        let objects = builder.build().map_err(|error| {
            PortError::new(ErrorKind::Invalid, format!("cannot use {place}: {error}; see --s3-bucket"))
        })?;
        Ok(Self { objects: Arc::new(objects), place, limit })
    }

    fn failed(&self, doing: &str, error: object_store::Error) -> PortError {
        PortError::new(ErrorKind::Unavailable, format!("cannot {doing} in {}", self.place)).because(error)
    }
}

fn key(hash: &ContentHash) -> Path {
    let text = hash.to_string();
    Path::from_iter([PREFIX, &text[..2], &text])
}

#[async_trait]
impl BlobStore for ObjectBlobs {
    fn limit(&self) -> u64 {
        self.limit
    }

    async fn put(&self, content: &[u8]) -> PortResult<ContentHash> {
        let (size, limit) = (content.len() as u64, self.limit);
        if size > limit {
            let message = format!("a file of {size} bytes is larger than the {limit} bytes that are taken in");
            return Err(PortError::new(ErrorKind::Invalid, message));
        }
        let hash = ContentHash::of(content);
        if self.has(&[hash]).await?.is_empty() {
            let put = self.objects.put(&key(&hash), content.to_vec().into()).await;
            put.map_err(|error| self.failed("keep a file", error))?;
        }
        Ok(hash)
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        let read = async { self.objects.get(&key(hash)).await?.bytes().await };
        let content = match read.await {
            Ok(content) => content,
            Err(object_store::Error::NotFound { .. }) => {
                let message = format!("there is no file with the hash {hash}");
                return Err(PortError::of(reason::FILE_NOT_FOUND, message));
            }
            Err(error) => return Err(self.failed("read a file", error)),
        };
        if ContentHash::of(&content) != *hash {
            let message = format!("what is kept under {hash} in {} has another hash", self.place);
            return Err(PortError::new(ErrorKind::Internal, message));
        }
        Ok(content.into())
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        let look = |hash: ContentHash| async move {
            match self.objects.head(&key(&hash)).await {
                Ok(_) => Ok(Some(hash)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(self.failed("look for a file", error)),
            }
        };
        let unique: BTreeSet<_> = hashes.iter().copied().collect();
        let found = stream::iter(unique.into_iter().map(look)).buffer_unordered(AT_ONCE);
        found.try_filter_map(|hash| async move { Ok(hash) }).try_collect().await
    }

    async fn list(&self, page: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)> {
        let mut newest = list::Newest::new(page)?;
        let mut objects = self.objects.list(Some(&Path::from(PREFIX)));
        while let Some(object) = objects.try_next().await.map_err(|error| self.failed("list files", error))? {
            // What has another name is not ours.
            if let Some(hash) = object.location.filename().and_then(|name| name.parse().ok()) {
                let created_at_ms = object.last_modified.timestamp_millis();
                newest.add(BlobInfo { hash, size: object.size, created_at_ms });
            }
        }
        Ok(newest.page())
    }
}
