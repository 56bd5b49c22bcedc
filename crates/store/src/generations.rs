//! Generations: read with all their scores, and closed when every episode is scored.

use std::collections::BTreeMap;
use std::ops::RangeBounds;

use domain::ErrorKind;
use domain::course::Course;
use domain::event::{Event, Fact};
use domain::ids::{Epoch, ExperimentId};
use domain::plan::GenerationPlan;
use domain::ports::{GenerationRecord, GenerationSummary, MemberScores, PortResult};
use domain::reason;
use domain::score::Score;
use domain::status::{ExperimentStatus, GenerationStatus};
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, StreamTrait,
};

use crate::clock::now_ms;
use crate::convert;
use crate::entity::{experiments, generations, members};
use crate::error::{Error, Result, refused, refused_as};
use crate::experiments::{generation_started, lock, own, status_of};
use crate::scores::{scores_of_generation, within};
use crate::session::SqlStore;
use crate::{extensions, leadership, plan};

impl SqlStore {
    pub(crate) async fn read_generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        self.retrying("read a generation", || async {
            let row = generations::Entity::find_by_id((id.0, i64::from(index))).one(&self.db).await?;
            let row = row.ok_or_else(|| not_found(id, index))?;
            Ok(GenerationRecord {
                index,
                purpose: convert::purpose(&row.purpose)?,
                status: convert::parse(&row.status, "status of a generation")?,
                episodes_per_member: convert::number(row.episodes_per_member, "number of episodes")?,
                members: members_with_scores(&self.db, id, index, ..).await?,
            })
        })
        .await
    }

    pub(crate) async fn list_members(
        &self,
        id: ExperimentId,
        index: u32,
        from: u32,
        most: u32,
    ) -> Result<Vec<MemberScores>> {
        if generations::Entity::find_by_id((id.0, i64::from(index))).one(&self.db).await?.is_none() {
            return Err(not_found(id, index));
        }
        // Positions have no gaps.
        let from = i64::from(from);
        members_with_scores(&self.db, id, index, from..from + i64::from(most)).await
    }

    pub(crate) async fn close_once(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
    ) -> Result<()> {
        let tx = self.begin().await?;
        leadership::require_term(&tx, epoch).await?;
        let generation = lock_generation(&tx, id, index).await?;
        let is_closed = generation.status == GenerationStatus::Completed.name();
        let next = match next {
            Some(next) if !is_planned(&tx, id, next.index).await? => Some(next),
            _ => None,
        };
        if is_closed && next.is_none() {
            return Ok(());
        }
        if generation.episodes_scored < generation.episodes_planned {
            let missing = generation.episodes_planned - generation.episodes_scored;
            let message = format!("generation {index} of experiment {id} cannot be closed: {missing} episodes missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        let experiment = lock(&tx, id).await?;
        check_going_on(id, &experiment)?;
        let now = now_ms(&*tx).await?;
        let mut events = Vec::new();
        if !is_closed {
            events.push(completed(&generation, index, summary)?);
            complete(&tx, generation, summary, now).await?;
            crash::reached(Point::GenerationClosed);
        }
        if let Some(next) = next {
            check_next(&tx, &experiment, next).await?;
            plan::insert(&tx, id, next, now).await?;
            set_latest(&tx, &experiment, next).await?;
            crash::reached(Point::GenerationPlanned);
            events.push(Event::once(id, generation_started(next)));
        }
        self.write_events(&tx, &events, now).await?;
        crash::around(Point::CloseReady, Point::Closed, tx.commit()).await
    }

    pub(crate) async fn complete_once(&self, epoch: Epoch, id: ExperimentId, digest: &str) -> Result<()> {
        let tx = self.begin().await?;
        leadership::require_term(&tx, epoch).await?;
        let experiment = lock(&tx, id).await?;
        let status = status_of(&experiment)?;
        if status == ExperimentStatus::Completed {
            return same_digest(&experiment, digest);
        }
        if !status.may_become(ExperimentStatus::Completed) {
            let message = format!("experiment {id} is {status}: it cannot be completed");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        check_complete(&tx, &experiment).await?;
        self.move_to(&tx, &experiment, ExperimentStatus::Completed, &own(""), &format!("digest {digest}")).await?;
        let change = experiments::ActiveModel {
            id: Set(id.0),
            digest: Set(Some(digest.to_owned())),
            completions: Set(experiment.completions + 1),
            ..Default::default()
        };
        experiments::Entity::update(change).exec(&*tx).await?;
        let episodes = convert::count(experiment.episodes_scored);
        let event = Event {
            experiment: id,
            occurrence: convert::number(experiment.completions, "number of completions")?,
            fact: Fact::ExperimentCompleted { digest: digest.to_owned(), episodes },
        };
        self.write_events(&tx, &[event], now_ms(&*tx).await?).await?;
        crash::around(Point::CompleteReady, Point::Completed, tx.commit()).await
    }
}

fn not_found(id: ExperimentId, index: u32) -> Error {
    refused_as(reason::GENERATION_NOT_FOUND, format!("there is no generation {index} of an experiment {id}"))
}

pub(crate) async fn lock_generation(
    tx: &DatabaseTransaction,
    id: ExperimentId,
    index: u32,
) -> Result<generations::Model> {
    let select = generations::Entity::find_by_id((id.0, i64::from(index))).lock(LockType::NoKeyUpdate);
    select.one(tx).await?.ok_or_else(|| not_found(id, index))
}

async fn members_with_scores(
    db: &(impl ConnectionTrait + StreamTrait),
    id: ExperimentId,
    index: u32,
    positions: impl RangeBounds<i64> + Clone,
) -> Result<Vec<MemberScores>> {
    let select = members::Entity::find()
        .filter(members::Column::ExperimentId.eq(id.0))
        .filter(members::Column::Generation.eq(i64::from(index)))
        .order_by_asc(members::Column::Position);
    let rows = within(select, members::Column::Position, positions.clone()).all(db).await?;
    let mut scores: BTreeMap<u32, Vec<Score>> = BTreeMap::new();
    for score in scores_of_generation(db, id, index, positions).await? {
        scores.entry(score.key.position).or_default().push(score);
    }
    let with_scores = |row: &members::Model| {
        let member = convert::member(row)?;
        let scores = scores.remove(&member.position).unwrap_or_default();
        let episodes_planned = convert::number(row.episodes_planned, "number of episodes")?;
        Ok(MemberScores { member, episodes_planned, scores })
    };
    rows.iter().map(with_scores).collect()
}

fn completed(row: &generations::Model, index: u32, summary: &GenerationSummary) -> Result<Event> {
    let fact = Fact::GenerationCompleted {
        generation: index,
        purpose: Some(convert::purpose(&row.purpose)?),
        best_agent: summary.best_agent.clone(),
        best_fitness: summary.best_fitness,
        mean_fitness: summary.mean_fitness,
        episodes: convert::count(row.episodes_scored),
    };
    let occurrence = convert::number(row.completions, "number of completions")?;
    Ok(Event { experiment: ExperimentId(row.experiment_id), occurrence, fact })
}

async fn complete(
    tx: &DatabaseTransaction,
    row: generations::Model,
    summary: &GenerationSummary,
    now: i64,
) -> Result<()> {
    let change = generations::ActiveModel {
        experiment_id: Set(row.experiment_id),
        generation: Set(row.generation),
        status: Set(GenerationStatus::Completed.name().to_owned()),
        best_agent: Set(Some(summary.best_agent.to_string())),
        best_fitness: Set(Some(summary.best_fitness)),
        mean_fitness: Set(Some(summary.mean_fitness)),
        completions: Set(row.completions + 1),
        ended_at_ms: Set(Some(now)),
        ..Default::default()
    };
    generations::Entity::update(change).exec(tx).await?;
    Ok(())
}

async fn set_latest(tx: &DatabaseTransaction, experiment: &experiments::Model, next: &GenerationPlan) -> Result<()> {
    let change = experiments::ActiveModel {
        id: Set(experiment.id),
        generation: Set(next.index.into()),
        episodes_due: Set(experiment.episodes_due + convert::stored_count(next.episodes())),
        ..Default::default()
    };
    experiments::Entity::update(change).exec(tx).await?;
    Ok(())
}

fn same_digest(experiment: &experiments::Model, digest: &str) -> Result<()> {
    match &experiment.digest {
        Some(stored) if stored == digest => Ok(()),
        stored => {
            let stored = stored.as_deref().unwrap_or("none");
            let message = format!("experiment {} was completed with digest {stored}, not {digest}", experiment.id);
            Err(refused(ErrorKind::Divergence, message))
        }
    }
}

/// Refuses to complete what is not closed generation by generation, up to the last episode that is planned. Whoever
/// computed a digest before an extension comes too late in either way.
async fn check_complete(tx: &DatabaseTransaction, experiment: &experiments::Model) -> Result<()> {
    use generations::Column;
    let open: Option<i64> = generations::Entity::find()
        .select_only()
        .column(Column::Generation)
        .filter(Column::ExperimentId.eq(experiment.id))
        .filter(Column::Status.ne(GenerationStatus::Completed.name()))
        .into_tuple()
        .one(tx)
        .await?;
    let missing = experiment.episodes_planned - experiment.episodes_scored;
    let why = match open {
        Some(index) => format!("generation {index} is not completed"),
        None if missing > 0 => format!("{missing} episodes are missing"),
        None => return Ok(()),
    };
    let message = format!("experiment {} cannot be completed: {why}", experiment.id);
    Err(refused(ErrorKind::FailedPrecondition, message))
}

pub(crate) fn check_going_on(id: ExperimentId, experiment: &experiments::Model) -> Result<()> {
    let status = status_of(experiment)?;
    if status == ExperimentStatus::Stopping || status.has_ended() {
        let message = format!("experiment {id} is {status}: its generations are closed no more");
        return Err(refused(ErrorKind::FailedPrecondition, message));
    }
    Ok(())
}

/// Refuses a generation that was planned before an extension put another one in its place.
async fn check_next(tx: &DatabaseTransaction, experiment: &experiments::Model, next: &GenerationPlan) -> Result<()> {
    let spec = convert::spec(experiment)?;
    if spec.evolution.is_none() {
        return Ok(());
    }
    let extensions = extensions::of(tx, experiment.id).await?;
    let stage = Course::of(&spec, &extensions).stage(next.index);
    if stage.is_some_and(|stage| stage.purpose == next.purpose) {
        return Ok(());
    }
    let (id, index, purpose) = (experiment.id, next.index, next.purpose.name());
    let message = format!("generation {index} of experiment {id} is no {purpose} any more: it was extended");
    Err(refused(ErrorKind::FailedPrecondition, message))
}

async fn is_planned(tx: &DatabaseTransaction, id: ExperimentId, index: u32) -> Result<bool> {
    Ok(generations::Entity::find_by_id((id.0, i64::from(index))).one(tx).await?.is_some())
}
