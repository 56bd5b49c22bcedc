//! Events, written in the transaction of the fact they tell of.

use domain::event::{EncodedEvent, Event};
use domain::ids::ExperimentId;
use domain::ports::{PortResult, StoredEvent};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::convert;
use crate::entity::{experiments, outbox};
use crate::error::Result;
use crate::plan::insert_all;
use crate::session::SqlStore;

impl SqlStore {
    /// Puts events into the outbox. Takes the lock of the experiment's row, if it is not taken yet.
    pub(crate) async fn write_events(&self, tx: &DatabaseTransaction, events: &[Event], now: i64) -> Result<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let last = take_sequences(tx, first.experiment, events.len()).await?;
        self.insert_events(tx, last, events, now).await
    }

    /// Puts events into the outbox whose numbers have been taken already; `last` is that of the last one.
    pub(crate) async fn insert_events(
        &self,
        tx: &DatabaseTransaction,
        last: i64,
        events: &[Event],
        now: i64,
    ) -> Result<()> {
        let first = last - convert::stored_count(events.len() as u64) + 1;
        let rows: Vec<_> = (first..).zip(events).map(|(sequence, event)| self.row(sequence, event, now)).collect();
        insert_all::<outbox::Entity, _>(tx, rows).await
    }

    fn row(&self, sequence: i64, event: &Event, now: i64) -> outbox::ActiveModel {
        let EncodedEvent { kind, body } = self.encoder.encode(event);
        outbox::ActiveModel {
            id: NotSet,
            experiment_id: Set(event.experiment.0),
            sequence: Set(sequence),
            event_id: Set(event.id().0),
            subject: Set(event.subject()),
            kind: Set(kind),
            body: Set(body),
            committed_at_ms: Set(now),
            traceparent: Set(self.trace.current()),
            published_at_ms: NotSet,
            republished: NotSet,
        }
    }

    pub(crate) async fn read_events(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<StoredEvent>> {
        self.retrying("read events", || async {
            let rows = outbox::Entity::find()
                .filter(outbox::Column::ExperimentId.eq(id.0))
                .filter(outbox::Column::Sequence.gt(after))
                .order_by_asc(outbox::Column::Sequence)
                .limit(u64::from(limit))
                .all(&self.db)
                .await?;
            Ok(rows.into_iter().map(stored).collect())
        })
        .await
    }
}

fn stored(row: outbox::Model) -> StoredEvent {
    StoredEvent { sequence: row.sequence, record: convert::record(row) }
}

/// Takes the next numbers of an experiment, under the lock of its row, and returns the last of them.
async fn take_sequences(tx: &DatabaseTransaction, id: ExperimentId, count: usize) -> Result<i64> {
    use experiments::Column;
    let count = convert::stored_count(count as u64);
    let take = Query::update()
        .table(experiments::Entity)
        .value(Column::EventSeq, Expr::col(Column::EventSeq).add(count))
        .and_where(Column::Id.eq(id.0))
        .returning_col(Column::EventSeq)
        .to_owned();
    let row = tx.query_one(&take).await?.ok_or_else(|| DbErr::RecordNotFound(format!("experiment {id}")))?;
    Ok(row.try_get("", "event_seq")?)
}
