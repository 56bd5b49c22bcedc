//! What can be done with experiments: the use cases behind the command line and the gRPC service.

mod checkpoints;
mod control;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::Violation;
use domain::checkpoint::Checkpoint;
use domain::experiment::ExperimentSpec;
use domain::file::GivenFile;
use domain::ids::ExperimentId;
use domain::journal::Actor;
use domain::plan::{GenerationPlan, Member};
use domain::ports::{
    ControlStore, Created, DeadLetters, Dispatch, DueJob, EventPublisher, ExperimentFilter, ExperimentRecord,
    ExperimentStore, JobLedger, JobMessage, JobQueue, Leadership, NewExperiment, Page, PortError, Projection,
    Provenance,
};
use domain::reason;
use domain::status::ExperimentStatus;
use runtime::crash::{self, Point};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::experiment_file::{self, Document, Faults};
use crate::games::Games;
use crate::research::Research;
use crate::retrospection::Retrospection;
use crate::user_files::resolve::{ResolveError, resolve};
use crate::user_files::{Hold, Known, UserFiles};
use crate::{check, planning};

/// Characters of an id that are enough to look it up by.
pub(crate) const SHORTEST_ID: usize = 4;
/// Jobs that are put into the queue at a time.
const BATCH: u32 = 500;

/// The ports, and the two bells that save polling.
#[derive(Clone)]
pub struct Core {
    /// The ledger.
    pub store: Arc<dyn ExperimentStore>,
    /// Who plans.
    pub leadership: Arc<dyn Leadership>,
    /// Which jobs should be in the queue.
    pub dispatch: Arc<dyn Dispatch>,
    /// The part of it that people act on.
    pub control: Arc<dyn ControlStore>,
    /// The summaries of events.
    pub projection: Arc<dyn Projection>,
    /// The queue that carries jobs to workers.
    pub queue: Arc<dyn JobQueue>,
    /// The ledger's jobs, for people.
    pub jobs: Arc<dyn JobLedger>,
    /// What the queue has put aside.
    pub dead: Arc<dyn DeadLetters>,
    /// Where events go.
    pub publisher: Arc<dyn EventPublisher>,
    /// The supplier of games.
    pub games: Arc<dyn Games>,
    /// Files of users' own.
    pub files: UserFiles,
    /// Research sessions.
    pub research: Research,
    /// Who looks back on generations where an experiment wants somebody outside, if this process was told of one.
    pub retrospection: Option<Arc<dyn Retrospection>>,
    /// Rung when events were committed.
    pub events: Arc<Notify>,
    /// Rung when a generation may be complete.
    pub progress: Arc<Notify>,
}

/// An experiment file that was checked.
#[derive(Debug)]
pub struct Checked {
    /// What it asks for, with contents in the place of the paths whose files are here.
    pub document: Document,
    /// The files that are not here and were not looked at.
    pub absent: Vec<Violation>,
    /// The checkpoint that it goes on from, if it does.
    start: Option<Checkpoint>,
    /// The files that were looked at, for as long as they are needed.
    hold: Hold,
}

/// What a file would launch.
#[derive(Debug)]
pub struct Resolved {
    /// Its id.
    pub id: ExperimentId,
    /// The specification, with every default in place.
    pub spec: ExperimentSpec,
    /// The first generation.
    pub first: GenerationPlan,
    /// What its results depend on besides.
    pub provenance: Provenance,
    /// The checkpoint that it goes on from, if it does.
    pub start: Option<Checkpoint>,
}

/// A launched experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Launched {
    /// Its id.
    pub id: ExperimentId,
    /// Whether it was there before, and how it stands.
    pub created: Created,
}

/// Why an experiment was not launched.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The file is not valid.
    #[error(transparent)]
    Invalid(#[from] Box<Faults>),
    /// Storage or the queue refused.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Core {
    /// Reads and checks an experiment file against the policies and scenarios that are there, with the files that were
    /// `given` for the paths in it.
    ///
    /// # Errors
    /// Every fault, or that the files cannot be read.
    pub async fn validate(
        &self,
        name: &str,
        bytes: &[u8],
        overrides: &[String],
        given: &[GivenFile],
    ) -> Result<Checked, LaunchError> {
        let mut document = experiment_file::parse(name, bytes, overrides)?;
        let absent = match resolve(document.spec.clone(), given, self.files.blobs.as_ref()).await {
            Ok(resolved) => {
                document.spec = resolved.spec;
                resolved.absent
            }
            Err(ResolveError::Invalid(found)) => return Err(Box::new(document.faults(found)).into()),
            Err(ResolveError::Port(error)) => return Err(error.into()),
        };
        let hold = self.files.hold(&document.spec.game_files()).await?;
        let known = Known::of(&document.spec, self.files.blobs.as_ref()).await?;
        let unfit = check::violations(&document.spec, self.games.as_ref(), &known);
        let found = [document.spec.violations(), unfit].concat();
        if found.is_empty() {
            Ok(Checked { document, absent, start: known.into_start(), hold })
        } else {
            Err(Box::new(document.faults(found)).into())
        }
    }

    /// Launches the experiment of a file: plans and stores it; the director does the rest. A file that was launched
    /// before goes on where it stands, unless a `new` experiment is asked for. What the file names by a path has to be
    /// `given`.
    ///
    /// # Errors
    /// If the file is not valid, a dependency is away, or the experiment was begun with another engine, other
    /// files or another behaviour version.
    pub async fn launch(
        &self,
        name: &str,
        bytes: &[u8],
        overrides: &[String],
        given: &[GivenFile],
        new: bool,
        by: Actor,
    ) -> Result<Launched, LaunchError> {
        let nonce = if new { Uuid::new_v4().to_string() } else { String::new() };
        let resolved = self.resolve(name, bytes, overrides, given, &nonce).await?;
        let Resolved { id, spec, first, provenance, start } = resolved;
        // What was learned before is in the checkpoint; from here on agents bring it from where all contents are.
        for content in start.iter().flat_map(|start| start.contents.values()) {
            self.files.blobs.put(content).await?;
        }
        let episodes_planned = planning::planned(&spec);
        Ok(self.begin(NewExperiment { id, spec, provenance, first, episodes_planned, launched_by: by }).await?)
    }

    /// What a file would launch, under the id that follows from its specification and `nonce`. What the file names by a
    /// path has to be `given`.
    ///
    /// # Errors
    /// If the file is not valid, or storage is away.
    pub async fn resolve(
        &self,
        name: &str,
        bytes: &[u8],
        overrides: &[String],
        given: &[GivenFile],
        nonce: &str,
    ) -> Result<Resolved, LaunchError> {
        let Checked { document, absent, start, hold } = self.validate(name, bytes, overrides, given).await?;
        if !absent.is_empty() {
            return Err(Box::new(document.faults(absent)).into());
        }
        if document.spec.asks_outside() && self.retrospection.is_none() {
            let message = "this orchestrator was told of nobody to ask";
            let nobody = Violation::new("evolution.learning.retrospection", message)
                .with_help("start it with --retrospection ADDR, or take \"built_in\"");
            return Err(Box::new(document.faults(vec![nobody])).into());
        }
        let id = ExperimentId::derive(&document.spec.hash(), nonce);
        let first = planning::first(id, &document.spec, start.as_ref());
        let first = first.map_err(|found| Box::new(document.faults(found)))?;
        let provenance = self.provenance(&first.members).map_err(|found| Box::new(document.faults(found)))?;
        drop(hold);
        Ok(Resolved { id, spec: document.spec, first, provenance, start })
    }

    /// Puts the jobs of a running experiment into the queue that no message stands for; returns how many.
    ///
    /// # Errors
    /// If the store or the queue is away.
    pub async fn enqueue(&self, id: ExperimentId) -> Result<usize, PortError> {
        let mut queued = 0;
        loop {
            let due = self.dispatch.due_jobs(id, BATCH).await?;
            self.publish(id, &due).await?;
            queued += due.len();
            if due.len() < BATCH as usize {
                return Ok(queued);
            }
        }
    }

    /// Puts jobs into the queue again that were put there at least `age` ago and still wait; returns how many. A job that
    /// is there twice does no harm, but costs a claim.
    ///
    /// # Errors
    /// If the store or the queue is away.
    pub async fn enqueue_overdue(&self, id: ExperimentId, age: Duration) -> Result<usize, PortError> {
        let overdue = self.dispatch.overdue_jobs(id, age, BATCH).await?;
        self.publish(id, &overdue).await?;
        Ok(overdue.len())
    }

    /// Publishes before it marks: what is lost in between is published again.
    async fn publish(&self, id: ExperimentId, jobs: &[DueJob]) -> Result<(), PortError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let messages: Vec<_> = jobs.iter().map(|due| JobMessage { job: due.job, experiment: id }).collect();
        crash::around(Point::JobsListed, Point::JobsConfirmed, self.queue.publish(&messages)).await?;
        self.dispatch.mark_queued(jobs).await
    }

    async fn begin(&self, new: NewExperiment) -> Result<Launched, PortError> {
        let created = self.store.create(&new).await?;
        self.ring();
        Ok(Launched { id: new.id, created })
    }

    /// Says that there are events, and that there may be something to drive.
    fn ring(&self) {
        self.events.notify_one();
        self.progress.notify_one();
    }

    fn provenance(&self, members: &[Member]) -> Result<Provenance, Vec<Violation>> {
        let mut files = BTreeMap::new();
        for scenario in check::scenarios(members) {
            files.extend(self.games.facts(scenario)?.files);
        }
        Ok(Provenance { engine: self.games.version(), behaviour: decision::BEHAVIOUR.to_owned(), files })
    }
}

/// Every running experiment, newest first.
///
/// # Errors
/// If the store is away.
pub async fn running(store: &dyn ExperimentStore) -> Result<Vec<ExperimentRecord>, PortError> {
    in_status(store, ExperimentStatus::Running).await
}

/// Every experiment in a status, newest first.
///
/// # Errors
/// If the store is away.
pub async fn in_status(
    store: &dyn ExperimentStore,
    status: ExperimentStatus,
) -> Result<Vec<ExperimentRecord>, PortError> {
    let filter = ExperimentFilter { statuses: vec![status], name: None };
    let mut page = Page { after: None, size: 100 };
    let mut found = Vec::new();
    loop {
        let (records, next) = store.experiments(&filter, &page).await?;
        found.extend(records);
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Finds an experiment by its id, the beginning of its id, or its name (the newest of that name).
///
/// # Errors
/// `NotFound` if there is none, `Invalid` if the beginning of an id fits several.
pub async fn find(store: &dyn ExperimentStore, text: &str) -> Result<ExperimentId, PortError> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => search(store, text, 1000).await,
    }
}

/// Looks through all experiments, `size` at a time.
async fn search(store: &dyn ExperimentStore, text: &str, size: u32) -> Result<ExperimentId, PortError> {
    let mut fits = Vec::new();
    let mut page = Page { after: None, size };
    loop {
        let (records, next) = store.experiments(&Default::default(), &page).await?;
        if let Some(named) = records.iter().find(|record| record.spec.name == text) {
            return Ok(named.id);
        }
        let ids = records.iter().map(|record| record.id);
        fits.extend(ids.filter(|id| text.len() >= SHORTEST_ID && id.to_string().starts_with(text)));
        if next.is_none() {
            break;
        }
        page.after = next;
    }
    match fits.as_slice() {
        [one] => Ok(*one),
        [] => Err(PortError::of(reason::EXPERIMENT_NOT_FOUND, format!("there is no experiment `{text}`"))),
        _ => Err(PortError::of(reason::NAME_AMBIGUOUS, format!("`{text}` fits {} experiments", fits.len()))),
    }
}

#[cfg(test)]
mod tests {
    use domain::ErrorKind;

    use super::*;
    use crate::app::{Embedded, EmbeddedSettings};

    #[tokio::test]
    async fn the_oldest_experiment_is_found_as_well() {
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedSettings::idle(data.path().to_owned());
        let system = Embedded::start(settings).await.unwrap();
        let store = system.core.store.as_ref();
        let experiments = [1, 2, 3].map(|episodes| testkit::builder::experiment(1, episodes));
        for experiment in &experiments {
            store.create(experiment).await.unwrap();
        }
        let oldest = experiments[0].id;

        let found = search(store, &oldest.to_string()[..13], 1).await.unwrap();

        assert_eq!(found, oldest);
        assert_eq!(search(store, "nobody", 1).await.unwrap_err().kind, ErrorKind::NotFound);
        system.stop().await;
    }
}
