//! `AgentService`: a thin layer between gRPC and sessions.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use domain::{ErrorKind, Violation, reason};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use proto::agent::v1::agent_service_server::{AgentService, AgentServiceServer};
use proto::agent::v1::{
    AgentObservation, BatchEvaluateResponse, GameState, GetActionRequest, GetActionResponse, ObserveAgentRequest,
    OrchestratorMessage,
};
use proto::convert::BadMessage;
use proto::status;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::audience::Audiences;
use crate::evaluate::Evaluation;
use crate::live::LiveStream;
use crate::roster::{NoAnswer, Roster};
use crate::settings::Settings;

/// Full name of the service, for health checks.
pub const SERVICE_NAME: &str = "claudoom.agent.v1.AgentService";

/// The service. Clones share the agents they know.
#[derive(Clone)]
pub struct AgentServer {
    settings: Arc<Settings>,
    roster: Arc<Roster>,
    audiences: Arc<Audiences>,
    drain: CancellationToken,
}

impl AgentServer {
    /// The service with these settings; its sessions drain when `drain` is cancelled.
    ///
    /// # Errors
    /// What is wrong with the settings' definition.
    pub fn new(settings: Settings, drain: CancellationToken) -> Result<Self, BadMessage> {
        let roster = Roster::default();
        if let Some(defined) = &settings.definition {
            let setup = defined.setup();
            decision::build(&setup).map_err(BadMessage)?;
            roster.keep(setup, defined.definition.seed);
        }
        Ok(Self { settings: Arc::new(settings), roster: Arc::new(roster), audiences: Arc::default(), drain })
    }

    /// The service for a router, with the message limits of the settings.
    #[must_use]
    pub fn into_service(self) -> AgentServiceServer<Self> {
        let limit = self.settings.server.max_message_bytes;
        AgentServiceServer::new(self).max_decoding_message_size(limit).max_encoding_message_size(limit)
    }
}

#[tonic::async_trait]
impl AgentService for AgentServer {
    async fn get_action(&self, request: Request<GetActionRequest>) -> Result<Response<GetActionResponse>, Status> {
        let before = Instant::now();
        let Some(state) = request.into_inner().state else {
            return Err(status::invalid("state: is missing", &[Violation::new("state", "is missing")]));
        };
        let agent_id = state.agent_id.clone();
        let audience = self.audiences.find(&agent_id);
        let seen = audience.as_ref().and_then(|audience| audience.glimpse(&state));
        let (mut action, decision) = self.roster.decide(state).map_err(|no_answer| refusal(&agent_id, no_answer))?;
        let took = before.elapsed();
        if took > self.settings.budget {
            let text = format!("the decision took {took:?}, the budget is {:?}", self.settings.budget);
            return Err(status::status(ErrorKind::DeadlineExceeded, text));
        }
        let latency_us = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        action.latency_us = latency_us;
        let confidence = decision.confidence;
        if let (Some(audience), Some(seen)) = (audience, seen) {
            audience.show(seen, Some(action.clone()));
        }
        Ok(Response::new(GetActionResponse { action: Some(action), confidence, latency_us }))
    }

    type ObserveAgentStream = BoxStream<'static, Result<AgentObservation, Status>>;

    async fn observe_agent(
        &self,
        request: Request<ObserveAgentRequest>,
    ) -> Result<Response<Self::ObserveAgentStream>, Status> {
        let ObserveAgentRequest { agent_id, include_frames } = request.into_inner();
        if !self.roster.knows(&agent_id) && self.audiences.find(&agent_id).is_none() {
            return Err(unknown(&agent_id));
        }
        let audience = self.audiences.of(&agent_id);
        Ok(Response::new(audience.watch(include_frames, self.drain.clone()).boxed()))
    }

    async fn batch_evaluate(
        &self,
        request: Request<Streaming<GameState>>,
    ) -> Result<Response<BatchEvaluateResponse>, Status> {
        let begun = Instant::now();
        let mut states = request.into_inner();
        let mut evaluation = Evaluation::default();
        while let Some(state) = states.message().await? {
            evaluation.take(state)?;
        }
        let scores = evaluation.scores(SystemTime::now())?;
        let total_time_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(Response::new(BatchEvaluateResponse { scores, total_time_ms }))
    }

    type LiveSessionStream = LiveStream<Streaming<OrchestratorMessage>>;

    async fn live_session(
        &self,
        request: Request<Streaming<OrchestratorMessage>>,
    ) -> Result<Response<Self::LiveSessionStream>, Status> {
        if self.drain.is_cancelled() {
            return Err(status::status(ErrorKind::Unavailable, "the agent is about to stop"));
        }
        let inbound = request.into_inner();
        let (roster, audiences) = (self.roster.clone(), self.audiences.clone());
        Ok(Response::new(LiveStream::new(inbound, &self.settings, roster, audiences, self.drain.clone())))
    }
}

fn refusal(agent_id: &str, no_answer: NoAnswer) -> Status {
    match no_answer {
        NoAnswer::Unknown => unknown(agent_id),
        NoAnswer::Impossible(violations) => BadMessage(violations).into(),
        NoAnswer::BadState(bad) => bad.into(),
    }
}

fn unknown(agent_id: &str) -> Status {
    let text = format!("agent `{agent_id}` is not known here: it needs a definition file or a session");
    status::of(reason::AGENT_NOT_FOUND, text)
}
