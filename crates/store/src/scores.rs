//! Reads scores back.

use domain::experiment::{ExperimentSpec, FitnessSpec};
use domain::ids::ExperimentId;
use domain::ports::{Page, PortResult, ScoreFilter, ScoreRow};
use domain::score::{EpisodeKey, Score};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, SelectTwoRequired,
};

use crate::convert;
use crate::entity::{experiments, jobs, members, scores};
use crate::error::Result;
use crate::experiments::not_found;
use crate::paging;
use crate::session::SqlStore;

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
            let mut rows = select(id, filter, page)?.limit(size + 1).all(&self.db).await?;
            let more = rows.len() as u64 > size;
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let rows: Vec<_> = rows.into_iter().map(|(s, m)| row(s, m, &fitness)).collect::<Result<_>>()?;
            let next = rows.last().filter(|_| more).map(|row| paging::score_token(&row.score.key));
            Ok((rows, next))
        })
        .await
    }
}

/// The part of a list of scores with who made them.
fn select(
    id: ExperimentId,
    filter: &ScoreFilter,
    page: &Page,
) -> Result<SelectTwoRequired<scores::Entity, members::Entity>> {
    use scores::Column;
    let mut select = in_key_order(scores::Entity::find().filter(Column::ExperimentId.eq(id.0)));
    if let Some(generation) = filter.generation {
        select = select.filter(Column::Generation.eq(i64::from(generation)));
    }
    if let Some(token) = &page.after {
        let EpisodeKey { generation, position, replicate } = paging::parse_score(token)?;
        let key = [Column::Generation, Column::Position, Column::Replicate].map(|c| Expr::col((scores::Entity, c)));
        let last = [generation, position, replicate].map(|number| Expr::value(i64::from(number)));
        select = select.filter(Expr::tuple(key).gt(Expr::tuple(last)));
    }
    let select = select.find_both_related(members::Entity);
    Ok(match &filter.agent {
        Some(agent) => select.filter(members::Column::Agent.eq(agent.as_str())),
        None => select,
    })
}

fn in_key_order(select: Select<scores::Entity>) -> Select<scores::Entity> {
    select
        .order_by_asc(scores::Column::Generation)
        .order_by_asc(scores::Column::Position)
        .order_by_asc(scores::Column::Replicate)
}

fn row(score: scores::Model, member: members::Model, fitness: &FitnessSpec) -> Result<ScoreRow> {
    let score = convert::score(score)?;
    Ok(ScoreRow {
        agent: convert::parse(&member.agent, "agent's name")?,
        label: member.label,
        fitness: fitness.of(&score.measures),
        score,
    })
}

/// The scores of the member that plays a job, in order of replicates.
pub(crate) async fn stored_scores(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<Vec<Score>> {
    let select = scores::Entity::find()
        .filter(scores::Column::ExperimentId.eq(job.experiment_id))
        .filter(scores::Column::Generation.eq(job.generation))
        .filter(scores::Column::Position.eq(job.position));
    in_key_order(select).all(tx).await?.into_iter().map(convert::score).collect()
}

/// The scores of a generation, in key order.
pub(crate) async fn scores_of_generation(
    db: &impl ConnectionTrait,
    id: ExperimentId,
    generation: u32,
) -> Result<Vec<Score>> {
    let select = scores::Entity::find()
        .filter(scores::Column::ExperimentId.eq(id.0))
        .filter(scores::Column::Generation.eq(i64::from(generation)));
    in_key_order(select).all(db).await?.into_iter().map(convert::score).collect()
}

/// How an experiment defines fitness.
pub(crate) async fn fitness_of(db: &impl ConnectionTrait, id: ExperimentId) -> Result<FitnessSpec> {
    let spec: Option<String> = experiments::Entity::find_by_id(id.0)
        .select_only()
        .column(experiments::Column::Spec)
        .into_tuple()
        .one(db)
        .await?;
    let spec: ExperimentSpec = convert::from_json(&spec.ok_or_else(|| not_found(id))?, "specification")?;
    Ok(spec.fitness)
}
