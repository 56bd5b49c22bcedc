//! The outbox as relays see it: the oldest unpublished events, of experiments that no other relay holds.
//!
//! A relay holds an experiment rather than single events. So the events of one experiment go through one relay at
//! a time and reach the stream in their order, however many relays there are; and taking an event costs no write to
//! its row.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ports::{OutboxEntry, PortResult};
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Statement,
};
use uuid::Uuid;

use crate::clock::{lease_end, now_ms};
use crate::convert;
use crate::entity::outbox::{self, Column, Entity};
use crate::entity::relay_holds;
use crate::error::Result;
use crate::session::{SqlStore, Tx};

/// Most ids in one statement, below the databases' limits on bound values.
const CHUNK: usize = 10_000;

/// Under which relays that take events wait for each other; an arbitrary constant.
const CLAIM_LOCK: i64 = 0x636c_6175_7265_6c61;

impl SqlStore {
    pub(crate) async fn claim_outbox_once(&self, relay: &str, limit: u32, lease: Duration) -> Result<Vec<OutboxEntry>> {
        let tx = self.begin().await?;
        wait_for_turn(&tx).await?;
        let now = now_ms(&*tx).await?;
        let rows = free_for(relay, now)
            .order_by_asc(Column::Id)
            .limit(Ord::min(u64::from(limit), CHUNK as u64))
            .all(&*tx)
            .await?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        hold(&tx, relay, lease_end(now, lease), &rows).await?;
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
        self.retrying("count unpublished events", || async {
            Ok(Entity::find().filter(Column::PublishedAtMs.is_null()).count(&self.db).await?)
        })
        .await
    }
}

/// Two relays that look for free experiments at the same moment would find the same ones. SQLite has one writer anyway.
async fn wait_for_turn(tx: &Tx) -> Result<()> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, [CLAIM_LOCK.into()])).await?;
    }
    Ok(())
}

/// Unpublished events, without those of an experiment that another relay holds, and without those that this one has
/// taken under its present hold.
fn free_for(relay: &str, now: i64) -> Select<Entity> {
    use relay_holds::Column as Hold;
    let taken = Expr::col((outbox::Entity, Column::Id)).lte(Expr::col((relay_holds::Entity, Hold::TakenThrough)));
    let held = Query::select()
        .expr(Expr::value(1))
        .from(relay_holds::Entity)
        .and_where(Expr::col((relay_holds::Entity, Hold::ExperimentId)).equals((outbox::Entity, Column::ExperimentId)))
        .and_where(Hold::UntilMs.gt(now))
        .and_where(Hold::Relay.ne(relay).or(taken))
        .to_owned();
    Entity::find().filter(Column::PublishedAtMs.is_null()).filter(Expr::exists(held).not())
}

/// Holds the experiments of `rows`, which are in order of their ids.
async fn hold(tx: &Tx, relay: &str, until: i64, rows: &[outbox::Model]) -> Result<()> {
    use relay_holds::Column as Hold;
    let through: BTreeMap<Uuid, i64> = rows.iter().map(|row| (row.experiment_id, row.id)).collect();
    let holds = through.into_iter().map(|(experiment, id)| relay_holds::ActiveModel {
        experiment_id: Set(experiment),
        relay: Set(relay.to_owned()),
        until_ms: Set(until),
        taken_through: Set(id),
    });
    let renewed = OnConflict::column(Hold::ExperimentId)
        .update_columns([Hold::Relay, Hold::UntilMs, Hold::TakenThrough])
        .to_owned();
    relay_holds::Entity::insert_many(holds).on_conflict(renewed).exec_without_returning(&**tx).await?;
    Ok(())
}
