//! The experiment under faults, lap after lap until the faults are over: each lap is the same experiment under another
//! name, which neither its plan nor its digest depends on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::bail;
use domain::ids::ExperimentId;
use domain::ports::{ExperimentRecord, ExperimentStore};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use runtime::grpc::{self, Address, ClientConfig};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::moment::Moment;
use crate::user_files::local::LocalFile;
use crate::user_files::upload::{NotPut, put_missing, references};

/// Pause between two looks at the ledger.
const LOOK: Duration = Duration::from_millis(50);
/// How long one call may take before the next orchestrator is asked.
const CALL: Duration = Duration::from_secs(10);
/// How long the orchestrators may refuse a launch, all of them.
const LAUNCH: Duration = Duration::from_secs(180);

/// What is launched.
#[derive(Debug, Clone)]
pub struct Template {
    /// The experiment file.
    pub content: Vec<u8>,
    /// Its name, for messages.
    pub file: String,
    /// What is changed of it.
    pub overrides: Vec<String>,
    /// What names of experiments begin with.
    pub run: String,
    /// The files of a user's own that it names.
    pub files: Vec<LocalFile>,
    /// Whether workers fetch some of them: what an agent is made of is in the ledger.
    pub are_fetched: bool,
}

/// One played experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lap {
    /// Its name.
    pub name: String,
    /// Its id.
    pub experiment: String,
    /// Where it stood in the end.
    pub status: String,
    /// Its digest.
    pub digest: Option<String>,
    /// From its launch to its end.
    pub seconds: f64,
}

/// Launches experiments and follows them.
pub struct Laps {
    template: Template,
    servers: Vec<Address>,
    store: Arc<dyn ExperimentStore>,
    /// What is played now; absent between two laps.
    now: watch::Sender<Option<Moment>>,
    launched: Mutex<Vec<(String, ExperimentId)>>,
}

impl Laps {
    /// Nothing is launched yet.
    #[must_use]
    pub fn new(template: Template, servers: Vec<Address>, store: Arc<dyn ExperimentStore>) -> Self {
        Self { template, servers, store, now: watch::Sender::new(None), launched: Mutex::default() }
    }

    /// Tells what is played now.
    #[must_use]
    pub fn now(&self) -> watch::Receiver<Option<Moment>> {
        self.now.subscribe()
    }

    /// What names of experiments begin with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.template.run
    }

    /// Whether workers fetch files of a user's own.
    #[must_use]
    pub fn are_fetched(&self) -> bool {
        self.template.are_fetched
    }

    /// Every experiment that was launched.
    #[must_use]
    pub fn launched(&self) -> Vec<(String, ExperimentId)> {
        self.launched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Plays lap after lap until one ends after the faults are over, and all that was launched besides has ended.
    ///
    /// # Errors
    /// If an experiment cannot be launched, or has not ended `limit` after the last fault.
    pub async fn run(&self, over: watch::Receiver<bool>, limit: Duration) -> anyhow::Result<Vec<Lap>> {
        let mut laps = Vec::new();
        for number in 1.. {
            let name = format!("{}-{number}", self.template.run);
            let begun = Instant::now();
            let id = self.launch(&name, 0).await?;
            let record = self.follow(number, id, over.clone(), limit).await?;
            self.now.send_replace(None);
            laps.push(lap(&name, &record, begun));
            if *over.borrow() {
                break;
            }
        }
        for (name, id) in self.launched() {
            if laps.iter().all(|lap| lap.name != name) {
                let begun = Instant::now();
                let record = self.follow(0, id, over.clone(), limit).await?;
                laps.push(lap(&name, &record, begun));
            }
        }
        Ok(laps)
    }

    /// Launches the experiment under a name, at the orchestrator number `first` or at another that answers.
    ///
    /// # Errors
    /// If it is refused, or nobody answers for minutes.
    pub async fn launch(&self, name: &str, first: usize) -> anyhow::Result<ExperimentId> {
        let until = Instant::now() + LAUNCH;
        for server in self.servers.iter().cycle().skip(first) {
            match timeout(CALL, self.launch_at(server, name)).await {
                Ok(Ok(id)) => {
                    let mut launched = self.launched.lock().unwrap_or_else(PoisonError::into_inner);
                    launched.push((name.to_owned(), id));
                    return Ok(id);
                }
                Ok(Err(status)) if status.code() == tonic::Code::InvalidArgument => bail!("{}", status.message()),
                Ok(Err(status)) if Instant::now() > until => bail!("cannot be launched: {}", status.message()),
                Err(_) if Instant::now() > until => bail!("cannot be launched: no orchestrator answers"),
                _ => sleep(LOOK).await,
            }
        }
        bail!("there is no orchestrator")
    }

    async fn launch_at(&self, server: &Address, name: &str) -> Result<ExperimentId, tonic::Status> {
        let client = grpc::Client::new(server, &ClientConfig::default(), proto::methods::OF_ORCHESTRATORS);
        let client = client.map_err(|error| tonic::Status::unavailable(error.to_string()))?;
        let mut overrides = self.template.overrides.clone();
        overrides.push(format!("name={name}"));
        let request = pb::LaunchExperimentRequest {
            content: self.template.content.clone().into(),
            file_name: self.template.file.clone(),
            overrides,
            // Under a name of its own it is another experiment, and a repeated launch is the same one.
            new: false,
            files: references(&self.template.files),
            session_id: String::new(),
        };
        let mut client = OrchestratorServiceClient::new(client);
        put_missing(&mut client, &self.template.files).await.map_err(not_put)?;
        let launched = client.launch_experiment(request).await?.into_inner();
        let id = launched.experiment.unwrap_or_default().id;
        id.parse().map_err(|_| tonic::Status::internal(format!("`{id}` is not an id")))
    }

    /// Follows an experiment to its end, however often the ledger is away.
    async fn follow(
        &self,
        lap: u32,
        id: ExperimentId,
        mut over: watch::Receiver<bool>,
        limit: Duration,
    ) -> anyhow::Result<ExperimentRecord> {
        let late = async {
            // The sender lives as long as the run.
            let _ = over.wait_for(|over| *over).await;
            sleep(limit).await;
        };
        let ended = async {
            loop {
                if let Ok(record) = self.store.experiment(id).await {
                    if record.status.has_ended() {
                        return record;
                    }
                    if lap > 0 {
                        self.now.send_replace(Some(Moment::of(lap, &record)));
                    }
                }
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            record = ended => Ok(record),
            () = late => bail!("experiment {id} has not ended {} s after the last fault", limit.as_secs()),
        }
    }
}

/// What is too large is refused like anything else that is wrong with an experiment.
fn not_put(why: NotPut) -> tonic::Status {
    match why {
        NotPut::Refused(status) => status,
        NotPut::TooLarge(found) => {
            let told: Vec<_> = found.into_iter().map(|violation| violation.message).collect();
            tonic::Status::invalid_argument(told.join("; "))
        }
        NotPut::Unreadable(error) => tonic::Status::invalid_argument(format!("a file cannot be read: {error}")),
    }
}

fn lap(name: &str, record: &ExperimentRecord, begun: Instant) -> Lap {
    Lap {
        name: name.to_owned(),
        experiment: record.id.to_string(),
        status: record.status.name().to_owned(),
        digest: record.digest.clone(),
        seconds: begun.elapsed().as_secs_f64(),
    }
}
