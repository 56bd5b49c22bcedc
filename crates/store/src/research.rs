//! Research sessions.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{PortResult, ResearchRecord, ResearchStore};
use domain::reason;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::clock::{millis, now_ms};
use crate::entity::research_sessions::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, refused_as};
use crate::session::SqlStore;

#[async_trait]
impl ResearchStore for SqlStore {
    async fn open(&self, id: Uuid, state: &str) -> PortResult<ResearchRecord> {
        self.retrying("open a research session", || async {
            let now = now_ms(&self.db).await?;
            let row = ActiveModel {
                id: Set(id),
                version: Set(1),
                state: Set(state.to_owned()),
                created_at_ms: Set(now),
                used_at_ms: Set(now),
            };
            Entity::insert(row).on_conflict_do_nothing().exec_without_returning(&self.db).await?;
            Ok(ResearchRecord { id, version: 1, state: state.to_owned(), used_at_ms: now })
        })
        .await
    }

    async fn use_session(&self, id: Uuid, idle: Duration) -> PortResult<ResearchRecord> {
        self.retrying("use a research session", || async {
            let now = now_ms(&self.db).await?;
            Entity::delete_many().filter(Column::UsedAtMs.lt(now - millis(idle))).exec(&self.db).await?;
            let row = Entity::find_by_id(id).one(&self.db).await?.ok_or_else(|| unknown(id))?;
            Entity::update_many()
                .col_expr(Column::UsedAtMs, Expr::value(now))
                .filter(Column::Id.eq(id))
                .exec(&self.db)
                .await?;
            Ok(record(row, now))
        })
        .await
    }

    async fn replace(&self, id: Uuid, version: i64, state: &str) -> PortResult<bool> {
        self.retrying("change a research session", || async {
            let changed = Entity::update_many()
                .col_expr(Column::State, Expr::value(state))
                .col_expr(Column::Version, Expr::col(Column::Version).add(1))
                .filter(Column::Id.eq(id))
                .filter(Column::Version.eq(version))
                .exec(&self.db)
                .await?;
            if changed.rows_affected > 0 {
                return Ok(true);
            }
            let present = Entity::find_by_id(id).one(&self.db).await?.ok_or_else(|| unknown(id))?;
            // The answer to the same change may have been lost.
            Ok(present.version == version + 1 && present.state == state)
        })
        .await
    }

    async fn close(&self, id: Uuid) -> PortResult<bool> {
        self.retrying("close a research session", || async {
            Ok(Entity::delete_by_id(id).exec(&self.db).await?.rows_affected > 0)
        })
        .await
    }
}

fn record(row: Model, used_at_ms: i64) -> ResearchRecord {
    ResearchRecord { id: row.id, version: row.version, state: row.state, used_at_ms }
}

fn unknown(id: Uuid) -> Error {
    refused_as(reason::SESSION_NOT_FOUND, format!("there is no research session {id}, or it was not used for too long"))
}
