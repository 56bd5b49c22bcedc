//! What can be done with experiments: the use cases behind the command line and the gRPC service.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::experiment::ExperimentSpec;
use domain::ids::ExperimentId;
use domain::plan::{GenerationPlan, Member};
use domain::ports::{
    Created, EventPublisher, ExperimentFilter, ExperimentRecord, ExperimentStore, JobMessage, JobQueue, Leadership,
    NewExperiment, Page, PortError, Projection, Provenance,
};
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::experiment_file::{self, Document, Faults};
use crate::games::Games;
use crate::{check, planning};

/// Characters of an id that are enough to look it up by.
const SHORTEST_ID: usize = 4;

/// The ports, and the two bells that save polling.
#[derive(Clone)]
pub struct Core {
    /// The ledger.
    pub store: Arc<dyn ExperimentStore>,
    /// Who plans.
    pub leadership: Arc<dyn Leadership>,
    /// The summaries of events.
    pub projection: Arc<dyn Projection>,
    /// The queue that carries jobs to workers.
    pub queue: Arc<dyn JobQueue>,
    /// Where events go.
    pub publisher: Arc<dyn EventPublisher>,
    /// The supplier of games.
    pub games: Arc<dyn Games>,
    /// Rung when events were committed.
    pub events: Arc<Notify>,
    /// Rung when a generation may be complete.
    pub progress: Arc<Notify>,
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
    /// Reads and checks an experiment file against the policies and scenarios that are there.
    ///
    /// # Errors
    /// Every fault.
    pub fn validate(&self, name: &str, bytes: &[u8], overrides: &[String]) -> Result<Document, Box<Faults>> {
        experiment_file::check(name, bytes, overrides, |spec| check::violations(spec, self.games.as_ref()))
    }

    /// Launches the experiment of a file: plans and stores it; the director does the rest. A file that was launched
    /// before goes on where it stands, unless a `new` experiment is asked for.
    ///
    /// # Errors
    /// If the file is not valid, a dependency is away, or the experiment was begun with another engine, other
    /// files or another behaviour version.
    pub async fn launch(
        &self,
        name: &str,
        bytes: &[u8],
        overrides: &[String],
        new: bool,
    ) -> Result<Launched, LaunchError> {
        let document = self.validate(name, bytes, overrides)?;
        let nonce = if new { Uuid::new_v4().to_string() } else { String::new() };
        let id = ExperimentId::derive(&document.spec.hash(), &nonce);
        let first = planning::first(id, &document.spec).map_err(|found| Box::new(document.faults(found)))?;
        let provenance = self.provenance(&first.members).map_err(|found| Box::new(document.faults(found)))?;
        Ok(self.begin(id, document.spec, provenance, first).await?)
    }

    /// Puts every open job of an experiment into the queue.
    ///
    /// # Errors
    /// If the store or the queue is away.
    pub async fn enqueue(&self, id: ExperimentId) -> Result<usize, PortError> {
        let jobs = self.store.open_jobs(id).await?;
        let messages: Vec<_> = jobs.iter().map(|&job| JobMessage { job, experiment: id }).collect();
        self.queue.publish(&messages).await?;
        Ok(jobs.len())
    }

    /// Pauses, resumes or stops an experiment.
    ///
    /// # Errors
    /// If it does not exist, or is in a status that the new one may not follow.
    pub async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, reason: &str) -> Result<(), PortError> {
        self.store.set_status(id, status, reason).await?;
        self.events.notify_one();
        self.progress.notify_one();
        Ok(())
    }

    async fn begin(
        &self,
        id: ExperimentId,
        spec: ExperimentSpec,
        provenance: Provenance,
        first: GenerationPlan,
    ) -> Result<Launched, PortError> {
        let episodes_planned = planning::planned(&spec);
        let new = NewExperiment { id, spec, provenance, first, episodes_planned };
        let created = self.store.create(&new).await?;
        self.events.notify_one();
        self.progress.notify_one();
        Ok(Launched { id, created })
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
    let filter = ExperimentFilter { statuses: vec![ExperimentStatus::Running], name: None };
    let mut page = Page { after: None, size: 100 };
    let mut running = Vec::new();
    loop {
        let (records, next) = store.experiments(&filter, &page).await?;
        running.extend(records);
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(running),
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
        [] => Err(PortError::new(ErrorKind::NotFound, format!("there is no experiment `{text}`"))),
        _ => Err(PortError::new(ErrorKind::Invalid, format!("`{text}` fits {} experiments", fits.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Embedded, EmbeddedSettings};
    use crate::shard::Pin;

    #[tokio::test]
    async fn the_oldest_experiment_is_found_as_well() {
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedSettings { data: data.path().to_owned(), engine: None, pin: Pin::Off };
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
