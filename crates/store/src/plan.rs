//! Stores a planned generation: its row, members, jobs and episodes, in bulk.

use domain::ids::ExperimentId;
use domain::plan::{GenerationPlan, JobPlan, Member};
use domain::status::{GenerationStatus, JobStatus};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait, Iterable as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::convert::{stored_count, to_json};
use crate::entity::{episodes, generations, jobs, members};
use crate::error::Result;

/// Most bound values per statement: below 32,766 (SQLite) and 65,535 (PostgreSQL).
const MAX_PARAMETERS: usize = 32_000;

/// How many rows of a table one statement can insert.
pub(crate) fn rows_per_statement<E: EntityTrait>() -> usize {
    MAX_PARAMETERS / E::Column::iter().count().max(1)
}

/// Inserts rows that have a value in every column, but for those whose key is there already, and says how many that
/// were. SeaORM's own way looks up the definition of the column at every value, which takes longer than the rest.
pub(crate) async fn insert_new<E, A>(tx: &DatabaseTransaction, rows: Vec<A>) -> Result<usize>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let mut rows = rows.into_iter().peekable();
    let mut inserted = 0;
    while rows.peek().is_some() {
        let mut insert = Query::insert();
        insert.into_table(E::default()).columns(columns.iter().copied());
        for mut row in rows.by_ref().take(rows_per_statement::<E>()) {
            insert.values_panic(columns.iter().filter_map(|column| row.take(*column).into_value()).map(Expr::val));
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        inserted += tx.execute(&insert).await?.rows_affected();
    }
    Ok(usize::try_from(inserted).unwrap_or(usize::MAX))
}

/// Inserts any number of rows, in as few statements as the databases allow.
pub(crate) async fn insert_all<E, A>(tx: &DatabaseTransaction, rows: impl IntoIterator<Item = A>) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let chunk = rows_per_statement::<E>();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<A> = rows.by_ref().take(chunk).collect();
        E::insert_many(part).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Stores a generation that was planned.
pub(crate) async fn insert(tx: &DatabaseTransaction, id: ExperimentId, plan: &GenerationPlan, now: i64) -> Result<()> {
    generations::Entity::insert(generation(id, plan, now)).exec_without_returning(tx).await?;
    let members = plan.members.iter().map(|one| member(id, plan, one)).collect::<Result<Vec<_>>>()?;
    insert_all::<members::Entity, _>(tx, members).await?;
    insert_jobs(tx, id, plan.index, 0, &plan.jobs).await
}

/// Stores more jobs of a generation with their episodes, after those that it has.
pub(crate) async fn append_jobs(
    tx: &DatabaseTransaction,
    id: ExperimentId,
    generation: u32,
    plan: &[JobPlan],
) -> Result<()> {
    if plan.is_empty() {
        return Ok(());
    }
    let highest: Option<Option<i64>> = jobs::Entity::find()
        .select_only()
        .expr(Expr::col(jobs::Column::Ordinal).max())
        .filter(jobs::Column::ExperimentId.eq(id.0))
        .filter(jobs::Column::Generation.eq(i64::from(generation)))
        .into_tuple()
        .one(tx)
        .await?;
    let ordinal = highest.flatten().map_or(0, |highest| highest + 1);
    insert_jobs(tx, id, generation, ordinal, plan).await
}

/// Stores jobs of a generation with their episodes, in order from `ordinal` on.
async fn insert_jobs(
    tx: &DatabaseTransaction,
    id: ExperimentId,
    generation: u32,
    ordinal: i64,
    plan: &[JobPlan],
) -> Result<()> {
    let jobs = (ordinal..).zip(plan).map(|(ordinal, one)| job(id, generation, ordinal, one));
    insert_all::<jobs::Entity, _>(tx, jobs.collect::<Vec<_>>()).await?;
    let episodes = plan.iter().flat_map(|job| episodes(id, generation, job));
    insert_all::<episodes::Entity, _>(tx, episodes.collect::<Vec<_>>()).await
}

fn generation(id: ExperimentId, plan: &GenerationPlan, now: i64) -> generations::ActiveModel {
    generations::ActiveModel {
        experiment_id: Set(id.0),
        generation: Set(plan.index.into()),
        purpose: Set(plan.purpose.name().to_owned()),
        status: Set(GenerationStatus::Running.name().to_owned()),
        episodes_per_member: Set(plan.episodes_per_member.into()),
        episodes_planned: Set(stored_count(plan.episodes())),
        episodes_scored: Set(0),
        best_agent: NotSet,
        best_fitness: NotSet,
        mean_fitness: NotSet,
        completions: Set(0),
        created_at_ms: Set(now),
        ended_at_ms: NotSet,
    }
}

fn member(id: ExperimentId, plan: &GenerationPlan, member: &Member) -> Result<members::ActiveModel> {
    Ok(members::ActiveModel {
        experiment_id: Set(id.0),
        generation: Set(plan.index.into()),
        position: Set(member.position.into()),
        agent: Set(member.agent.to_string()),
        label: Set(member.label.clone()),
        factors: Set(to_json(&member.factors, "factors")?),
        scenario: Set(to_json(&member.scenario, "scenario")?),
        spec: Set(to_json(&member.spec, "agent")?),
        parents: Set(to_json(&member.parents, "parents")?),
        operators: Set(to_json(&member.operators, "operators")?),
        episodes_planned: Set(plan.episodes_per_member.into()),
        episodes_scored: Set(0),
        errors: Set(0),
        evaluations: Set(0),
        fitness: NotSet,
    })
}

fn job(id: ExperimentId, generation: u32, ordinal: i64, job: &JobPlan) -> jobs::ActiveModel {
    jobs::ActiveModel {
        id: Set(job.id.0),
        experiment_id: Set(id.0),
        generation: Set(generation.into()),
        position: Set(job.position.into()),
        ordinal: Set(ordinal),
        status: Set(JobStatus::Open.name().to_owned()),
        fence: Set(0),
        owner: NotSet,
        claim: NotSet,
        lease_until_ms: NotSet,
        failed_attempts: Set(0),
        ticks: Set(0),
        progress_at_ms: NotSet,
        queued_at_ms: NotSet,
    }
}

fn episodes(id: ExperimentId, generation: u32, job: &JobPlan) -> impl Iterator<Item = episodes::ActiveModel> {
    job.episodes.iter().map(move |episode| episodes::ActiveModel {
        experiment_id: Set(id.0),
        generation: Set(generation.into()),
        position: Set(job.position.into()),
        replicate: Set(episode.replicate.into()),
        seed: Set(episode.seed.into()),
        doom_seed: Set(episode.doom_seed.0.into()),
        job_id: Set(job.id.0),
    })
}
