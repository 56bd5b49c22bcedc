//! How far the members of a generation are, summed up by the database.

use std::collections::{BTreeMap, HashMap};

use domain::experiment::FitnessSpec;
use domain::ids::ExperimentId;
use domain::measures::Response;
use domain::ports::{MemberProgress, PortResult};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryResult,
    QuerySelect as _,
};

use crate::convert;
use crate::entity::{members, scores};
use crate::error::Result;
use crate::scores::fitness_of;
use crate::session::SqlStore;

/// Sums over the scored episodes of one member.
#[derive(Default)]
struct Sums {
    episodes: i64,
    /// Only of the measures that were asked for. A measure that is absent in an episode adds nothing.
    measures: BTreeMap<Response, f64>,
}

impl SqlStore {
    pub(crate) async fn read_progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>> {
        self.retrying("read the progress of a generation", || async {
            let fitness = fitness_of(&self.db, id).await?;
            let mut sums = self.sums(id, index, &fitness).await?;
            let members: Vec<(i64, String, i64)> = members::Entity::find()
                .select_only()
                .columns([members::Column::Position, members::Column::Agent, members::Column::EpisodesPlanned])
                .filter(members::Column::ExperimentId.eq(id.0))
                .filter(members::Column::Generation.eq(i64::from(index)))
                .order_by_asc(members::Column::Position)
                .into_tuple()
                .all(&self.db)
                .await?;
            let progress = |member: (i64, _, _)| {
                let sums = sums.remove(&member.0).unwrap_or_default();
                progress(member, &sums, &fitness)
            };
            members.into_iter().map(progress).collect()
        })
        .await
    }

    async fn sums(&self, id: ExperimentId, index: u32, fitness: &FitnessSpec) -> Result<HashMap<i64, Sums>> {
        let mut responses = fitness.weights();
        responses.extend([(Response::Kills, 0.0), (Response::Ticks, 0.0)]);
        let responses: Vec<_> = responses.into_keys().collect();
        let rows = self.db.query_all(&select(id, index, &responses)).await?;
        rows.iter().map(|row| read(row, &responses)).collect()
    }
}

fn select(id: ExperimentId, index: u32, responses: &[Response]) -> SelectStatement {
    use scores::Column;
    let mut select = Query::select();
    select
        .column(Column::Position)
        .expr_as(Expr::col(Column::Replicate).count(), "episodes")
        .from(scores::Entity)
        .and_where(Column::ExperimentId.eq(id.0))
        .and_where(Column::Generation.eq(i64::from(index)))
        .group_by_col(Column::Position);
    for response in responses {
        // One type for all: PostgreSQL sums integers to types of different widths.
        let sum = Expr::col(Alias::new(response.name())).cast_as("double precision").sum();
        select.expr_as(sum, Alias::new(response.name()));
    }
    select
}

fn read(row: &QueryResult, responses: &[Response]) -> Result<(i64, Sums)> {
    let sum = |response: &Response| {
        let sum: Option<f64> = row.try_get("", response.name())?;
        Ok((*response, sum.unwrap_or(0.0)))
    };
    let measures = responses.iter().map(sum).collect::<Result<_>>()?;
    Ok((row.try_get("", "position")?, Sums { episodes: row.try_get("", "episodes")?, measures }))
}

fn progress(
    (position, agent, planned): (i64, String, i64),
    sums: &Sums,
    fitness: &FitnessSpec,
) -> Result<MemberProgress> {
    let sum = |response| sums.measures.get(&response).copied().unwrap_or(0.0);
    let mean = |sum: f64| (sums.episodes > 0).then(|| sum / sums.episodes as f64);
    let weighted = fitness.weights().into_iter().map(|(response, weight)| weight * sum(response));
    Ok(MemberProgress {
        agent: convert::parse(&agent, "agent's name")?,
        position: convert::number(position, "position")?,
        episodes_planned: convert::count(planned),
        episodes_scored: convert::count(sums.episodes),
        ticks: sum(Response::Ticks) as u64,
        fitness: mean(weighted.sum()),
        kills: mean(sum(Response::Kills)),
    })
}
