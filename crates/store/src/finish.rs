//! Commits scores: the one transaction that everything else exists for.

use std::collections::HashSet;

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::plan::PlannedEpisode;
use domain::ports::{Finished, PortError, PortResult};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, UpdateStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, TryInsertResult,
};

use crate::clock::now_ms;
use crate::convert::{self, stored_count};
use crate::divergences::{self, Divergence};
use crate::entity::{experiments, generations, jobs, members, scores};
use crate::error::{Result, refused};
use crate::jobs as job_rows;
use crate::scores::{fitness_of, stored_scores};
use crate::session::{SqlStore, Tx, retrying};

/// What a run of the transaction came to.
enum Outcome {
    Committed(Finished),
    /// Nothing was committed.
    Diverged(Box<Divergence>),
}

impl SqlStore {
    pub(crate) async fn commit_scores(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
        check(scores)?;
        match retrying("commit scores", || self.finish_once(job, fence, scores)).await? {
            Outcome::Committed(finished) => Ok(finished),
            Outcome::Diverged(divergence) => {
                // In a transaction of its own: the one that found it must leave nothing behind.
                retrying("record a divergence", || self.record_divergence_once(&divergence)).await?;
                Err(PortError::new(ErrorKind::Divergence, divergence.reason()))
            }
        }
    }

    async fn finish_once(&self, id: JobId, fence: Fence, scores: &[Score]) -> Result<Outcome> {
        let tx = self.begin().await?;
        let job = job_rows::held(&tx, id, fence).await?;
        let planned = job_rows::episodes_of(&tx, job.id).await?;
        check_planned(&job, &planned, scores)?;
        let now = now_ms(&*tx).await?;
        let inserted = insert(&tx, &job, now, scores).await?;
        if inserted < scores.len() as u64
            && let Some(divergence) = divergences::find(&tx, &job, scores).await?
        {
            return Ok(Outcome::Diverged(Box::new(divergence)));
        }
        let job_done = job_rows::unscored(&tx, &job, planned).await?.is_empty();
        if job_done && job.status != JobStatus::Done.name() {
            job_rows::settle(&tx, &job, JobStatus::Done, None, now).await?;
        }
        let generation_done = self.progress(&tx, &job, inserted, now).await?;
        tx.commit().await?;
        Ok(Outcome::Committed(Finished { job_done, generation_done }))
    }

    /// Counts new scores with member, generation and experiment, in this order. The update locks the row of the
    /// member, so exactly one of several transactions that bring its last scores sees that it is complete.
    async fn progress(&self, tx: &Tx, job: &jobs::Model, inserted: u64, now: i64) -> Result<bool> {
        let new = stored_count(inserted);
        let (scored, planned) = counted(tx, member_update(job, new)).await?;
        let is_evaluated = inserted > 0 && scored == planned;
        let evaluated = if is_evaluated { Some(evaluate(tx, job).await?) } else { None };
        let (scored, planned) = counted(tx, generation_update(job, new)).await?;
        if inserted > 0 {
            count_with_experiment(tx, job, new).await?;
        }
        if let Some(event) = evaluated {
            self.write_events(tx, &[event], now).await?;
        }
        Ok(scored == planned)
    }
}

fn check(scores: &[Score]) -> PortResult<()> {
    let mut seen = HashSet::new();
    for score in scores {
        let at = format!(
            "score of generation {}, position {}, replicate {}",
            score.key.generation, score.key.position, score.key.replicate
        );
        if !seen.insert(score.key) {
            return Err(PortError::new(ErrorKind::Invalid, format!("{at} is given twice")));
        }
        let measures = &score.measures;
        let reals = [Some(measures.reward), Some(measures.path), measures.exploration_coverage];
        if reals.into_iter().chain([measures.ammo_efficiency]).flatten().any(f64::is_nan) {
            return Err(PortError::new(ErrorKind::Invalid, format!("{at} has a measure that is not a number")));
        }
    }
    Ok(())
}

fn check_planned(job: &jobs::Model, planned: &[PlannedEpisode], scores: &[Score]) -> Result<()> {
    for score in scores {
        let is_planned = i64::from(score.key.generation) == job.generation
            && i64::from(score.key.position) == job.position
            && planned.iter().any(|episode| {
                (episode.replicate, episode.seed, episode.doom_seed)
                    == (score.key.replicate, score.seed, score.doom_seed)
            });
        if !is_planned {
            let message = format!("{:?} with Doom seed {} is no episode of job {}", score.key, score.doom_seed, job.id);
            return Err(refused(ErrorKind::Invalid, message));
        }
    }
    Ok(())
}

/// Inserts what is not there yet and says how many rows that were.
async fn insert(tx: &DatabaseTransaction, job: &jobs::Model, now: i64, scores: &[Score]) -> Result<u64> {
    const CHUNK: usize = 500;
    let mut inserted = 0;
    for chunk in scores.chunks(CHUNK) {
        let rows = chunk.iter().map(|s| convert::score_row(ExperimentId(job.experiment_id), job.fence, now, s));
        let insert = scores::Entity::insert_many(rows).on_conflict_do_nothing();
        if let TryInsertResult::Inserted(rows) = insert.exec_without_returning(tx).await? {
            inserted += rows;
        }
    }
    Ok(inserted)
}

fn member_update(job: &jobs::Model, new: i64) -> UpdateStatement {
    use members::Column;
    Query::update()
        .table(members::Entity)
        .value(Column::EpisodesScored, Expr::col(Column::EpisodesScored).add(new))
        .and_where(Column::ExperimentId.eq(job.experiment_id))
        .and_where(Column::Generation.eq(job.generation))
        .and_where(Column::Position.eq(job.position))
        .returning(Query::returning().columns([Column::EpisodesScored, Column::EpisodesPlanned]))
        .to_owned()
}

fn generation_update(job: &jobs::Model, new: i64) -> UpdateStatement {
    use generations::Column;
    Query::update()
        .table(generations::Entity)
        .value(Column::EpisodesScored, Expr::col(Column::EpisodesScored).add(new))
        .and_where(Column::ExperimentId.eq(job.experiment_id))
        .and_where(Column::Generation.eq(job.generation))
        .returning(Query::returning().columns([Column::EpisodesScored, Column::EpisodesPlanned]))
        .to_owned()
}

async fn counted(tx: &DatabaseTransaction, update: UpdateStatement) -> Result<(i64, i64)> {
    let row = tx.query_one(&update).await?;
    let row = row.ok_or_else(|| refused(ErrorKind::Internal, "a job without its member or generation"))?;
    Ok((row.try_get("", "episodes_scored")?, row.try_get("", "episodes_planned")?))
}

/// An experiment that has ended takes no more scores: its rows are what its last event said they were.
async fn count_with_experiment(tx: &DatabaseTransaction, job: &jobs::Model, new: i64) -> Result<()> {
    use experiments::Column;
    let going_on = ExperimentStatus::ALL.iter().filter(|status| !status.has_ended()).map(|status| status.name());
    let count = Query::update()
        .table(experiments::Entity)
        .value(Column::EpisodesScored, Expr::col(Column::EpisodesScored).add(new))
        .and_where(Column::Id.eq(job.experiment_id))
        .and_where(Column::Status.is_in(going_on))
        .to_owned();
    if tx.execute(&count).await?.rows_affected() == 0 {
        let message = format!("experiment {} has ended: it takes no more scores", job.experiment_id);
        return Err(refused(ErrorKind::FailedPrecondition, message));
    }
    Ok(())
}

/// Means over all episodes of a member, summed in order of replicates. One that was given more replicates is evaluated
/// again, over all of them.
async fn evaluate(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<Event> {
    let rows = stored_scores(tx, job).await?;
    let fitness = fitness_of(tx, ExperimentId(job.experiment_id)).await?;
    let episodes = rows.len() as f64;
    let mean_fitness = rows.iter().fold(0.0, |sum, row| sum + fitness.of(&row.measures)) / episodes;
    let kills = rows.iter().fold(0.0, |sum, row| sum + f64::from(row.measures.kills)) / episodes;
    let member = job_rows::member_of(tx, job).await?;
    let change = members::ActiveModel {
        experiment_id: Set(member.experiment_id),
        generation: Set(member.generation),
        position: Set(member.position),
        fitness: Set(Some(mean_fitness)),
        evaluations: Set(member.evaluations + 1),
        ..Default::default()
    };
    members::Entity::update(change).exec(tx).await?;
    let fact = Fact::AgentEvaluated {
        generation: convert::number(job.generation, "number of a generation")?,
        agent: convert::parse(&member.agent, "agent's name")?,
        position: convert::number(job.position, "position")?,
        fitness: mean_fitness,
        kills,
        episodes: rows.len() as u64,
    };
    let occurrence = convert::number(member.evaluations, "number of evaluations")?;
    Ok(Event { experiment: ExperimentId(job.experiment_id), occurrence, fact })
}
