//! Contents of files, in parts: in the ledger they are where every worker and every back-up finds them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobInfo, BlobStore, Page, PortError, PortResult};
use domain::reason;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::convert::{count, stored_count};
use crate::entity::{blob_chunks, blobs};
use crate::error::{Result, damaged, refused_as};
use crate::paging;
use crate::session::SqlStore;

/// Bytes of a part. Each is a statement of its own, which has to be done within the statements' time limit.
const CHUNK: usize = 1 << 20;
/// Parts that are read at once.
const READ: u64 = 8;
/// Most hashes in one statement, below the databases' limits on bound values.
const HASHES: usize = 10_000;

#[async_trait]
impl BlobStore for SqlStore {
    fn limit(&self) -> u64 {
        self.max_blob_bytes
    }

    async fn put(&self, content: &[u8]) -> PortResult<ContentHash> {
        let (size, limit) = (content.len() as u64, self.max_blob_bytes);
        if size > limit {
            let message = format!("a file of {size} bytes is larger than the {limit} bytes that are taken in");
            return Err(PortError::new(ErrorKind::Invalid, message));
        }
        let hash = ContentHash::of(content);
        if self.has(&[hash]).await?.is_empty() {
            self.retrying("keep a file", || self.put_once(&hash, content)).await?;
        }
        Ok(hash)
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        self.retrying("read a file", || self.get_once(hash)).await
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        self.retrying("look for files", || async {
            let mut found = BTreeSet::new();
            for chunk in hashes.chunks(HASHES) {
                let rows: Vec<Vec<u8>> = blobs::Entity::find()
                    .select_only()
                    .column(blobs::Column::Hash)
                    .filter(blobs::Column::Hash.is_in(chunk.iter().map(|hash| hash.0.to_vec())))
                    .into_tuple()
                    .all(&self.db)
                    .await?;
                let known = chunk.iter().filter(|hash| rows.iter().any(|row| row == &hash.0));
                found.extend(known.copied());
            }
            Ok(found)
        })
        .await
    }

    async fn list(&self, page: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)> {
        self.retrying("list files", || async {
            use blobs::Column;
            let size = paging::size(page);
            let mut select =
                blobs::Entity::find().order_by_desc(Column::CreatedAtMs).order_by_desc(Column::Hash).limit(size + 1);
            if let Some(token) = &page.after {
                let (moment, hash) = paging::parse_blob(token)?;
                let earlier = Column::CreatedAtMs.lt(moment);
                let beside = Column::CreatedAtMs.eq(moment).and(Column::Hash.lt(hash));
                select = select.filter(earlier.or(beside));
            }
            let mut rows = select.all(&self.db).await?;
            let next = paging::cut(&mut rows, size, |row| paging::blob_token(row.created_at_ms, &row.hash));
            Ok((rows.into_iter().map(info).collect::<Result<_>>()?, next))
        })
        .await
    }
}

fn info(row: blobs::Model) -> Result<BlobInfo> {
    let hash = row.hash.try_into().map_err(|_| damaged("file", "its hash has not 32 bytes".to_owned()))?;
    Ok(BlobInfo { hash: ContentHash(hash), size: count(row.size), created_at_ms: row.created_at_ms })
}

impl SqlStore {
    /// The parts first, then the row by which they are found: another upload of the same content is waited for only
    /// where it is about to be committed, and loses nothing but its own parts.
    async fn put_once(&self, hash: &ContentHash, content: &[u8]) -> Result<()> {
        let tx = self.begin().await?;
        let upload = Uuid::new_v4();
        for (ordinal, part) in (0..).zip(content.chunks(CHUNK)) {
            let row =
                blob_chunks::ActiveModel { upload: Set(upload), ordinal: Set(ordinal), content: Set(part.to_vec()) };
            blob_chunks::Entity::insert(row).exec_without_returning(&*tx).await?;
        }
        let row = blobs::ActiveModel {
            hash: Set(hash.0.to_vec()),
            size: Set(stored_count(content.len() as u64)),
            upload: Set(upload),
            created_at_ms: Set(now_ms(&*tx).await?),
        };
        let insert = blobs::Entity::insert(row).on_conflict_do_nothing();
        match insert.exec_without_returning(&*tx).await? {
            TryInsertResult::Inserted(1) => tx.commit().await,
            // Somebody else has just brought it: the parts of this upload go with the transaction.
            _ => Ok(()),
        }
    }

    async fn get_once(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        let row = blobs::Entity::find_by_id(hash.0.to_vec()).one(&self.db).await?;
        let row =
            row.ok_or_else(|| refused_as(reason::FILE_NOT_FOUND, format!("there is no file with the hash {hash}")))?;
        let mut content = Vec::new();
        let mut next = 0;
        loop {
            let parts: Vec<(i64, Vec<u8>)> = blob_chunks::Entity::find()
                .select_only()
                .columns([blob_chunks::Column::Ordinal, blob_chunks::Column::Content])
                .filter(blob_chunks::Column::Upload.eq(row.upload))
                .filter(blob_chunks::Column::Ordinal.gte(next))
                .order_by_asc(blob_chunks::Column::Ordinal)
                .limit(READ)
                .into_tuple()
                .all(&self.db)
                .await?;
            let Some((last, _)) = parts.last() else { break };
            next = last + 1;
            parts.iter().for_each(|(_, part)| content.extend_from_slice(part));
        }
        if content.len() as u64 != count(row.size) || ContentHash::of(&content) != *hash {
            return Err(damaged("file", format!("what is kept under {hash} has another hash")));
        }
        Ok(content)
    }
}
