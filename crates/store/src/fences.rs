//! Sums over what the fences have kept out.

use async_trait::async_trait;
use domain::ports::{FenceCounts, FenceReport, PortResult};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _, Select};

use crate::convert::count;
use crate::entity::{attempts, terms};
use crate::error::Result;
use crate::session::SqlStore;

#[async_trait]
impl FenceReport for SqlStore {
    async fn fence_counts(&self) -> PortResult<FenceCounts> {
        self.retrying("count what was fenced", || async {
            let later = attempts::Entity::find().filter(attempts::Column::Fence.gt(1));
            Ok(FenceCounts {
                leader_takeovers: terms::Entity::find().count(&self.db).await?.saturating_sub(1),
                fenced_plans: self.sum(terms::Entity::find(), terms::Column::FencedWrites).await?,
                job_takeovers: later.count(&self.db).await?,
                fenced_writes: self.sum(attempts::Entity::find(), attempts::Column::FencedWrites).await?,
                late_results: self.sum(attempts::Entity::find(), attempts::Column::LateResults).await?,
            })
        })
        .await
    }
}

impl SqlStore {
    async fn sum<E: sea_orm::EntityTrait>(&self, rows: Select<E>, column: impl ColumnTrait) -> Result<u64> {
        // PostgreSQL sums integers to a type that is wider than any of ours.
        let sum = Expr::col(column).sum().cast_as(Alias::new("bigint"));
        let sum: Option<Option<i64>> = rows.select_only().expr_as(sum, "total").into_tuple().one(&self.db).await?;
        Ok(count(sum.flatten().unwrap_or(0)))
    }
}
