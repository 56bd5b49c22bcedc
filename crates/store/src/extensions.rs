//! Extensions: rows of their own beside a specification that stays what was launched.
//!
//! More replicates open the one generation of a design again, with new jobs for every member; more generations only move
//! the end, and are planned one by one as the population gets there.

use std::collections::HashMap;

use domain::ErrorKind;
use domain::course::Course;
use domain::event::{Event, Fact};
use domain::extension::{Extension, Extent};
use domain::plan::episodes_of;
use domain::ports::{Extended, NewExtension};
use domain::status::{ExperimentStatus, GenerationStatus};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::convert::{self, stored_count};
use crate::entity::extensions::{ActiveModel, Column, Entity};
use crate::entity::{experiments, generations, members};
use crate::error::{Result, refused};
use crate::experiments::{lock, status_of};
use crate::generations::lock_generation;
use crate::session::{SqlStore, Tx};
use crate::{journal, plan};

/// The extensions of an experiment, oldest first.
pub(crate) async fn of(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Extension>> {
    Ok(of_all(db, [id]).await?.remove(&id).unwrap_or_default())
}

/// The extensions of several experiments, each oldest first.
pub(crate) async fn of_all(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<Extension>>> {
    let rows = Entity::find()
        .filter(Column::ExperimentId.is_in(ids))
        .order_by_asc(Column::ExperimentId)
        .order_by_asc(Column::Number)
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Vec<Extension>> = HashMap::new();
    for row in rows {
        found.entry(row.experiment_id).or_default().push(convert::extension(&row)?);
    }
    Ok(found)
}

impl SqlStore {
    pub(crate) async fn extend_once(&self, new: &NewExtension) -> Result<Extended> {
        let tx = self.begin().await?;
        // In the order in which rows are locked everywhere: members, generation, experiment.
        if let Extent::Replicates(total) = new.extent {
            open_members(&tx, new, total).await?;
            open_generation(&tx, new, total).await?;
        }
        let row = lock(&tx, new.experiment).await?;
        let known = of(&*tx, row.id).await?;
        let present = Course::of(&convert::spec(&row)?, &known).extent();
        if present == new.extent {
            return Ok(Extended::Already);
        }
        check_status(&row)?;
        if present != new.from || row.generation != i64::from(new.generation) || has_saved(&row, new) {
            return Ok(Extended::Outdated);
        }
        self.store_extension(&tx, &row, known.len(), new).await?;
        tx.commit().await?;
        Ok(Extended::Done)
    }

    async fn store_extension(
        &self,
        tx: &Tx,
        row: &experiments::Model,
        earlier: usize,
        new: &NewExtension,
    ) -> Result<()> {
        let now = now_ms(&**tx).await?;
        let number = stored_count(earlier as u64 + 1);
        Entity::insert(extension(number, new, now)).exec_without_returning(&**tx).await?;
        plan::append_jobs(tx, new.experiment, 0, &new.jobs).await?;
        move_end(tx, row, new).await?;
        let fact = Fact::ExperimentExtended {
            extent: new.extent,
            episodes: new.episodes_planned,
            reason: new.note.reason.clone(),
        };
        let occurrence = u32::try_from(earlier).unwrap_or(u32::MAX);
        self.write_events(tx, &[Event { experiment: new.experiment, occurrence, fact }], now).await?;
        let detail = format!("from {} to {}", new.from.total(), new.extent);
        journal::write(tx, row.id, new.action(), &new.note, &detail, now).await
    }
}

fn extension(number: i64, new: &NewExtension, now: i64) -> ActiveModel {
    ActiveModel {
        experiment_id: Set(new.experiment.0),
        number: Set(number),
        unit: Set(new.extent.unit().to_owned()),
        total: Set(new.extent.total().into()),
        generation: Set(new.generation.into()),
        at_ms: Set(now),
    }
}

/// Whether a race has saved episodes since the extension was planned.
fn has_saved(row: &experiments::Model, new: &NewExtension) -> bool {
    convert::count(row.episodes_planned) != new.episodes_before
}

fn check_status(row: &experiments::Model) -> Result<()> {
    let status = status_of(row)?;
    match status {
        ExperimentStatus::Running | ExperimentStatus::Paused | ExperimentStatus::Completed => Ok(()),
        ExperimentStatus::Stopping | ExperimentStatus::Failed | ExperimentStatus::Stopped => {
            let id = row.id;
            let message = format!("experiment {id} is {status}: only what runs, is paused or completed is extended");
            Err(refused(ErrorKind::FailedPrecondition, message))
        }
    }
}

/// Gives every member the new number of episodes. The rows are locked in order of positions, so that two extensions
/// wait for each other and do not meet half-way.
async fn open_members(tx: &DatabaseTransaction, new: &NewExtension, total: u32) -> Result<()> {
    use members::Column;
    members::Entity::find()
        .select_only()
        .column(Column::Position)
        .filter(Column::ExperimentId.eq(new.experiment.0))
        .filter(Column::Generation.eq(0))
        .order_by_asc(Column::Position)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<i64>()
        .all(tx)
        .await?;
    let change = Query::update()
        .table(members::Entity)
        .value(Column::EpisodesPlanned, i64::from(total))
        .value(Column::Fitness, Option::<f64>::None)
        .and_where(Column::ExperimentId.eq(new.experiment.0))
        .and_where(Column::Generation.eq(0))
        .to_owned();
    tx.execute(&change).await?;
    Ok(())
}

async fn open_generation(tx: &DatabaseTransaction, new: &NewExtension, total: u32) -> Result<()> {
    let row = lock_generation(tx, new.experiment, 0).await?;
    let change = generations::ActiveModel {
        experiment_id: Set(row.experiment_id),
        generation: Set(row.generation),
        status: Set(GenerationStatus::Running.name().to_owned()),
        episodes_per_member: Set(total.into()),
        episodes_planned: Set(stored_count(new.episodes_planned)),
        best_agent: Set(None),
        best_fitness: Set(None),
        mean_fitness: Set(None),
        ended_at_ms: Set(None),
        ..Default::default()
    };
    generations::Entity::update(change).exec(tx).await?;
    Ok(())
}

/// A completed experiment runs again: it has no digest until it has all its scores.
async fn move_end(tx: &DatabaseTransaction, row: &experiments::Model, new: &NewExtension) -> Result<()> {
    let mut change = experiments::ActiveModel {
        id: Set(row.id),
        episodes_planned: Set(stored_count(new.episodes_planned)),
        episodes_due: Set(row.episodes_due + stored_count(episodes_of(&new.jobs))),
        ..Default::default()
    };
    if status_of(row)? == ExperimentStatus::Completed {
        change.status = Set(ExperimentStatus::Running.name().to_owned());
        change.digest = Set(None);
        change.ended_at_ms = Set(None);
    }
    experiments::Entity::update(change).exec(tx).await?;
    Ok(())
}
