//! The outbox as relays see it: the oldest unpublished events, leased so that two relays never take the same.

use std::time::Duration;

use domain::ports::{OutboxEntry, PortResult};
use runtime::crash::{self, Point};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::clock::{lease_end, now_ms};
use crate::convert;
use crate::entity::outbox::{Column, Entity};
use crate::error::Result;
use crate::session::{SqlStore, retrying};

/// Most ids in one statement, below the databases' limits on bound values.
const CHUNK: usize = 10_000;

impl SqlStore {
    pub(crate) async fn claim_outbox_once(&self, relay: &str, limit: u32, lease: Duration) -> Result<Vec<OutboxEntry>> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        let free = Condition::any().add(Column::ClaimedUntilMs.is_null()).add(Column::ClaimedUntilMs.lte(now));
        let rows = Entity::find()
            .filter(Column::PublishedAtMs.is_null())
            .filter(free)
            .order_by_asc(Column::Id)
            .limit(u64::from(limit).min(CHUNK as u64))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(&*tx)
            .await?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        Entity::update_many()
            .col_expr(Column::ClaimedBy, Expr::value(relay))
            .col_expr(Column::ClaimedUntilMs, Expr::value(lease_end(now, lease)))
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(&*tx)
            .await?;
        crash::around(Point::OutboxReady, Point::OutboxClaimed, tx.commit()).await?;
        Ok(rows.into_iter().map(|row| OutboxEntry { id: row.id, record: convert::record(row) }).collect())
    }

    pub(crate) async fn mark_published_once(&self, ids: &[i64]) -> Result<()> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        for chunk in ids.chunks(CHUNK) {
            Entity::update_many()
                .col_expr(Column::PublishedAtMs, Expr::value(now))
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .filter(Column::PublishedAtMs.is_null())
                .exec(&*tx)
                .await?;
        }
        crash::around(Point::MarkReady, Point::Marked, tx.commit()).await
    }

    pub(crate) async fn count_unpublished(&self) -> PortResult<u64> {
        retrying("count unpublished events", || async {
            Ok(Entity::find().filter(Column::PublishedAtMs.is_null()).count(&self.db).await?)
        })
        .await
    }
}
