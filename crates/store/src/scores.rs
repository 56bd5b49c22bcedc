//! Reads scores back.

use std::ops::{Bound, RangeBounds};

use domain::experiment::{ExperimentSpec, FitnessSpec};
use domain::ids::ExperimentId;
use domain::ports::{Page, PortResult, ScoreFilter, ScoreRow};
use domain::score::{EpisodeKey, Score};
use futures::TryStreamExt as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoCondition as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter as _,
    QueryOrder as _, QueryResult, QuerySelect as _, RelationDef, RelationTrait as _, Select, StreamTrait,
};

use crate::convert;
use crate::entity::{action_logs, episodes, experiments, jobs, members, scores};
use crate::error::Result;
use crate::experiments::not_found;
use crate::session::SqlStore;
use crate::{action_logs as logs, paging};

impl SqlStore {
    pub(crate) async fn list_scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        self.retrying("list scores", || async {
            let fitness = fitness_of(&self.db, id).await?;
            let size = paging::size(page);
            let select = select(id, filter, page)?.limit(size + 1);
            let mut rows = select.into_model::<Listed>().all(&self.db).await?;
            let more = rows.len() as u64 > size;
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let rows: Vec<_> = rows.into_iter().map(|listed| row(listed, filter, &fitness)).collect::<Result<_>>()?;
            let next = rows.last().filter(|_| more).map(|row| paging::score_token(&row.score.key));
            Ok((rows, next))
        })
        .await
    }
}

/// A score with who made it.
struct Listed {
    score: scores::Model,
    agent: String,
    label: String,
    /// Only where logs are asked for.
    log: Option<Vec<u8>>,
}

impl FromQueryResult for Listed {
    fn from_query_result(row: &QueryResult, prefix: &str) -> std::result::Result<Self, DbErr> {
        Ok(Self {
            score: scores::Model::from_query_result(row, prefix)?,
            agent: row.try_get(prefix, "agent")?,
            label: row.try_get(prefix, "label")?,
            log: row.try_get(prefix, "log").unwrap_or_default(),
        })
    }
}

/// The part of a list of scores with who made them and, if asked for, their logs.
fn select(id: ExperimentId, filter: &ScoreFilter, page: &Page) -> Result<Select<scores::Entity>> {
    use scores::Column;
    let mut select = in_key_order(scores::Entity::find().filter(Column::ExperimentId.eq(id.0)))
        .join(JoinType::InnerJoin, scores::Relation::Member.def())
        .column(members::Column::Agent)
        .column(members::Column::Label);
    if filter.action_logs {
        select = with_logs(select);
    }
    if let Some(generation) = filter.generation {
        select = select.filter(Column::Generation.eq(i64::from(generation)));
    }
    if let Some(agent) = &filter.agent {
        select = select.filter(members::Column::Agent.eq(agent.as_str()));
    }
    if let Some(token) = &page.after {
        let EpisodeKey { generation, position, replicate } = paging::parse_score(token)?;
        let key = [Column::Generation, Column::Position, Column::Replicate].map(|c| Expr::col((scores::Entity, c)));
        let last = [generation, position, replicate].map(|number| Expr::value(i64::from(number)));
        select = select.filter(Expr::tuple(key).gt(Expr::tuple(last)));
    }
    Ok(select)
}

/// The same with the log of each score, in the column `log`.
pub(crate) fn with_logs(select: Select<scores::Entity>) -> Select<scores::Entity> {
    select
        .join(JoinType::LeftJoin, scores::Relation::Episode.def())
        .join(JoinType::LeftJoin, log_of_score())
        .column(action_logs::Column::Log)
}

/// From an episode to the log of the attempt that its score names.
fn log_of_score() -> RelationDef {
    episodes::Entity::belongs_to(action_logs::Entity)
        .from((episodes::Column::JobId, episodes::Column::Replicate))
        .to((action_logs::Column::JobId, action_logs::Column::Replicate))
        .on_condition(|_, log| {
            let fence = Expr::col((log, action_logs::Column::Fence));
            fence.equals((scores::Entity, scores::Column::Fence)).into_condition()
        })
        .into()
}

pub(crate) fn in_key_order(select: Select<scores::Entity>) -> Select<scores::Entity> {
    select
        .order_by_asc(scores::Column::Generation)
        .order_by_asc(scores::Column::Position)
        .order_by_asc(scores::Column::Replicate)
}

fn row(listed: Listed, filter: &ScoreFilter, fitness: &FitnessSpec) -> Result<ScoreRow> {
    let log = if filter.action_logs { listed.log.ok_or_else(logs::missing)? } else { Vec::new() };
    let score = convert::score(listed.score, log)?;
    Ok(ScoreRow {
        agent: convert::parse(&listed.agent, "agent's name")?,
        label: listed.label,
        fitness: fitness.of(&score.measures),
        score,
    })
}

/// The scores of the member that plays a job, in order of replicates.
pub(crate) async fn stored_scores(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<Vec<scores::Model>> {
    let select = scores::Entity::find()
        .filter(scores::Column::ExperimentId.eq(job.experiment_id))
        .filter(scores::Column::Generation.eq(job.generation))
        .filter(scores::Column::Position.eq(job.position));
    Ok(in_key_order(select).all(tx).await?)
}

/// The rows whose `column` is in a range.
pub(crate) fn within<E: EntityTrait>(
    select: Select<E>,
    column: impl ColumnTrait,
    range: impl RangeBounds<i64>,
) -> Select<E> {
    let select = match range.start_bound() {
        Bound::Included(&first) => select.filter(column.gte(first)),
        Bound::Excluded(&before) => select.filter(column.gt(before)),
        Bound::Unbounded => select,
    };
    match range.end_bound() {
        Bound::Included(&last) => select.filter(column.lte(last)),
        Bound::Excluded(&after) => select.filter(column.lt(after)),
        Bound::Unbounded => select,
    }
}

/// The scores of members of a generation without their logs, in key order.
pub(crate) async fn scores_of_generation(
    db: &(impl ConnectionTrait + StreamTrait),
    id: ExperimentId,
    generation: u32,
    positions: impl RangeBounds<i64>,
) -> Result<Vec<Score>> {
    let select = scores::Entity::find()
        .filter(scores::Column::ExperimentId.eq(id.0))
        .filter(scores::Column::Generation.eq(i64::from(generation)));
    let rows = in_key_order(within(select, scores::Column::Position, positions)).stream(db).await?;
    // One by one: a row as the database gives it takes ten times the memory of a score.
    rows.err_into().and_then(async |row| convert::score(row, Vec::new())).try_collect().await
}

/// How an experiment defines fitness.
pub(crate) async fn fitness_of(db: &impl ConnectionTrait, id: ExperimentId) -> Result<FitnessSpec> {
    let spec: Option<String> = experiments::Entity::find_by_id(id.0)
        .select_only()
        .column(experiments::Column::Spec)
        .into_tuple()
        .one(db)
        .await?;
    fitness_in(&spec.ok_or_else(|| not_found(id))?)
}

/// The definition of fitness in a stored specification.
pub(crate) fn fitness_in(spec: &str) -> Result<FitnessSpec> {
    Ok(convert::from_json::<ExperimentSpec>(spec, "specification")?.fitness)
}
