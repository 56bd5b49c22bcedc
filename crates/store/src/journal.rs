//! The journal: who did what to an experiment, and why, written in the transaction that did it.

use domain::ids::ExperimentId;
use domain::journal::{Action, JournalEntry, Note};
use domain::ports::{Page, PortResult};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::entity::journal::{ActiveModel, Column, Entity};
use crate::error::Result;
use crate::experiments::load;
use crate::session::SqlStore;
use crate::{convert, paging};

/// For how long the same line is not written again.
const QUIET_MS: i64 = 60_000;

/// Writes a line.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    experiment: Uuid,
    action: Action,
    note: &Note,
    detail: &str,
    now: i64,
) -> Result<()> {
    let entry = ActiveModel {
        id: NotSet,
        experiment_id: Set(Some(experiment)),
        actor: Set(Some(note.actor.to_string())),
        action: Set(action.name().to_owned()),
        detail: Set(detail.to_owned()),
        reason: Set(note.reason.clone()),
        at_ms: Set(now),
    };
    Entity::insert(entry).exec_without_returning(tx).await?;
    Ok(())
}

impl SqlStore {
    pub(crate) async fn record_once(&self, id: ExperimentId, action: Action, note: &Note, detail: &str) -> Result<()> {
        let tx = self.begin().await?;
        load(&*tx, id).await?;
        let now = now_ms(&*tx).await?;
        let known = Entity::find()
            .filter(Column::ExperimentId.eq(id.0))
            .filter(Column::Action.eq(action.name()))
            .filter(Column::Actor.eq(note.actor.as_str()))
            .filter(Column::Reason.eq(note.reason.as_str()))
            .filter(Column::Detail.eq(detail))
            .filter(Column::AtMs.gt(now - QUIET_MS));
        if known.count(&*tx).await? == 0 {
            write(&tx, id.0, action, note, detail, now).await?;
        }
        tx.commit().await
    }

    pub(crate) async fn list_journal(
        &self,
        id: ExperimentId,
        page: &Page,
    ) -> PortResult<(Vec<JournalEntry>, Option<String>)> {
        self.retrying("read a journal", || async {
            load(&self.db, id).await?;
            let after = page.after.as_deref().map_or(Ok(0), paging::parse_entry)?;
            let size = paging::size(page);
            let mut rows = Entity::find()
                .filter(Column::ExperimentId.eq(id.0))
                .filter(Column::Id.gt(after))
                .order_by_asc(Column::Id)
                .limit(size + 1)
                .all(&self.db)
                .await?;
            let next = paging::cut(&mut rows, size, |row| paging::entry_token(row.id));
            Ok((rows.into_iter().map(convert::journal_entry).collect::<Result<_>>()?, next))
        })
        .await
    }
}
