//! Experiments: stored once, listed newest first, and moved from status to status.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::ExperimentId;
use domain::journal::{Action, Actor, Note};
use domain::plan::GenerationPlan;
use domain::ports::{
    Created, ExperimentFilter, ExperimentRecord, NewExperiment, Page, PortError, PortResult, Provenance,
};
use domain::reason;
use domain::status::ExperimentStatus;
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LikeExpr, LockType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, TryInsertResult,
};

use crate::clock::now_ms;
use crate::convert::{self, stored_count, to_json};
use crate::entity::experiments;
use crate::error::{Result, refused, refused_as};
use crate::session::{SqlStore, Tx};
use crate::{extensions, jobs, journal, paging, plan};

impl SqlStore {
    pub(crate) async fn create_once(&self, new: &NewExperiment) -> Result<Created> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        let row = experiments::Entity::insert(row(new, now)?).on_conflict_do_nothing();
        if let TryInsertResult::Conflicted | TryInsertResult::Inserted(0) = row.exec_without_returning(&*tx).await? {
            return existing(&tx, new).await;
        }
        plan::insert(&tx, new.id, &new.first, now).await?;
        self.write_events(&tx, &started(new), now).await?;
        journal::write(&tx, new.id.0, Action::Launched, &Note::new(new.launched_by.clone(), ""), "", now).await?;
        crash::around(Point::LaunchReady, Point::Launched, tx.commit()).await?;
        Ok(Created::New)
    }

    pub(crate) async fn read_experiment(&self, id: ExperimentId) -> PortResult<ExperimentRecord> {
        self.retrying("read an experiment", || async {
            // In this order: an extension that is seen without what it changed in the row delays a step, no more.
            let row = load(&self.db, id).await?;
            convert::experiment(row, extensions::of(&self.db, id.0).await?)
        })
        .await
    }

    pub(crate) async fn list_experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        self.retrying("list experiments", || async {
            let size = paging::size(page);
            let mut rows = newest(filter, page)?.limit(size + 1).all(&self.db).await?;
            let next = paging::cut(&mut rows, size, |row| paging::experiment_token(row.created_at_ms, row.id));
            let mut extensions = extensions::of_all(&self.db, rows.iter().map(|row| row.id)).await?;
            let record = |row: experiments::Model| {
                let extensions = extensions.remove(&row.id).unwrap_or_default();
                convert::experiment(row, extensions)
            };
            Ok((rows.into_iter().map(record).collect::<Result<_>>()?, next))
        })
        .await
    }

    pub(crate) async fn set_status_once(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> Result<()> {
        let tx = self.begin().await?;
        let row = lock(&tx, id).await?;
        let present = status_of(&row)?;
        let is_there =
            present == status || (status == ExperimentStatus::Stopping && present == ExperimentStatus::Stopped);
        if is_there {
            return Ok(());
        }
        check_change(id, present, status)?;
        let status = match status {
            ExperimentStatus::Stopping if !jobs::are_in_play(&tx, id).await? => ExperimentStatus::Stopped,
            other => other,
        };
        self.move_to(&tx, &row, status, note, "").await?;
        tx.commit().await
    }

    /// Moves a locked experiment to a status that may follow its present one, with event and journal entry.
    pub(crate) async fn move_to(
        &self,
        tx: &Tx,
        row: &experiments::Model,
        status: ExperimentStatus,
        note: &Note,
        detail: &str,
    ) -> Result<()> {
        let now = now_ms(&**tx).await?;
        let tells_why = !matches!(status, ExperimentStatus::Running | ExperimentStatus::Completed);
        let change = experiments::ActiveModel {
            id: Set(row.id),
            status: Set(status.name().to_owned()),
            reason: Set(tells_why.then(|| note.reason.clone())),
            pauses: Set(row.pauses + i64::from(status == ExperimentStatus::Paused)),
            ended_at_ms: Set(status.has_ended().then_some(now)),
            ..Default::default()
        };
        experiments::Entity::update(change).exec(&**tx).await?;
        if let Some(event) = status_event(row, status, &note.reason) {
            self.write_events(tx, &[event], now).await?;
        }
        journal::write(tx, row.id, action(status), note, detail, now).await
    }
}

fn check_change(id: ExperimentId, present: ExperimentStatus, status: ExperimentStatus) -> Result<()> {
    let why = match (present, status) {
        (_, ExperimentStatus::Completed) => "an experiment is completed by its last episode, not by request".to_owned(),
        (ExperimentStatus::Completed, ExperimentStatus::Running) => {
            format!("experiment {id} is completed: it goes on only when it is extended")
        }
        _ if present.may_become(status) => return Ok(()),
        _ => format!("experiment {id} is {present}: it cannot become {status}"),
    };
    Err(refused(ErrorKind::FailedPrecondition, why))
}

/// What the journal says of a move to `status`. Running again after the end is told by the extension that did it.
fn action(status: ExperimentStatus) -> Action {
    match status {
        ExperimentStatus::Running => Action::Resumed,
        ExperimentStatus::Paused => Action::Paused,
        ExperimentStatus::Stopping => Action::Stopping,
        ExperimentStatus::Completed => Action::Completed,
        ExperimentStatus::Failed => Action::Failed,
        ExperimentStatus::Stopped => Action::Stopped,
    }
}

/// The event that tells of a new status. Every resume follows a pause, so both are counted by the pauses.
fn status_event(row: &experiments::Model, status: ExperimentStatus, reason: &str) -> Option<Event> {
    let reason = reason.to_owned();
    let nth = |pauses: i64| u32::try_from(pauses).unwrap_or(u32::MAX);
    let (occurrence, fact) = match status {
        ExperimentStatus::Paused => (nth(row.pauses), Fact::ExperimentPaused { reason }),
        ExperimentStatus::Running => (nth(row.pauses - 1), Fact::ExperimentResumed { reason }),
        ExperimentStatus::Failed => (0, Fact::ExperimentFailed { reason }),
        ExperimentStatus::Stopped => (0, Fact::ExperimentStopped { reason }),
        // A stop is told when it is done, a completion by whoever completes it, who knows the digest.
        ExperimentStatus::Stopping | ExperimentStatus::Completed => return None,
    };
    Some(Event { experiment: ExperimentId(row.id), occurrence, fact })
}

/// The note of what the orchestrator does by itself.
pub(crate) fn own(reason: &str) -> Note {
    Note::new(Actor::orchestrator(), reason)
}

pub(crate) fn status_of(row: &experiments::Model) -> Result<ExperimentStatus> {
    convert::parse(&row.status, "status of an experiment")
}

pub(crate) fn not_found(id: ExperimentId) -> crate::error::Error {
    refused_as(reason::EXPERIMENT_NOT_FOUND, format!("there is no experiment {id}"))
}

/// Reads an experiment.
pub(crate) async fn load(db: &impl ConnectionTrait, id: ExperimentId) -> Result<experiments::Model> {
    experiments::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| not_found(id))
}

/// Reads an experiment and keeps its status as it is until the end of the transaction, which others may do as well.
pub(crate) async fn load_shared(tx: &DatabaseTransaction, id: ExperimentId) -> Result<experiments::Model> {
    let row = experiments::Entity::find_by_id(id.0).lock(LockType::Share).one(tx).await?;
    row.ok_or_else(|| not_found(id))
}

/// Reads an experiment and keeps others from changing it.
pub(crate) async fn lock(tx: &DatabaseTransaction, id: ExperimentId) -> Result<experiments::Model> {
    let row = experiments::Entity::find_by_id(id.0).lock(LockType::NoKeyUpdate).one(tx).await?;
    row.ok_or_else(|| not_found(id))
}

fn row(new: &NewExperiment, now: i64) -> Result<experiments::ActiveModel> {
    Ok(experiments::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.spec.name.clone()),
        spec: Set(new.spec.canonical()),
        provenance: Set(to_json(&new.provenance, "provenance")?),
        status: Set(ExperimentStatus::Running.name().to_owned()),
        reason: NotSet,
        digest: NotSet,
        generation: Set(new.first.index.into()),
        episodes_planned: Set(stored_count(new.episodes_planned)),
        episodes_scored: Set(0),
        episodes_due: Set(stored_count(new.first.episodes())),
        pauses: Set(0),
        completions: Set(0),
        event_seq: Set(0),
        created_at_ms: Set(now),
        ended_at_ms: NotSet,
    })
}

fn started(new: &NewExperiment) -> [Event; 2] {
    let fact = Fact::ExperimentStarted { name: new.spec.name.clone(), episodes: new.episodes_planned };
    [Event::once(new.id, fact), Event::once(new.id, generation_started(&new.first))]
}

pub(crate) fn generation_started(plan: &GenerationPlan) -> Fact {
    let agents = u32::try_from(plan.members.len()).unwrap_or(u32::MAX);
    Fact::GenerationStarted {
        generation: plan.index,
        purpose: Some(plan.purpose),
        agents,
        episodes: plan.episodes_planned(),
    }
}

async fn existing(tx: &DatabaseTransaction, new: &NewExperiment) -> Result<Created> {
    let stored = load(tx, new.id).await?;
    let mut differences = differences(&convert::provenance(&stored)?, &new.provenance);
    // Extensions do not matter here: what was launched was the same, and it goes on as far as it was extended to.
    if convert::spec(&stored)? != new.spec {
        differences.push("its specification differs".to_owned());
    }
    if differences.is_empty() {
        return Ok(Created::Existing(status_of(&stored)?));
    }
    let message = format!("experiment {} is there already and cannot go on: {}", new.id, differences.join("; "));
    Err(PortError::new(ErrorKind::FailedPrecondition, message).into())
}

fn differences(stored: &Provenance, new: &Provenance) -> Vec<String> {
    let mut found = Vec::new();
    for (what, stored, new) in [
        ("the engine", &stored.engine, &new.engine),
        ("the decision engine's behaviour", &stored.behaviour, &new.behaviour),
    ] {
        if stored != new {
            found.push(format!("{what} was `{stored}` and is now `{new}`"));
        }
    }
    let names = stored.files.keys().chain(new.files.keys().filter(|name| !stored.files.contains_key(*name)));
    for name in names {
        match (stored.files.get(name), new.files.get(name)) {
            (stored, new) if stored == new => {}
            (Some(_), None) => found.push(format!("file `{name}` is gone")),
            (None, _) => found.push(format!("file `{name}` is new")),
            _ => found.push(format!("file `{name}` has changed")),
        }
    }
    found
}

fn newest(filter: &ExperimentFilter, page: &Page) -> Result<Select<experiments::Entity>> {
    use experiments::Column;
    let mut select = experiments::Entity::find().order_by_desc(Column::CreatedAtMs).order_by_desc(Column::Id);
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.name())));
    }
    if let Some(name) = &filter.name {
        let pattern = LikeExpr::new(format!("%{}%", escape(&name.to_lowercase()))).escape('\\');
        select = select.filter(Expr::expr(Func::lower(Expr::col(Column::Name))).like(pattern));
    }
    if let Some(token) = &page.after {
        let (moment, id) = paging::parse_experiment(token)?;
        let key = Expr::tuple([Expr::col(Column::CreatedAtMs), Expr::col(Column::Id)]);
        select = select.filter(key.lt(Expr::tuple([moment.into(), id.into()])));
    }
    Ok(select)
}

/// Text that a pattern takes literally.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
