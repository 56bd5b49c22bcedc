//! A job in hand, with all that a commit of its scores has to know, read in one statement.

use domain::ids::{Fence, JobId};
use domain::plan::PlannedEpisode;
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult as _, Iterable as _,
};

use crate::clock;
use crate::convert;
use crate::entity::{episodes, jobs, scores};
use crate::error::Result;
use crate::jobs::{check_held, unknown};

/// A job that belongs to a claim, locked.
pub(crate) struct Held {
    pub(crate) job: jobs::Model,
    /// Its episodes in order of replicates, and whether each had a score when the job was read.
    pub(crate) episodes: Vec<(PlannedEpisode, bool)>,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

impl Held {
    /// Whether the episode had a score when the job was read.
    pub(crate) fn is_scored(&self, replicate: u32) -> bool {
        self.episodes.iter().any(|(episode, scored)| *scored && episode.replicate == replicate)
    }

    /// How many episodes had no score when the job was read.
    pub(crate) fn unscored(&self) -> usize {
        self.episodes.iter().filter(|(_, scored)| !scored).count()
    }
}

/// Reads and locks a job that must still belong to the claim with this fence. The lock keeps a takeover waiting until
/// the caller has committed, so nothing of an old claim can be written after a new one is granted. Which episodes have
/// scores is as it was before the lock was waited for.
pub(crate) async fn held(tx: &DatabaseTransaction, id: JobId, fence: Fence) -> Result<Held> {
    let rows = tx.query_all(&select(id, tx.get_database_backend())).await?;
    let first = rows.first().ok_or_else(|| unknown(id))?;
    let job = jobs::Model::from_query_result(first, "")?;
    check_held(&job, fence)?;
    let now = first.try_get("", "now_ms")?;
    let episode = |row: &sea_orm::QueryResult| {
        let [replicate, seed, doom_seed] = ["replicate", "seed", "doom_seed"].map(|name| row.try_get::<i64>("", name));
        Ok((convert::planned(replicate?, seed?, doom_seed?)?, row.try_get("", "scored")?))
    };
    Ok(Held { job, episodes: rows.iter().map(episode).collect::<Result<_>>()?, now })
}

fn select(id: JobId, backend: DbBackend) -> SelectStatement {
    let mut select = Query::select();
    for column in jobs::Column::iter() {
        select.column((jobs::Entity, column));
    }
    for column in [episodes::Column::Replicate, episodes::Column::Seed, episodes::Column::DoomSeed] {
        select.column((episodes::Entity, column));
    }
    let replicate = Expr::col((episodes::Entity, episodes::Column::Replicate));
    select
        .expr_as(replicate.in_subquery(scored(id)), "scored")
        .expr_as(Expr::cust(clock::expression(backend)), "now_ms")
        .from(jobs::Entity)
        .inner_join(
            episodes::Entity,
            Expr::col((episodes::Entity, episodes::Column::JobId)).equals((jobs::Entity, jobs::Column::Id)),
        )
        .and_where(jobs::Column::Id.eq(id.0))
        .order_by((episodes::Entity, episodes::Column::Replicate), Order::Asc)
        .lock_with_tables(LockType::NoKeyUpdate, [jobs::Entity]);
    select
}

/// The replicates of a job that have scores. Not a join: without statistics of a table that grows this fast, PostgreSQL
/// would read all of it.
fn scored(id: JobId) -> SelectStatement {
    let of_job = |column| Query::select().column(column).from(jobs::Entity).and_where(jobs::Column::Id.eq(id.0)).take();
    let of_episodes = |replicate| {
        Query::select().expr(replicate).from(episodes::Entity).and_where(episodes::Column::JobId.eq(id.0)).take()
    };
    let column = |column| Expr::col((scores::Entity, column));
    let replicate = || Expr::col(episodes::Column::Replicate);
    Query::select()
        .column((scores::Entity, scores::Column::Replicate))
        .from(scores::Entity)
        .and_where(column(scores::Column::ExperimentId).eq(value(of_job(jobs::Column::ExperimentId))))
        .and_where(column(scores::Column::Generation).eq(value(of_job(jobs::Column::Generation))))
        .and_where(column(scores::Column::Position).eq(value(of_job(jobs::Column::Position))))
        .and_where(column(scores::Column::Replicate).gte(value(of_episodes(replicate().min()))))
        .and_where(column(scores::Column::Replicate).lte(value(of_episodes(replicate().max()))))
        .take()
}

/// The one value that a query gives.
fn value(query: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(query.into()))
}
