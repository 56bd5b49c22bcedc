//! Findings, and what their evidence is worth.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::finding::{Evidence, Finding, NewFinding};
use domain::ids::{ExperimentId, FindingId};
use domain::journal::Actor;
use domain::ports::{FindingFilter, FindingStore, Page, PortResult};
use domain::reason;
use domain::status::ExperimentStatus;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::convert;
use crate::entity::experiments;
use crate::entity::findings::{ActiveModel, Column, Entity, Model};
use crate::error::{Result, refused, refused_as};
use crate::experiments::{load_shared, status_of};
use crate::paging;
use crate::session::SqlStore;

#[async_trait]
impl FindingStore for SqlStore {
    async fn add_finding(&self, new: &NewFinding) -> PortResult<Finding> {
        self.retrying("keep a finding", || self.add_finding_once(new)).await?;
        self.finding(new.id).await
    }

    async fn finding(&self, id: FindingId) -> PortResult<Finding> {
        self.retrying("read a finding", || async {
            let row = Entity::find_by_id(id.0).one(&self.db).await?;
            let unknown = || refused_as(reason::FINDING_NOT_FOUND, format!("there is no finding {id}"));
            self.told(vec![row.ok_or_else(unknown)?]).await?.pop().ok_or_else(unknown)
        })
        .await
    }

    async fn findings(&self, filter: &FindingFilter, page: &Page) -> PortResult<(Vec<Finding>, Option<String>)> {
        self.retrying("list findings", || async {
            let size = paging::size(page);
            let mut rows = newest(filter, page)?.limit(size + 1).all(&self.db).await?;
            let next = paging::cut(&mut rows, size, |row| paging::experiment_token(row.created_at_ms, row.id));
            Ok((self.told(rows).await?, next))
        })
        .await
    }
}

impl SqlStore {
    async fn add_finding_once(&self, new: &NewFinding) -> Result<()> {
        let tx = self.begin().await?;
        let experiment = load_shared(&tx, new.experiment).await?;
        let digest = match (status_of(&experiment)?, experiment.digest) {
            (ExperimentStatus::Completed, Some(digest)) => digest,
            (status, _) => {
                let message = format!(
                    "experiment {} is {status}: a finding rests on a completed experiment, whose digest it names",
                    new.experiment
                );
                return Err(refused(ErrorKind::FailedPrecondition, message));
            }
        };
        let row = ActiveModel {
            id: Set(new.id.0),
            statement: Set(new.statement.clone()),
            experiment_id: Set(new.experiment.0),
            experiment_name: Set(experiment.name),
            term: Set(new.term.clone()),
            digest: Set(digest),
            author: Set(new.author.to_string()),
            created_at_ms: Set(now_ms(&*tx).await?),
        };
        Entity::insert(row).on_conflict_do_nothing().exec_without_returning(&*tx).await?;
        tx.commit().await
    }

    /// The findings of these rows, with what their experiments are now.
    async fn told(&self, rows: Vec<Model>) -> Result<Vec<Finding>> {
        let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| row.experiment_id).collect();
        let present: Vec<(Uuid, String, Option<String>)> = experiments::Entity::find()
            .select_only()
            .columns([experiments::Column::Id, experiments::Column::Status, experiments::Column::Digest])
            .filter(experiments::Column::Id.is_in(ids))
            .into_tuple()
            .all(&self.db)
            .await?;
        let present: HashMap<_, _> = present.into_iter().map(|(id, status, digest)| (id, (status, digest))).collect();
        rows.into_iter().map(|row| finding(row, &present)).collect()
    }
}

fn newest(filter: &FindingFilter, page: &Page) -> Result<Select<Entity>> {
    let mut select = Entity::find().order_by_desc(Column::CreatedAtMs).order_by_desc(Column::Id);
    if let Some(experiment) = filter.experiment {
        select = select.filter(Column::ExperimentId.eq(experiment.0));
    }
    if let Some(token) = &page.after {
        let (moment, id) = paging::parse_experiment(token)?;
        let key = Expr::tuple([Expr::col(Column::CreatedAtMs), Expr::col(Column::Id)]);
        select = select.filter(key.lt(Expr::tuple([Expr::value(moment), Expr::value(id)])));
    }
    Ok(select)
}

fn finding(row: Model, present: &HashMap<Uuid, (String, Option<String>)>) -> Result<Finding> {
    let evidence = Evidence {
        experiment: ExperimentId(row.experiment_id),
        name: row.experiment_name,
        term: row.term,
        digest: row.digest,
    };
    let present = match present.get(&row.experiment_id) {
        None => None,
        Some((status, digest)) => Some((convert::parse(status, "status of an experiment")?, digest.as_deref())),
    };
    Ok(Finding {
        id: FindingId(row.id),
        statement: row.statement,
        standing: evidence.standing(present),
        evidence,
        author: Actor::new(&row.author),
        at_ms: row.created_at_ms,
    })
}
