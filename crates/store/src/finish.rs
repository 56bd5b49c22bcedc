//! Commits scores: the one transaction that everything else exists for.

use std::collections::HashSet;

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::plan::Purpose;
use domain::ports::{Finished, PortError, PortResult};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};
use runtime::crash::{self, Point};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, UpdateStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, QueryResult,
};

use crate::action_logs;
use crate::convert::{self, stored_count};
use crate::divergences::{self, Divergence};
use crate::entity::{experiments, generations, jobs, members, scores};
use crate::error::{Result, refused};
use crate::held::{Held, held};
use crate::jobs as job_rows;
use crate::plan::insert_new;
use crate::scores::{fitness_in, stored_scores};
use crate::session::{SqlStore, Tx};

/// Scores of one statement: as many as surely fit into one TLS record of 16 KiB. More would be sent in two writes, and
/// SQLx leaves Nagle's algorithm on, so the second waits 40 ms for the server's delayed acknowledgement of the first.
const TOGETHER: usize = 32;

/// What a run of the transaction came to.
enum Outcome {
    Committed(Finished),
    /// Nothing was committed.
    Diverged(Box<Divergence>),
}

impl SqlStore {
    pub(crate) async fn commit_scores(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<Finished> {
        check(scores)?;
        // Ahead of the scores: a score is never there without its log.
        let logged = self.copy_action_logs(job, fence, scores).await?;
        let committed = self.retrying("commit scores", || self.finish_once(job, fence, scores, logged)).await;
        if logged && is_refused(&committed) {
            self.forget_action_logs(job, fence).await;
        }
        match committed? {
            Outcome::Committed(finished) => Ok(finished),
            Outcome::Diverged(divergence) => {
                // In a transaction of its own: the one that found it must leave nothing behind.
                self.retrying("record a divergence", || self.record_divergence_once(&divergence)).await?;
                Err(PortError::new(ErrorKind::Divergence, divergence.reason()))
            }
        }
    }

    /// `logged` says whether the action logs are written already.
    async fn finish_once(&self, id: JobId, fence: Fence, scores: &[Score], logged: bool) -> Result<Outcome> {
        let tx = self.begin().await?;
        let held = held(&tx, id, fence).await?;
        let job = &held.job;
        check_planned(&held, scores)?;
        if !logged {
            action_logs::insert(&tx, job.id, job.fence, scores).await?;
        }
        let fresh: Vec<_> = scores.iter().filter(|score| !held.is_scored(score.key.replicate)).collect();
        let inserted = insert(&tx, &held, &fresh).await?;
        crash::reached(Point::ScoreInserted);
        if inserted < scores.len()
            && let Some(divergence) = divergences::find(&tx, job, scores).await?
        {
            return Ok(Outcome::Diverged(Box::new(divergence)));
        }
        let job_done = if inserted == fresh.len() {
            inserted == held.unscored()
        } else {
            // Somebody else has committed some of them since the job was read.
            let planned = held.episodes.iter().map(|(episode, _)| *episode).collect();
            job_rows::unscored(&tx, job, planned).await?.is_empty()
        };
        if job_done && job.status != JobStatus::Done.name() {
            job_rows::settle(&tx, job, JobStatus::Done, None, held.now).await?;
            if job.fence > 1 {
                action_logs::remove_unreferenced(&tx, job.id, None).await?;
            }
        }
        let generation_done = self.progress(&tx, &held, inserted).await?;
        crash::around(Point::ScoreReady, Point::ScoreCommitted, tx.commit()).await?;
        Ok(Outcome::Committed(Finished { job_done, generation_done }))
    }

    /// Counts new scores with member, generation and experiment, in this order. The update locks the row of the
    /// member, so exactly one of several transactions that bring its last scores sees that it is complete.
    async fn progress(&self, tx: &Tx, held: &Held, inserted: usize) -> Result<bool> {
        let (job, new) = (&held.job, stored_count(inserted as u64));
        let member = counted(tx, member_update(job, new)).await?;
        let evaluated = if inserted > 0 && member.is_complete()? { stored_scores(tx, job).await? } else { Vec::new() };
        let generation = counted(tx, generation_update(job, new)).await?;
        if inserted > 0 {
            let events = i64::from(!evaluated.is_empty());
            let experiment = count_with_experiment(tx, job, new, events).await?;
            if !evaluated.is_empty() {
                let purpose = convert::purpose(&generation.0.try_get::<String>("", "purpose")?)?;
                let event = evaluate(tx, job, purpose, &member, evaluated, &experiment.spec).await?;
                self.insert_events(tx, experiment.event_seq, &[event], held.now).await?;
                crash::reached(Point::EventInserted);
            }
        }
        generation.is_complete()
    }
}

/// Whether it is certain that nothing was committed: where the database did not answer, it may have been.
fn is_refused(committed: &PortResult<Outcome>) -> bool {
    match committed {
        Ok(outcome) => matches!(outcome, Outcome::Diverged(_)),
        Err(error) => !matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Internal),
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

fn check_planned(held: &Held, scores: &[Score]) -> Result<()> {
    let job = &held.job;
    for score in scores {
        let is_planned = i64::from(score.key.generation) == job.generation
            && i64::from(score.key.position) == job.position
            && held.episodes.iter().any(|(episode, _)| {
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
async fn insert(tx: &DatabaseTransaction, held: &Held, scores: &[&Score]) -> Result<usize> {
    let (experiment, fence) = (ExperimentId(held.job.experiment_id), held.job.fence);
    let row = |score: &&Score| convert::score_row(experiment, fence, held.now, score);
    let mut inserted = 0;
    for part in scores.chunks(TOGETHER) {
        inserted += insert_new::<scores::Entity, _>(tx, part.iter().map(row).collect()).await?;
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
        .returning(Query::returning().columns([
            Column::EpisodesScored,
            Column::EpisodesPlanned,
            Column::Agent,
            Column::Evaluations,
        ]))
        .to_owned()
}

fn generation_update(job: &jobs::Model, new: i64) -> UpdateStatement {
    use generations::Column;
    Query::update()
        .table(generations::Entity)
        .value(Column::EpisodesScored, Expr::col(Column::EpisodesScored).add(new))
        .and_where(Column::ExperimentId.eq(job.experiment_id))
        .and_where(Column::Generation.eq(job.generation))
        .returning(Query::returning().columns([Column::EpisodesScored, Column::EpisodesPlanned, Column::Purpose]))
        .to_owned()
}

/// What an update of a member or a generation returned.
struct Counted(QueryResult);

impl Counted {
    fn is_complete(&self) -> Result<bool> {
        let count = |name| self.0.try_get::<i64>("", name);
        Ok(count("episodes_scored")? == count("episodes_planned")?)
    }
}

async fn counted(tx: &DatabaseTransaction, update: UpdateStatement) -> Result<Counted> {
    let row = tx.query_one(&update).await?;
    row.map(Counted).ok_or_else(|| refused(ErrorKind::Internal, "a job without its member or generation"))
}

/// What of an experiment is needed once its scores are counted.
struct Experiment {
    /// The number of the last event that was asked for.
    event_seq: i64,
    /// The specification, where events were asked for.
    spec: String,
}

/// Counts scores, and takes the numbers of the events that go with them. An experiment that has ended takes no more
/// scores: its rows are what its last event said they were.
async fn count_with_experiment(
    tx: &DatabaseTransaction,
    job: &jobs::Model,
    new: i64,
    events: i64,
) -> Result<Experiment> {
    use experiments::Column;
    let going_on = ExperimentStatus::ALL.iter().filter(|status| !status.has_ended()).map(|status| status.name());
    let mut count = Query::update();
    count
        .table(experiments::Entity)
        .value(Column::EpisodesScored, Expr::col(Column::EpisodesScored).add(new))
        .and_where(Column::Id.eq(job.experiment_id))
        .and_where(Column::Status.is_in(going_on));
    if events > 0 {
        count.value(Column::EventSeq, Expr::col(Column::EventSeq).add(events));
        count.returning(Query::returning().columns([Column::EventSeq, Column::Spec]));
    } else {
        count.returning(Query::returning().columns([Column::EventSeq]));
    }
    let Some(row) = tx.query_one(&count).await? else {
        let message = format!("experiment {} has ended: it takes no more scores", job.experiment_id);
        return Err(refused(ErrorKind::FailedPrecondition, message));
    };
    let spec = if events > 0 { row.try_get("", "spec")? } else { String::new() };
    Ok(Experiment { event_seq: row.try_get("", "event_seq")?, spec })
}

/// Means over all episodes of a member, summed in order of replicates. One that was given more replicates is evaluated
/// again, over all of them.
async fn evaluate(
    tx: &DatabaseTransaction,
    job: &jobs::Model,
    purpose: Purpose,
    member: &Counted,
    rows: Vec<scores::Model>,
    spec: &str,
) -> Result<Event> {
    let fitness = fitness_in(spec)?;
    let measures: Vec<_> =
        rows.into_iter().map(|row| Ok(convert::score(row, Vec::new())?.measures)).collect::<Result<_>>()?;
    let episodes = measures.len() as f64;
    let mean_fitness = measures.iter().fold(0.0, |sum, measures| sum + fitness.of(measures)) / episodes;
    let kills = measures.iter().fold(0.0, |sum, measures| sum + f64::from(measures.kills)) / episodes;
    let evaluations: i64 = member.0.try_get("", "evaluations")?;
    let change = members::ActiveModel {
        experiment_id: Set(job.experiment_id),
        generation: Set(job.generation),
        position: Set(job.position),
        fitness: Set(Some(mean_fitness)),
        evaluations: Set(evaluations + 1),
        ..Default::default()
    };
    members::Entity::update(change).exec(tx).await?;
    let fact = Fact::AgentEvaluated {
        generation: convert::number(job.generation, "number of a generation")?,
        purpose: Some(purpose),
        agent: convert::parse(&member.0.try_get::<String>("", "agent")?, "agent's name")?,
        position: convert::number(job.position, "position")?,
        fitness: mean_fitness,
        kills,
        episodes: measures.len() as u64,
    };
    let occurrence = convert::number(evaluations, "number of evaluations")?;
    Ok(Event { experiment: ExperimentId(job.experiment_id), occurrence, fact })
}
