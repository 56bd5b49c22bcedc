//! The jobs of the ledger as people look at them. Reads only.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{
    AttemptRecord, EpisodeFilter, EpisodeRecord, JobDetail, JobEpisode, JobFilter, JobLedger, JobRecord, MemberScores,
    Page, PortResult, TickRow,
};
use domain::reason;
use domain::score::EpisodeKey;
use domain::status::JobStatus;
use sea_orm::sea_query::{Expr, ExprTrait as _, JoinType, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select,
};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::convert::{self, number};
use crate::entity::{attempts, episodes, jobs, members, scores};
use crate::error::{Result, refused_as};
use crate::experiments::load;
use crate::paging;
use crate::session::SqlStore;

#[async_trait]
impl JobLedger for SqlStore {
    async fn jobs(
        &self,
        experiment: ExperimentId,
        filter: &JobFilter,
        page: &Page,
    ) -> PortResult<(Vec<JobRecord>, Option<String>)> {
        self.retrying("list jobs", || self.list_jobs(experiment, filter, page)).await
    }

    async fn job(&self, id: JobId) -> PortResult<JobDetail> {
        self.retrying("read a job", || self.read_job(id)).await
    }

    async fn episodes(
        &self,
        experiment: ExperimentId,
        filter: &EpisodeFilter,
        page: &Page,
    ) -> PortResult<(Vec<EpisodeRecord>, Option<String>)> {
        self.retrying("list episodes", || self.list_episodes(experiment, filter, page)).await
    }

    async fn members(
        &self,
        experiment: ExperimentId,
        generation: u32,
        from: u32,
        most: u32,
    ) -> PortResult<Vec<MemberScores>> {
        self.retrying("list members", || self.list_members(experiment, generation, from, most)).await
    }

    async fn ticks(&self, experiment: ExperimentId, key: EpisodeKey) -> PortResult<Vec<TickRow>> {
        self.retrying("read the ticks of an episode", || self.read_ticks(experiment, key)).await
    }
}

/// Episodes of a job: planned, scored.
type Counts = HashMap<Uuid, (i64, i64)>;

impl SqlStore {
    async fn list_jobs(
        &self,
        experiment: ExperimentId,
        filter: &JobFilter,
        page: &Page,
    ) -> Result<(Vec<JobRecord>, Option<String>)> {
        load(&self.db, experiment).await?;
        let size = paging::size(page);
        let mut rows = select(experiment, filter, page)?.limit(size + 1).all(&self.db).await?;
        let next = paging::cut(&mut rows, size, |job| paging::job_token(job.generation, job.ordinal));
        Ok((self.records(rows).await?, next))
    }

    async fn read_job(&self, id: JobId) -> Result<JobDetail> {
        let row = jobs::Entity::find_by_id(id.0).one(&self.db).await?;
        let unknown = || refused_as(reason::JOB_NOT_FOUND, format!("there is no job {id}"));
        let row = row.ok_or_else(unknown)?;
        let attempts = attempts::Entity::find()
            .filter(attempts::Column::JobId.eq(id.0))
            .order_by_asc(attempts::Column::Fence)
            .all(&self.db)
            .await?;
        let episodes = self.episodes_of(&row).await?;
        let job = self.records(vec![row]).await?.pop().ok_or_else(unknown)?;
        Ok(JobDetail { job, attempts: attempts.into_iter().map(attempt).collect(), episodes })
    }

    async fn records(&self, rows: Vec<jobs::Model>) -> Result<Vec<JobRecord>> {
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let (now, agents) = (now_ms(&self.db).await?, self.agents(first.experiment_id, &rows).await?);
        let counts = self.counts(&rows).await?;
        rows.into_iter().map(|row| record(row, now, &agents, &counts)).collect()
    }

    /// Who plays, by generation and position.
    async fn agents(&self, experiment: Uuid, rows: &[jobs::Model]) -> Result<HashMap<(i64, i64), String>> {
        let generations = rows.iter().map(|row| row.generation);
        let members: Vec<(i64, i64, String)> = members::Entity::find()
            .select_only()
            .columns([members::Column::Generation, members::Column::Position, members::Column::Agent])
            .filter(members::Column::ExperimentId.eq(experiment))
            .filter(members::Column::Generation.is_in(generations.collect::<std::collections::BTreeSet<_>>()))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(members.into_iter().map(|(generation, position, agent)| ((generation, position), agent)).collect())
    }

    async fn counts(&self, rows: &[jobs::Model]) -> Result<Counts> {
        use episodes::Column;
        let of = |column| Expr::col((episodes::Entity, column));
        let scored = |column| Expr::col((scores::Entity, column));
        let same_episode = of(Column::ExperimentId)
            .equals((scores::Entity, scores::Column::ExperimentId))
            .and(of(Column::Generation).equals((scores::Entity, scores::Column::Generation)))
            .and(of(Column::Position).equals((scores::Entity, scores::Column::Position)))
            .and(of(Column::Replicate).equals((scores::Entity, scores::Column::Replicate)));
        let select = Query::select()
            .expr_as(of(Column::JobId), "job_id")
            .expr_as(of(Column::Replicate).count(), "planned")
            .expr_as(scored(scores::Column::Replicate).count(), "scored")
            .from(episodes::Entity)
            .join(JoinType::LeftJoin, scores::Entity, same_episode)
            .and_where(of(Column::JobId).is_in(rows.iter().map(|row| row.id)))
            .add_group_by([of(Column::JobId)])
            .to_owned();
        let read = self.db.query_all(&select).await?;
        let counts = read
            .iter()
            .map(|row| Ok((row.try_get("", "job_id")?, (row.try_get("", "planned")?, row.try_get("", "scored")?))));
        counts.collect()
    }

    async fn episodes_of(&self, job: &jobs::Model) -> Result<Vec<JobEpisode>> {
        let planned = episodes::Entity::find()
            .filter(episodes::Column::JobId.eq(job.id))
            .order_by_asc(episodes::Column::Replicate)
            .all(&self.db)
            .await?;
        let replicates = planned.iter().map(|episode| episode.replicate);
        let scored: Vec<(i64, i64)> = scores::Entity::find()
            .select_only()
            .columns([scores::Column::Replicate, scores::Column::Fence])
            .filter(scores::Column::ExperimentId.eq(job.experiment_id))
            .filter(scores::Column::Generation.eq(job.generation))
            .filter(scores::Column::Position.eq(job.position))
            .filter(scores::Column::Replicate.is_in(replicates))
            .into_tuple()
            .all(&self.db)
            .await?;
        let scored: HashMap<i64, i64> = scored.into_iter().collect();
        let episode = |row: &episodes::Model| {
            Ok(JobEpisode {
                replicate: number(row.replicate, "replicate")?,
                doom_seed: number(row.doom_seed, "seed of a game")?,
                scored_by: scored.get(&row.replicate).map(|&fence| Fence(fence)),
            })
        };
        planned.iter().map(episode).collect()
    }
}

fn select(experiment: ExperimentId, filter: &JobFilter, page: &Page) -> Result<Select<jobs::Entity>> {
    use jobs::Column;
    let mut select = jobs::Entity::find()
        .filter(Column::ExperimentId.eq(experiment.0))
        .order_by_asc(Column::Generation)
        .order_by_asc(Column::Ordinal);
    if let Some(generation) = filter.generation {
        select = select.filter(Column::Generation.eq(i64::from(generation)));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.name())));
    }
    if let Some(owner) = &filter.owner {
        select = select.filter(Column::Owner.eq(owner.as_str()));
    }
    if filter.failed {
        select = select.filter(Column::FailedAttempts.gt(0));
    }
    if let Some(token) = &page.after {
        let (generation, ordinal) = paging::parse_job(token)?;
        let key = [Column::Generation, Column::Ordinal].map(Expr::col);
        select = select.filter(Expr::tuple(key).gt(Expr::tuple([generation, ordinal].map(Expr::value))));
    }
    Ok(select)
}

fn record(row: jobs::Model, now: i64, agents: &HashMap<(i64, i64), String>, counts: &Counts) -> Result<JobRecord> {
    let (planned, scored) = counts.get(&row.id).copied().unwrap_or_default();
    let agent = agents.get(&(row.generation, row.position)).map_or("", String::as_str);
    let status: JobStatus = convert::parse(&row.status, "status of a job")?;
    Ok(JobRecord {
        id: JobId(row.id),
        experiment: ExperimentId(row.experiment_id),
        generation: number(row.generation, "number of a generation")?,
        ordinal: number(row.ordinal, "place of a job")?,
        agent: convert::parse(agent, "agent's name")?,
        status,
        owner: row.owner,
        fence: Fence(row.fence),
        lease_left_ms: row.lease_until_ms.map(|until| until.saturating_sub(now)),
        failed_attempts: number(row.failed_attempts.into(), "failed attempts")?,
        episodes: number(planned, "number of episodes")?,
        episodes_scored: number(scored, "number of episodes")?,
    })
}

fn attempt(row: attempts::Model) -> AttemptRecord {
    AttemptRecord {
        fence: Fence(row.fence),
        worker: row.worker,
        started_at_ms: row.started_at_ms,
        ended_at_ms: row.ended_at_ms,
        error: row.error,
    }
}
