//! Planned episodes with what they came to, as people look at them. Reads only.

use std::collections::HashMap;

use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{EpisodeFilter, EpisodeRecord, Page, TickRow};
use domain::score::{EpisodeKey, Score};
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoCondition as _};
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _,
    QueryResult, QuerySelect as _, RelationDef, Select,
};

use crate::convert::{self, number};
use crate::entity::{episodes, members, scores, tick_logs};
use crate::error::Result;
use crate::experiments::load;
use crate::scores::{in_key_order, with_logs};
use crate::session::SqlStore;
use crate::{action_logs, paging};

impl SqlStore {
    pub(crate) async fn list_episodes(
        &self,
        id: ExperimentId,
        filter: &EpisodeFilter,
        page: &Page,
    ) -> Result<(Vec<EpisodeRecord>, Option<String>)> {
        load(&self.db, id).await?;
        let size = paging::size(page);
        let mut rows = select(id, filter, page)?.limit(size + 1).into_model::<Listed>().all(&self.db).await?;
        let next = paging::cut(&mut rows, size, |row| paging::score_token(&row.key));
        let mut scores = self.scores_between(id, filter, &rows).await?;
        let records = rows.into_iter().map(|row| record(row, &mut scores));
        Ok((records.collect::<Result<_>>()?, next))
    }

    /// The scores from the first of these episodes to the last.
    async fn scores_between(&self, id: ExperimentId, filter: &EpisodeFilter, rows: &[Listed]) -> Result<Scores> {
        use scores::Column;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Scores::new()) };
        let key = || Expr::tuple([Column::Generation, Column::Position, Column::Replicate].map(column_of_score));
        let value = |key: &EpisodeKey| Expr::tuple([key.generation, key.position, key.replicate].map(in_sql));
        let mut select = in_key_order(scores::Entity::find().filter(Column::ExperimentId.eq(id.0)))
            .filter(key().gte(value(&first.key)))
            .filter(key().lte(value(&last.key)));
        if filter.action_logs {
            select = with_logs(select);
        }
        let scored = select.into_model::<Scored>().all(&self.db).await?;
        scored.into_iter().map(|scored| scored.read(filter.action_logs)).collect()
    }

    pub(crate) async fn read_ticks(&self, id: ExperimentId, key: EpisodeKey) -> Result<Vec<TickRow>> {
        use tick_logs::Column;
        let rows = tick_logs::Entity::find()
            .filter(Column::ExperimentId.eq(id.0))
            .filter(Column::Generation.eq(i64::from(key.generation)))
            .filter(Column::Position.eq(i64::from(key.position)))
            .filter(Column::Replicate.eq(i64::from(key.replicate)))
            .order_by_asc(Column::Tick);
        rows.all(&self.db).await?.into_iter().map(tick).collect()
    }
}

/// Scores by their places, each with the claim that made it.
type Scores = HashMap<EpisodeKey, (Fence, Score)>;

/// A planned episode with who plays it.
struct Listed {
    key: EpisodeKey,
    row: episodes::Model,
    agent: String,
    label: String,
}

impl FromQueryResult for Listed {
    fn from_query_result(row: &QueryResult, prefix: &str) -> std::result::Result<Self, DbErr> {
        let (agent, label) = (row.try_get(prefix, "agent")?, row.try_get(prefix, "label")?);
        let row = episodes::Model::from_query_result(row, prefix)?;
        let part = |value: i64| u32::try_from(value).map_err(|error| DbErr::Type(error.to_string()));
        let (generation, position, replicate) = (part(row.generation)?, part(row.position)?, part(row.replicate)?);
        Ok(Self { key: EpisodeKey { generation, position, replicate }, row, agent, label })
    }
}

/// A score, with its log where that is asked for.
struct Scored {
    row: scores::Model,
    log: Option<Vec<u8>>,
}

impl FromQueryResult for Scored {
    fn from_query_result(row: &QueryResult, prefix: &str) -> std::result::Result<Self, DbErr> {
        let log = row.try_get(prefix, "log").unwrap_or_default();
        Ok(Self { row: scores::Model::from_query_result(row, prefix)?, log })
    }
}

impl Scored {
    fn read(self, with_log: bool) -> Result<(EpisodeKey, (Fence, Score))> {
        let log = if with_log { self.log.ok_or_else(action_logs::missing)? } else { Vec::new() };
        let fence = Fence(self.row.fence);
        let score = convert::score(self.row, log)?;
        Ok((score.key, (fence, score)))
    }
}

fn select(id: ExperimentId, filter: &EpisodeFilter, page: &Page) -> Result<Select<episodes::Entity>> {
    use episodes::Column;
    let mut select = episodes::Entity::find()
        .filter(Column::ExperimentId.eq(id.0))
        .join(JoinType::InnerJoin, member_of_episode())
        .column(members::Column::Agent)
        .column(members::Column::Label)
        .order_by_asc(Column::Generation)
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Replicate);
    if let Some(EpisodeKey { generation, position, replicate }) = filter.key {
        for (column, number) in
            [(Column::Generation, generation), (Column::Position, position), (Column::Replicate, replicate)]
        {
            select = select.filter(column.eq(i64::from(number)));
        }
    }
    if let Some(generation) = filter.generation {
        select = select.filter(Column::Generation.eq(i64::from(generation)));
    }
    if let Some(agent) = &filter.agent {
        select = select.filter(members::Column::Agent.eq(agent.as_str()));
    }
    if let Some(scored) = filter.scored {
        let fence = scores::Column::Fence;
        select = select.join(JoinType::LeftJoin, score_of_episode());
        select = select.filter(if scored { fence.is_not_null() } else { fence.is_null() });
    }
    if let Some(token) = &page.after {
        let EpisodeKey { generation, position, replicate } = paging::parse_score(token)?;
        let key = [Column::Generation, Column::Position, Column::Replicate].map(|c| Expr::col((episodes::Entity, c)));
        select = select.filter(Expr::tuple(key).gt(Expr::tuple([generation, position, replicate].map(in_sql))));
    }
    Ok(select)
}

fn member_of_episode() -> RelationDef {
    use episodes::Column;
    episodes::Entity::belongs_to(members::Entity)
        .from((Column::ExperimentId, Column::Generation, Column::Position))
        .to((members::Column::ExperimentId, members::Column::Generation, members::Column::Position))
        .into()
}

fn score_of_episode() -> RelationDef {
    use episodes::Column;
    episodes::Entity::belongs_to(scores::Entity)
        .from((Column::ExperimentId, Column::Generation, Column::Position))
        .to((scores::Column::ExperimentId, scores::Column::Generation, scores::Column::Position))
        .on_condition(|episode, score| {
            let replicate = Expr::col((score, scores::Column::Replicate));
            replicate.equals((episode, Column::Replicate)).into_condition()
        })
        .into()
}

fn column_of_score(column: scores::Column) -> Expr {
    Expr::col((scores::Entity, column))
}

fn in_sql(number: u32) -> Expr {
    Expr::value(i64::from(number))
}

fn record(listed: Listed, scores: &mut Scores) -> Result<EpisodeRecord> {
    let Listed { key, row, agent, label } = listed;
    Ok(EpisodeRecord {
        key,
        planned: convert::episode(&row)?,
        agent: convert::parse(&agent, "agent's name")?,
        label,
        job: JobId(row.job_id),
        scored: scores.remove(&key),
    })
}

fn tick(row: tick_logs::Model) -> Result<TickRow> {
    Ok(TickRow {
        tick: number(row.tick, "tick")?,
        tic: number(row.tic, "tic")?,
        buttons: row.buttons.cast_unsigned(),
        reward: row.reward,
        health: row.health,
        position: [row.x, row.y],
        angle: row.angle,
    })
}
