//! OrchestratorService: a thin adapter over [`Core`].

mod absent;
mod agents;
mod artifacts;
mod caller;
mod catalogue;
mod control;
mod episodes;
pub(crate) mod events;
mod genomes;
mod jobs;
mod report;
mod research;
mod study;
mod summary;

use domain::file::GivenFile;
use domain::ids::{AgentId, BadName, ExperimentId};
use domain::ports::{Created, ExperimentFilter, ExperimentRecord, Page, PortError, ScoreFilter};
use domain::reason;
use domain::status::ExperimentStatus;
use domain::{ErrorKind, Violation};
use proto::agent::v1::AgentMessage;
use proto::convert;
use proto::mask::Wanted;
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_server::{OrchestratorService, OrchestratorServiceServer};
use proto::orchestrator::v1::violation::Severity;
use tonic::{Request, Response, Status, Streaming};

use crate::core::{Checked, Core, LaunchError, find};
use crate::experiment_file::{Fault, Faults};
use crate::planning;
use crate::pool::Pool;
use crate::practice::{self, Practices};

/// Items of a list unless the caller asks for another number.
const PAGE: u32 = 100;
/// Most items of a list.
const LARGEST_PAGE: u32 = 1000;

/// The service over the use cases.
#[derive(Clone)]
pub struct Service {
    core: Core,
    /// The agents that games are played with.
    pool: Pool,
    /// The games of agents that dial in.
    practice: Practices,
}

impl Service {
    /// The service as the server wants it, with a limit on messages.
    #[must_use]
    pub fn server(
        core: Core,
        pool: Pool,
        practice: Practices,
        max_message_bytes: usize,
    ) -> OrchestratorServiceServer<Self> {
        OrchestratorServiceServer::new(Self { core, pool, practice })
            .max_decoding_message_size(max_message_bytes)
            .max_encoding_message_size(max_message_bytes)
    }

    async fn find(&self, text: &str) -> Result<ExperimentId, Status> {
        if text.is_empty() {
            let violation = Violation::new("experiment_id", "is missing");
            return Err(proto::status::invalid("no experiment is named", &[violation]));
        }
        find(self.core.store.as_ref(), text).await.map_err(status)
    }

    async fn record(&self, text: &str) -> Result<ExperimentRecord, Status> {
        let id = self.find(text).await?;
        self.core.store.experiment(id).await.map_err(status)
    }

    /// What a call gives, with what the research session that it names has besides.
    async fn in_session(
        &self,
        session: &str,
        overrides: Vec<String>,
        files: Vec<pb::ArtifactRef>,
    ) -> Result<(Vec<String>, Vec<GivenFile>), Status> {
        let given = convert::artifact::given(files)?;
        Ok(match research::named(&self.core.research, session).await? {
            None => (overrides, given),
            Some(session) => (session.overrides(&overrides), session.files(given)),
        })
    }

    async fn experiment(&self, id: ExperimentId) -> Result<pb::Experiment, Status> {
        Ok(pb::Experiment::from(&self.core.store.experiment(id).await.map_err(status)?))
    }
}

#[tonic::async_trait]
impl OrchestratorService for Service {
    async fn launch_experiment(
        &self,
        request: Request<pb::LaunchExperimentRequest>,
    ) -> Result<Response<pb::LaunchExperimentResponse>, Status> {
        let by = caller::of(&request);
        let request = request.into_inner();
        let (overrides, given) = self.in_session(&request.session_id, request.overrides, request.files).await?;
        let launched = self
            .core
            .launch(&file_name(request.file_name), &request.content, &overrides, &given, request.new, by)
            .await
            .map_err(launch_status)?;
        Ok(Response::new(pb::LaunchExperimentResponse {
            experiment: Some(self.experiment(launched.id).await?),
            existing: launched.created != Created::New,
            warnings: Vec::new(),
        }))
    }

    async fn validate_experiment(
        &self,
        request: Request<pb::ValidateExperimentRequest>,
    ) -> Result<Response<pb::ValidateExperimentResponse>, Status> {
        let request = request.into_inner();
        let (overrides, given) = self.in_session(&request.session_id, request.overrides, request.files).await?;
        let name = file_name(request.file_name);
        let checked = self.core.validate(&name, &request.content, &overrides, &given).await;
        Ok(Response::new(match checked {
            Ok(Checked { document, absent, .. }) => pb::ValidateExperimentResponse {
                valid: true,
                violations: placed(&document.faults(absent), Severity::Warning),
                episodes_planned: planning::planned(&document.spec),
            },
            Err(LaunchError::Invalid(faults)) => pb::ValidateExperimentResponse {
                valid: false,
                violations: placed(&faults, Severity::Error),
                episodes_planned: 0,
            },
            Err(LaunchError::Port(error)) => return Err(status(error)),
        }))
    }

    async fn get_experiment(
        &self,
        request: Request<pb::GetExperimentRequest>,
    ) -> Result<Response<pb::GetExperimentResponse>, Status> {
        let request = request.into_inner();
        let wanted = Wanted::of(request.read_mask, &["experiment", "generations", "conditions", "summary"])?;
        let record = self.record(&request.experiment_id).await?;
        let (generations, conditions) = if wanted.has("generations") || wanted.has("conditions") {
            summary::of(self.core.store.as_ref(), &record).await.map_err(status)?
        } else {
            Default::default()
        };
        let summary = match wanted.has("summary") {
            true => self.core.projection.summary(record.id).await.map_err(status)?,
            false => None,
        };
        Ok(Response::new(pb::GetExperimentResponse {
            experiment: wanted.has("experiment").then(|| pb::Experiment::from(&record)),
            generations: wanted.list("generations", generations),
            conditions: wanted.list("conditions", conditions),
            summary: summary.as_ref().map(pb::EventSummary::from),
        }))
    }

    async fn list_experiments(
        &self,
        request: Request<pb::ListExperimentsRequest>,
    ) -> Result<Response<pb::ListExperimentsResponse>, Status> {
        let request = request.into_inner();
        let mut statuses = Vec::new();
        for wanted in request.statuses() {
            let wanted = ExperimentStatus::try_from(wanted)
                .map_err(|bad| proto::status::invalid("a status is not known", &bad.0))?;
            statuses.push(wanted);
        }
        let name = Some(request.name_contains).filter(|text| !text.is_empty());
        let page = page(request.page_size, request.page_token);
        let (records, next) =
            self.core.store.experiments(&ExperimentFilter { statuses, name }, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListExperimentsResponse {
            experiments: records.iter().map(pb::Experiment::from).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn pause_experiment(
        &self,
        request: Request<pb::PauseExperimentRequest>,
    ) -> Result<Response<pb::PauseExperimentResponse>, Status> {
        let by = caller::of(&request);
        let request = request.into_inner();
        let experiment = self.change(&request.experiment_id, ExperimentStatus::Paused, by, &request.reason).await?;
        Ok(Response::new(pb::PauseExperimentResponse { experiment: Some(experiment) }))
    }

    async fn resume_experiment(
        &self,
        request: Request<pb::ResumeExperimentRequest>,
    ) -> Result<Response<pb::ResumeExperimentResponse>, Status> {
        let by = caller::of(&request);
        let request = request.into_inner();
        let experiment = self.change(&request.experiment_id, ExperimentStatus::Running, by, &request.reason).await?;
        Ok(Response::new(pb::ResumeExperimentResponse { experiment: Some(experiment) }))
    }

    async fn stop_experiment(
        &self,
        request: Request<pb::StopExperimentRequest>,
    ) -> Result<Response<pb::StopExperimentResponse>, Status> {
        let by = caller::of(&request);
        let request = request.into_inner();
        let experiment = self.change(&request.experiment_id, request.mode().into(), by, &request.reason).await?;
        Ok(Response::new(pb::StopExperimentResponse { experiment: Some(experiment) }))
    }

    async fn extend_experiment(
        &self,
        request: Request<pb::ExtendExperimentRequest>,
    ) -> Result<Response<pb::ExtendExperimentResponse>, Status> {
        let by = caller::of(&request);
        Ok(Response::new(self.extend(&request.into_inner(), by).await?))
    }

    async fn list_journal(
        &self,
        request: Request<pb::ListJournalRequest>,
    ) -> Result<Response<pb::ListJournalResponse>, Status> {
        Ok(Response::new(self.journal(request.into_inner()).await?))
    }

    type StreamEventsStream = events::EventStream;

    async fn stream_events(
        &self,
        request: Request<pb::StreamEventsRequest>,
    ) -> Result<Response<Self::StreamEventsStream>, Status> {
        let request = request.into_inner();
        let id = self.record(&request.experiment_id).await?.id;
        let store = self.core.store.clone();
        Ok(Response::new(events::stream(store, id, request.after_sequence, request.history_only)))
    }

    async fn list_scores(
        &self,
        request: Request<pb::ListScoresRequest>,
    ) -> Result<Response<pb::ListScoresResponse>, Status> {
        let request = request.into_inner();
        let record = self.record(&request.experiment_id).await?;
        let store = self.core.store.as_ref();
        let agent = agent(&request.agent)?;
        let filter = ScoreFilter { generation: request.generation, agent, action_logs: request.include_action_log };
        let page = page(request.page_size, request.page_token);
        let (rows, next) = store.scores(record.id, &filter, &page).await.map_err(status)?;
        if rows.is_empty() && page.after.is_none() {
            absent::explain(store, &record, &filter).await.map_err(status)?;
        }
        let scores = rows.iter().map(|row| convert::score::row(row, request.include_action_log)).collect();
        Ok(Response::new(pb::ListScoresResponse { scores, next_page_token: next.unwrap_or_default() }))
    }

    async fn list_jobs(&self, request: Request<pb::ListJobsRequest>) -> Result<Response<pb::ListJobsResponse>, Status> {
        let request = request.into_inner();
        let id = self.find(&request.experiment_id).await?;
        Ok(Response::new(jobs::list(&self.core, id, request).await?))
    }

    async fn get_job(&self, request: Request<pb::GetJobRequest>) -> Result<Response<pb::GetJobResponse>, Status> {
        Ok(Response::new(jobs::get(&self.core, request.get_ref()).await?))
    }

    async fn list_dead_letters(
        &self,
        request: Request<pb::ListDeadLettersRequest>,
    ) -> Result<Response<pb::ListDeadLettersResponse>, Status> {
        Ok(Response::new(jobs::dead(&self.core, request.get_ref()).await?))
    }

    async fn redrive_jobs(
        &self,
        request: Request<pb::RedriveJobsRequest>,
    ) -> Result<Response<pb::RedriveJobsResponse>, Status> {
        Ok(Response::new(jobs::redrive(&self.core, request.get_ref()).await?))
    }

    async fn put_artifact(
        &self,
        request: Request<Streaming<pb::PutArtifactRequest>>,
    ) -> Result<Response<pb::PutArtifactResponse>, Status> {
        Ok(Response::new(artifacts::put(&self.core.files, request.into_inner()).await?))
    }

    type GetArtifactStream = artifacts::Parts;

    async fn get_artifact(
        &self,
        request: Request<pb::GetArtifactRequest>,
    ) -> Result<Response<Self::GetArtifactStream>, Status> {
        Ok(Response::new(artifacts::get(&self.core.files, request.into_inner()).await?))
    }

    async fn find_missing_artifacts(
        &self,
        request: Request<pb::FindMissingArtifactsRequest>,
    ) -> Result<Response<pb::FindMissingArtifactsResponse>, Status> {
        Ok(Response::new(artifacts::find_missing(&self.core.files, request.into_inner()).await?))
    }

    async fn resolve_experiment(
        &self,
        request: Request<pb::ResolveExperimentRequest>,
    ) -> Result<Response<pb::ResolveExperimentResponse>, Status> {
        let request = request.into_inner();
        let (overrides, given) = self.in_session(&request.session_id, request.overrides, request.files).await?;
        let name = file_name(request.file_name);
        let resolved = self.core.resolve(&name, &request.content, &overrides, &given, "").await;
        let resolved = resolved.map_err(launch_status)?;
        let existing = match self.core.store.experiment(resolved.id).await {
            Ok(record) => Some(pb::Experiment::from(&record)),
            Err(error) if error.kind == ErrorKind::NotFound => None,
            Err(error) => return Err(status(error)),
        };
        let members = &resolved.first.members;
        Ok(Response::new(pb::ResolveExperimentResponse {
            experiment_id: resolved.id.to_string(),
            existing,
            spec_json: resolved.spec.canonical(),
            episodes_planned: planning::planned(&resolved.spec),
            first: members.iter().take(LARGEST_PAGE as usize).map(|member| genomes::genome(0, member)).collect(),
            agents: members.len() as u32,
        }))
    }

    async fn list_genomes(
        &self,
        request: Request<pb::ListGenomesRequest>,
    ) -> Result<Response<pb::ListGenomesResponse>, Status> {
        let request = request.into_inner();
        let record = self.record(&request.experiment_id).await?;
        Ok(Response::new(genomes::list(self.core.jobs.as_ref(), &record, request).await?))
    }

    async fn get_genome(
        &self,
        request: Request<pb::GetGenomeRequest>,
    ) -> Result<Response<pb::GetGenomeResponse>, Status> {
        let request = request.into_inner();
        let record = self.record(&request.experiment_id).await?;
        Ok(Response::new(genomes::get(self.core.store.as_ref(), &record, request).await?))
    }

    async fn list_scenarios(
        &self,
        _request: Request<pb::ListScenariosRequest>,
    ) -> Result<Response<pb::ListScenariosResponse>, Status> {
        Ok(Response::new(catalogue::scenarios(self.core.games.clone()).await.map_err(status)?))
    }

    async fn list_policies(
        &self,
        _request: Request<pb::ListPoliciesRequest>,
    ) -> Result<Response<pb::ListPoliciesResponse>, Status> {
        Ok(Response::new(catalogue::policies()))
    }

    async fn list_designs(
        &self,
        _request: Request<pb::ListDesignsRequest>,
    ) -> Result<Response<pb::ListDesignsResponse>, Status> {
        Ok(Response::new(catalogue::designs()))
    }

    async fn list_measures(
        &self,
        _request: Request<pb::ListMeasuresRequest>,
    ) -> Result<Response<pb::ListMeasuresResponse>, Status> {
        Ok(Response::new(catalogue::measures()))
    }

    async fn list_episodes(
        &self,
        request: Request<pb::ListEpisodesRequest>,
    ) -> Result<Response<pb::ListEpisodesResponse>, Status> {
        let request = request.into_inner();
        let record = self.record(&request.experiment_id).await?;
        Ok(Response::new(episodes::list(&self.core, &record, request).await?))
    }

    async fn get_episode(
        &self,
        request: Request<pb::GetEpisodeRequest>,
    ) -> Result<Response<pb::GetEpisodeResponse>, Status> {
        let record = self.record(&request.get_ref().experiment_id).await?;
        Ok(Response::new(episodes::get(&self.core, &record, request.get_ref()).await?))
    }

    async fn get_report(
        &self,
        request: Request<pb::GetReportRequest>,
    ) -> Result<Response<pb::GetReportResponse>, Status> {
        let record = self.record(&request.get_ref().experiment_id).await?;
        Ok(Response::new(report::get(&self.core, &record, request.get_ref()).await?))
    }

    async fn list_artifacts(
        &self,
        request: Request<pb::ListArtifactsRequest>,
    ) -> Result<Response<pb::ListArtifactsResponse>, Status> {
        let request = request.into_inner();
        let page = page(request.page_size, request.page_token);
        if request.experiment_id.is_empty() {
            return Ok(Response::new(artifacts::list(&self.core.files, &page).await?));
        }
        let id = self.record(&request.experiment_id).await?.id;
        Ok(Response::new(artifacts::of_experiment(&self.core, id, &page).await?))
    }

    async fn create_checkpoint(
        &self,
        request: Request<pb::CreateCheckpointRequest>,
    ) -> Result<Response<pb::CreateCheckpointResponse>, Status> {
        let request = request.into_inner();
        let id = self.find(&request.experiment_id).await?;
        let kept = self.core.checkpoint(id, request.generation).await.map_err(status)?;
        Ok(Response::new(pb::CreateCheckpointResponse { checkpoint: Some(artifacts::checkpoint(&kept)) }))
    }

    async fn create_session(
        &self,
        request: Request<pb::CreateSessionRequest>,
    ) -> Result<Response<pb::CreateSessionResponse>, Status> {
        Ok(Response::new(research::create(&self.core.research, request.into_inner()).await?))
    }

    async fn set_search_paths(
        &self,
        request: Request<pb::SetSearchPathsRequest>,
    ) -> Result<Response<pb::SetSearchPathsResponse>, Status> {
        Ok(Response::new(research::set_search_paths(&self.core.research, request.into_inner()).await?))
    }

    async fn close_session(
        &self,
        request: Request<pb::CloseSessionRequest>,
    ) -> Result<Response<pb::CloseSessionResponse>, Status> {
        Ok(Response::new(research::close(&self.core.research, request.get_ref()).await?))
    }

    async fn ask(&self, request: Request<pb::AskRequest>) -> Result<Response<pb::AskResponse>, Status> {
        Ok(Response::new(research::ask(&self.core.research, request.get_ref()).await?))
    }

    async fn tell(&self, request: Request<pb::TellRequest>) -> Result<Response<pb::TellResponse>, Status> {
        Ok(Response::new(research::tell(&self.core.research, request.get_ref()).await?))
    }

    type LiveSessionStream = practice::Outbox;

    async fn live_session(
        &self,
        request: Request<Streaming<AgentMessage>>,
    ) -> Result<Response<Self::LiveSessionStream>, Status> {
        Ok(Response::new(self.practice.clone().open(request.into_inner())?))
    }

    async fn list_agents(
        &self,
        _request: Request<pb::ListAgentsRequest>,
    ) -> Result<Response<pb::ListAgentsResponse>, Status> {
        Ok(Response::new(agents::list(&self.pool)))
    }

    async fn spawn_agent(
        &self,
        request: Request<pb::SpawnAgentRequest>,
    ) -> Result<Response<pb::SpawnAgentResponse>, Status> {
        let by = caller::of(&request);
        Ok(Response::new(agents::spawn(&self.pool, request.get_ref(), &by).await?))
    }

    async fn stop_agent(
        &self,
        request: Request<pb::StopAgentRequest>,
    ) -> Result<Response<pb::StopAgentResponse>, Status> {
        let by = caller::of(&request);
        Ok(Response::new(agents::stop(&self.pool, request.get_ref(), &by)?))
    }

    type WatchAgentStream = agents::Watch;

    async fn watch_agent(
        &self,
        request: Request<pb::WatchAgentRequest>,
    ) -> Result<Response<Self::WatchAgentStream>, Status> {
        Ok(Response::new(agents::watch(&self.pool, request.get_ref())?))
    }
}

/// The agent that is named, if one is.
fn agent(name: &str) -> Result<Option<AgentId>, Status> {
    let invalid = |error: BadName| {
        proto::status::invalid("the agent's name is not valid", &[Violation::new("agent", error.to_string())])
    };
    if name.is_empty() { Ok(None) } else { name.parse().map(Some).map_err(invalid) }
}

fn page(size: u32, token: String) -> Page {
    let size = if size == 0 { PAGE } else { size.min(LARGEST_PAGE) };
    Page { after: Some(token).filter(|token| !token.is_empty()), size }
}

fn file_name(name: String) -> String {
    if name.is_empty() { "experiment.toml".to_owned() } else { name }
}

/// What a caller is told of a failure below: our own failures are logged whole and told without internals.
pub(crate) fn status(error: PortError) -> Status {
    if error.kind == ErrorKind::Internal {
        tracing::error!(error = &error as &dyn std::error::Error, "a call failed");
        return proto::status::status(ErrorKind::Internal, "an internal error, see the orchestrator's log");
    }
    proto::status::of(error.reason(), error.to_string())
}

fn launch_status(error: LaunchError) -> Status {
    match error {
        LaunchError::Port(error) => status(error),
        LaunchError::Invalid(faults) => faults_status(&faults),
    }
}

/// The violations travel in the status; their places in the text are put before their words.
fn faults_status(faults: &Faults) -> Status {
    let violations: Vec<_> = faults
        .faults
        .iter()
        .map(|fault| {
            let mut violation = fault.violation.clone();
            violation.message = format!("line {}, column {}: {}", fault.line, fault.column, violation.message);
            violation
        })
        .collect();
    proto::status::invalid_as(reason::EXPERIMENT_INVALID, faults.to_string(), &violations)
}

fn placed(faults: &Faults, severity: Severity) -> Vec<pb::Violation> {
    let placed = |fault: &Fault| pb::Violation {
        line: fault.line as u32,
        column: fault.column as u32,
        ..convert::experiment::violation(fault.violation.clone(), severity)
    };
    faults.faults.iter().map(placed).collect()
}

#[cfg(test)]
mod tests;
