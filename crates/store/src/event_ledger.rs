//! The ledger's events with how far they have come, and the way back into the outbox.

use async_trait::async_trait;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{EventLedger, LedgerEvent, PortResult};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::clock::now_ms;
use crate::convert;
use crate::entity::outbox::{Column, Entity, Model};
use crate::entity::{event_inbox, experiments, outbox};
use crate::session::SqlStore;

/// Most values in one list, below the databases' limits on bound values.
const CHUNK: usize = 10_000;

#[async_trait]
impl EventLedger for SqlStore {
    async fn ledger_events(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<LedgerEvent>> {
        self.retrying("read events", || async {
            let rows = Entity::find()
                .filter(Column::ExperimentId.eq(id.0))
                .filter(Column::Sequence.gt(after))
                .order_by_asc(Column::Sequence)
                .limit(u64::from(limit))
                .all(&self.db)
                .await?;
            Ok(rows.into_iter().map(event).collect())
        })
        .await
    }

    async fn ledger_events_by_id(&self, ids: &[EventId]) -> PortResult<Vec<LedgerEvent>> {
        self.retrying("look events up", || async {
            let mut found = Vec::with_capacity(ids.len());
            for chunk in ids.chunks(CHUNK) {
                let wanted = Column::EventId.is_in(chunk.iter().map(|id| id.0));
                found.extend(Entity::find().filter(wanted).all(&self.db).await?.into_iter().map(event));
            }
            Ok(found)
        })
        .await
    }

    async fn recent_experiments(&self, since_ms: i64) -> PortResult<Vec<ExperimentId>> {
        self.retrying("look for recent events", || async {
            let ids: Vec<uuid::Uuid> = experiments::Entity::find()
                .select_only()
                .column(experiments::Column::Id)
                .filter(Expr::exists(latest_since(since_ms)))
                .order_by_asc(experiments::Column::CreatedAtMs)
                .into_tuple()
                .all(&self.db)
                .await?;
            Ok(ids.into_iter().map(ExperimentId).collect())
        })
        .await
    }

    async fn unpublish(&self, id: ExperimentId, sequences: &[i64]) -> PortResult<u64> {
        self.retrying("put events back into the outbox", || async {
            let tx = self.begin().await?;
            let mut changed = 0;
            for chunk in sequences.chunks(CHUNK) {
                let these = Condition::all()
                    .add(Column::ExperimentId.eq(id.0))
                    .add(Column::Sequence.is_in(chunk.iter().copied()));
                changed += put_back(these).exec(&*tx).await?.rows_affected;
            }
            tx.commit().await?;
            Ok(changed)
        })
        .await
    }

    async fn unpublish_unprojected(&self) -> PortResult<u64> {
        self.retrying("put events back into the outbox", || async {
            let tx = self.begin().await?;
            let never_came = Condition::all().add(Expr::exists(inbox_of_outbox()).not());
            let changed = put_back(never_came).exec(&*tx).await?.rows_affected;
            tx.commit().await?;
            Ok(changed)
        })
        .await
    }

    async fn now_ms(&self) -> PortResult<i64> {
        self.retrying("ask the database for the time", || async { now_ms(&self.db).await }).await
    }
}

fn event(row: Model) -> LedgerEvent {
    LedgerEvent { sequence: row.sequence, published_at_ms: row.published_at_ms, record: convert::record(row) }
}

/// Makes published events wait again, counted as published anew.
fn put_back(which: Condition) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::PublishedAtMs, Expr::value(Option::<i64>::None))
        .col_expr(Column::Republished, Expr::col(Column::Republished).add(1))
        .filter(Column::PublishedAtMs.is_not_null())
        .filter(which)
}

/// The latest event of an experiment of the query around, if it waits or was published since a moment. One look into
/// the index for each experiment.
fn latest_since(since_ms: i64) -> SelectStatement {
    use experiments::Column as Experiment;
    Query::select()
        .expr(Expr::value(1))
        .from(outbox::Entity)
        .and_where(Expr::col((outbox::Entity, Column::ExperimentId)).equals((experiments::Entity, Experiment::Id)))
        .and_where(Expr::col((outbox::Entity, Column::Sequence)).equals((experiments::Entity, Experiment::EventSeq)))
        .and_where(Column::PublishedAtMs.is_null().or(Column::PublishedAtMs.gte(since_ms)))
        .to_owned()
}

/// The place in the inbox of an event of the query around.
fn inbox_of_outbox() -> SelectStatement {
    use event_inbox::Column as Inbox;
    Query::select()
        .expr(Expr::value(1))
        .from(event_inbox::Entity)
        .and_where(Expr::col((event_inbox::Entity, Inbox::ExperimentId)).equals((outbox::Entity, Column::ExperimentId)))
        .and_where(Expr::col((event_inbox::Entity, Inbox::EventId)).equals((outbox::Entity, Column::EventId)))
        .to_owned()
}
