//! The projection: every event once into the inbox and into the summaries, in one transaction.
//!
//! Whoever takes events in holds the rows of their experiments' summaries first, in order of the ids. So two processes
//! that take in events of one experiment do it one after the other, and what was counted is counted once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use domain::event_chain::Fingerprint;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{InboxEntry, PortResult, Projected, Projection, ReceivedEvent, Summary};
use domain::projection::{ProjectedExperiment, ProjectedGeneration};
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, Iterable as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::entity::{event_inbox, experiment_summaries, generation_summaries};
use crate::error::{Result, damaged};
use crate::plan::insert_all;
use crate::projection_rows::{experiment, experiment_row, generation, generation_row};
use crate::session::{SqlStore, Tx};

#[async_trait]
impl Projection for SqlStore {
    async fn project(&self, events: &[ReceivedEvent]) -> PortResult<Vec<Projected>> {
        if events.is_empty() {
            return Ok(vec![]);
        }
        self.retrying("take events into the summaries", || self.project_once(events)).await
    }

    async fn summary(&self, id: ExperimentId) -> PortResult<Option<Summary>> {
        self.retrying("read a summary", || async {
            let Some(row) = experiment_summaries::Entity::find_by_id(id.0).one(&self.db).await? else {
                return Ok(None);
            };
            let rows = generation_summaries::Entity::find()
                .filter(generation_summaries::Column::ExperimentId.eq(id.0))
                .order_by_asc(generation_summaries::Column::Generation)
                .all(&self.db)
                .await?;
            let generations = rows.into_iter().map(generation).collect::<Result<_>>()?;
            let experiment = experiment(row)?;
            // A row without an event is that of an experiment that was forgotten, or of a process which is about to take
            // in the first.
            Ok((experiment.counts.events > 0).then_some(Summary { experiment, generations }))
        })
        .await
    }

    async fn inbox(&self, id: ExperimentId, after: Option<EventId>, limit: u32) -> PortResult<Vec<InboxEntry>> {
        self.retrying("read the inbox of events", || async {
            let mut rows = event_inbox::Entity::find().filter(event_inbox::Column::ExperimentId.eq(id.0));
            if let Some(after) = after {
                rows = rows.filter(event_inbox::Column::EventId.gt(after.0));
            }
            let rows = rows.order_by_asc(event_inbox::Column::EventId).limit(u64::from(limit)).all(&self.db).await?;
            rows.into_iter().map(entry).collect()
        })
        .await
    }

    async fn projected(&self, after: Option<ExperimentId>, limit: u32) -> PortResult<Vec<ExperimentId>> {
        use experiment_summaries::Column;
        self.retrying("list summaries", || async {
            let mut ids = experiment_summaries::Entity::find().select_only().column(Column::ExperimentId);
            ids = ids.filter(Column::Events.gt(0));
            if let Some(after) = after {
                ids = ids.filter(Column::ExperimentId.gt(after.0));
            }
            let ids = ids.order_by_asc(Column::ExperimentId).limit(u64::from(limit)).into_tuple();
            let ids: Vec<Uuid> = ids.all(&self.db).await?;
            Ok(ids.into_iter().map(ExperimentId).collect())
        })
        .await
    }

    async fn forget(&self, id: ExperimentId) -> PortResult<()> {
        self.retrying("forget a summary", || async {
            let tx = self.begin().await?;
            lock_summaries(&tx, &BTreeSet::from([id])).await?;
            let inbox = event_inbox::Entity::delete_many().filter(event_inbox::Column::ExperimentId.eq(id.0));
            inbox.exec(&*tx).await?;
            let rows =
                generation_summaries::Entity::delete_many().filter(generation_summaries::Column::ExperimentId.eq(id.0));
            rows.exec(&*tx).await?;
            // Kept, because another process may be waiting for this row.
            store_experiments(&tx, [ProjectedExperiment::new(id)].iter()).await?;
            tx.commit().await
        })
        .await
    }
}

impl SqlStore {
    async fn project_once(&self, events: &[ReceivedEvent]) -> Result<Vec<Projected>> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        let experiments: BTreeSet<_> = events.iter().map(|received| received.record.experiment).collect();
        let mut summaries = lock_summaries(&tx, &experiments).await?;
        let mut known = fingerprints(&tx, events).await?;
        let mut outcomes = Vec::with_capacity(events.len());
        let mut new = Vec::new();
        for received in events {
            let fingerprint = Fingerprint::of(&received.record);
            let outcome = match known.insert(received.record.id, fingerprint) {
                None => Projected::New,
                Some(before) if before == fingerprint => Projected::Known,
                Some(before) => {
                    known.insert(received.record.id, before);
                    Projected::Conflict
                }
            };
            if outcome == Projected::New {
                new.push((received, fingerprint));
            }
            outcomes.push(outcome);
        }
        if !new.is_empty() {
            let rows: Vec<_> = new.iter().map(|(received, hash)| inbox_row(received, hash, now)).collect();
            insert_all::<event_inbox::Entity, _>(&tx, rows).await?;
            let new: Vec<_> = new.into_iter().map(|(received, _)| received).collect();
            take_in(&tx, &mut summaries, &new).await?;
            crash::around(Point::ProjectionReady, Point::Projected, tx.commit()).await?;
        }
        Ok(outcomes)
    }
}

/// Makes sure that the summaries are there, and keeps others from changing them.
async fn lock_summaries(
    tx: &Tx,
    experiments: &BTreeSet<ExperimentId>,
) -> Result<BTreeMap<ExperimentId, ProjectedExperiment>> {
    use experiment_summaries::{ActiveModel, Column, Entity};
    let missing = experiments.iter().map(|id| ActiveModel { experiment_id: Set(id.0), ..Default::default() });
    Entity::insert_many(missing).on_conflict_do_nothing().exec_without_returning(&**tx).await?;
    let rows = Entity::find()
        .filter(Column::ExperimentId.is_in(experiments.iter().map(|id| id.0)))
        .order_by_asc(Column::ExperimentId)
        .lock(LockType::Update)
        .all(&**tx)
        .await?;
    let mut summaries = BTreeMap::new();
    for row in rows {
        summaries.insert(ExperimentId(row.experiment_id), experiment(row)?);
    }
    Ok(summaries)
}

/// What the inbox knows of these events.
async fn fingerprints(tx: &Tx, events: &[ReceivedEvent]) -> Result<HashMap<EventId, Fingerprint>> {
    use event_inbox::{Column, Entity};
    let ids: BTreeSet<_> = events.iter().map(|received| received.record.id.0).collect();
    let experiments: BTreeSet<_> = events.iter().map(|received| received.record.experiment.0).collect();
    let rows = Entity::find()
        .filter(Column::ExperimentId.is_in(experiments))
        .filter(Column::EventId.is_in(ids))
        .all(&**tx)
        .await?;
    rows.into_iter().map(|row| entry(row).map(|entry| (entry.id, entry.fingerprint))).collect()
}

/// Adds new events to the summaries and stores what has changed.
async fn take_in(
    tx: &Tx,
    summaries: &mut BTreeMap<ExperimentId, ProjectedExperiment>,
    new: &[&ReceivedEvent],
) -> Result<()> {
    let mut generations = generations_of(tx, new).await?;
    for ReceivedEvent { event, record } in new.iter().copied() {
        let summary = summaries.get_mut(&record.experiment).ok_or_else(|| damaged("summary", "its row is gone"))?;
        summary.apply(event, record);
        if let Some(index) = ProjectedGeneration::of(event) {
            let generation = generations.entry((record.experiment, index));
            generation.or_insert_with(|| ProjectedGeneration::new(index)).apply(event, record);
        }
    }
    let touched: BTreeSet<_> = new.iter().map(|received| received.record.experiment).collect();
    store_experiments(tx, summaries.values().filter(|summary| touched.contains(&summary.id))).await?;
    store_generations(tx, &generations).await
}

/// The stored generations that these events are about.
async fn generations_of(tx: &Tx, new: &[&ReceivedEvent]) -> Result<BTreeMap<(ExperimentId, u32), ProjectedGeneration>> {
    use generation_summaries::{Column, Entity};
    let mut wanted: BTreeMap<ExperimentId, BTreeSet<u32>> = BTreeMap::new();
    for received in new {
        if let Some(index) = ProjectedGeneration::of(&received.event) {
            wanted.entry(received.record.experiment).or_default().insert(index);
        }
    }
    let mut found = BTreeMap::new();
    for (id, indices) in wanted {
        let rows = Entity::find()
            .filter(Column::ExperimentId.eq(id.0))
            .filter(Column::Generation.is_in(indices.into_iter().map(i64::from)))
            .all(&**tx)
            .await?;
        for row in rows {
            let generation = generation(row)?;
            found.insert((id, generation.index), generation);
        }
    }
    Ok(found)
}

async fn store_experiments<'a>(tx: &Tx, summaries: impl Iterator<Item = &'a ProjectedExperiment>) -> Result<()> {
    use experiment_summaries::{Column, Entity};
    let rows: Vec<_> = summaries.map(experiment_row).collect();
    let replaced = OnConflict::column(Column::ExperimentId).update_columns(Column::iter().skip(1)).to_owned();
    Entity::insert_many(rows).on_conflict(replaced).exec_without_returning(&**tx).await?;
    Ok(())
}

async fn store_generations(tx: &Tx, generations: &BTreeMap<(ExperimentId, u32), ProjectedGeneration>) -> Result<()> {
    use generation_summaries::{Column, Entity};
    if generations.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = generations.iter().map(|((id, _), generation)| generation_row(*id, generation)).collect();
    let key = OnConflict::columns([Column::ExperimentId, Column::Generation]);
    let replaced = key.clone().update_columns(Column::iter().skip(2)).to_owned();
    Entity::insert_many(rows).on_conflict(replaced).exec_without_returning(&**tx).await?;
    Ok(())
}

fn inbox_row(received: &ReceivedEvent, fingerprint: &Fingerprint, now: i64) -> event_inbox::ActiveModel {
    event_inbox::ActiveModel {
        experiment_id: Set(received.record.experiment.0),
        event_id: Set(received.record.id.0),
        sequence: Set(received.record.sequence),
        fingerprint: Set(fingerprint.0.to_vec()),
        projected_at_ms: Set(now),
    }
}

fn entry(row: event_inbox::Model) -> Result<InboxEntry> {
    let fingerprint = row.fingerprint.try_into().map_err(|_| damaged("fingerprint", "it is not 32 bytes long"))?;
    Ok(InboxEntry { id: EventId(row.event_id), sequence: row.sequence, fingerprint: Fingerprint(fingerprint) })
}
