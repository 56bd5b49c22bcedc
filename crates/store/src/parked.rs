//! Messages that were put aside.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{NewParked, Page, ParkedEvent, ParkedEvents, PortResult, StreamMessage};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::clock::now_ms;
use crate::convert::{count, from_json, stored_count, to_json};
use crate::entity::parked_events::{ActiveModel, Column, Entity, Model};
use crate::error::{Result, refused};
use crate::paging;
use crate::session::SqlStore;

#[async_trait]
impl ParkedEvents for SqlStore {
    async fn park(&self, parked: &NewParked) -> PortResult<()> {
        self.retrying("put a message aside", || self.park_once(parked)).await
    }

    async fn parked(&self, of: Option<ExperimentId>, page: &Page) -> PortResult<(Vec<ParkedEvent>, Option<String>)> {
        self.retrying("list the messages that were put aside", || async {
            let size = paging::size(page);
            let mut select = Entity::find().order_by_asc(Column::ParkedAtMs).order_by_asc(Column::Id);
            if let Some(id) = of {
                select = select.filter(Column::ExperimentId.eq(id.0));
            }
            if let Some(token) = &page.after {
                let (moment, id) = paging::parse_parked(token)?;
                let key = Expr::tuple([Expr::col(Column::ParkedAtMs), Expr::col(Column::Id)]);
                select = select.filter(key.gt(Expr::tuple([moment.into(), id.into()])));
            }
            let mut rows = select.limit(size + 1).all(&self.db).await?;
            let next = paging::cut(&mut rows, size, |row| paging::parked_token(row.parked_at_ms, &row.id));
            Ok((rows.into_iter().map(parked).collect::<Result<_>>()?, next))
        })
        .await
    }

    async fn parked_event(&self, id: &str) -> PortResult<ParkedEvent> {
        self.retrying("read a message that was put aside", || async {
            let row = Entity::find_by_id(id.to_owned()).one(&self.db).await?;
            let missing = || refused(ErrorKind::NotFound, format!("there is no parked event `{id}`"));
            parked(row.ok_or_else(missing)?)
        })
        .await
    }

    async fn unpark(&self, id: &str) -> PortResult<bool> {
        self.retrying("forget a message that was put aside", || async {
            let tx = self.begin().await?;
            let deleted = Entity::delete_by_id(id.to_owned()).exec(&*tx).await?.rows_affected;
            tx.commit().await?;
            Ok(deleted > 0)
        })
        .await
    }
}

impl SqlStore {
    async fn park_once(&self, parked: &NewParked) -> Result<()> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        let again = OnConflict::column(Column::Id).update_columns([Column::Error, Column::Deliveries]).to_owned();
        Entity::insert(row(parked, now)?).on_conflict(again).exec_without_returning(&*tx).await?;
        tx.commit().await
    }
}

fn row(parked: &NewParked, now: i64) -> Result<ActiveModel> {
    let message = &parked.message;
    Ok(ActiveModel {
        id: Set(parked.id()),
        experiment_id: Set(parked.experiment().map(|id| id.0)),
        event_id: Set(message.headers.get("ce-id").map(|id| text(id))),
        stream: Set(text(&parked.stream)),
        position: Set(stored_count(message.position)),
        stored_at_ms: Set(message.stored_at_ms),
        subject: Set(text(&message.subject)),
        headers: Set(to_json(&message.headers, "headers")?),
        body: Set(message.body.clone()),
        error: Set(text(&parked.error)),
        deliveries: Set(parked.deliveries.into()),
        parked_at_ms: Set(now),
    })
}

/// What a stranger wrote may hold a NUL, which PostgreSQL does not take as text. Headers are JSON, which escapes it.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn parked(row: Model) -> Result<ParkedEvent> {
    let message = StreamMessage {
        subject: row.subject,
        headers: from_json::<BTreeMap<String, String>>(&row.headers, "headers")?,
        body: row.body,
        position: count(row.position),
        stored_at_ms: row.stored_at_ms,
    };
    let deliveries = u32::try_from(row.deliveries).unwrap_or(u32::MAX);
    let parked = NewParked { stream: row.stream, message, error: row.error, deliveries };
    Ok(ParkedEvent { id: row.id, parked, parked_at_ms: row.parked_at_ms })
}
