//! The agents that this orchestrator plays with.

use std::pin::Pin;

use domain::journal::Actor;
use futures::{Stream, stream};
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::status;
use crate::pool::{Info, Origin, Pool, State};

/// Changes of an agent.
pub(super) type Watch = Pin<Box<dyn Stream<Item = Result<pb::WatchAgentResponse, Status>> + Send>>;

pub(super) fn list(pool: &Pool) -> pb::ListAgentsResponse {
    pb::ListAgentsResponse { agents: pool.list().into_iter().map(message).collect(), capacity: pool.capacity() }
}

pub(super) async fn spawn(
    pool: &Pool,
    request: &pb::SpawnAgentRequest,
    by: &Actor,
) -> Result<pb::SpawnAgentResponse, Status> {
    let id = pool.spawn().map_err(status)?;
    tracing::info!(agent = %id, %by, reason = request.reason, "an agent is started");
    let info = pool.serving(&id).await.map_err(status)?;
    Ok(pb::SpawnAgentResponse { agent: Some(message(info)) })
}

pub(super) fn stop(pool: &Pool, request: &pb::StopAgentRequest, by: &Actor) -> Result<pb::StopAgentResponse, Status> {
    let info = pool.stop_agent(&request.agent_id).map_err(status)?;
    tracing::info!(agent = request.agent_id, %by, reason = request.reason, "an agent is stopped");
    Ok(pb::StopAgentResponse { agent: Some(message(info)) })
}

/// How an agent stands, then every change of it. Changes that come faster than they are read are told as one.
pub(super) fn watch(pool: &Pool, request: &pb::WatchAgentRequest) -> Result<Watch, Status> {
    let id = request.agent_id.clone();
    pool.agent(&id).map_err(status)?;
    let start = (pool.clone(), pool.changes(), None::<Info>, false);
    let updates = stream::unfold(start, move |(pool, mut changes, mut told, over)| {
        let id = id.clone();
        async move {
            if over {
                return None;
            }
            loop {
                // One that is no longer listed has ended.
                let gone = || told.clone().map(|info| Info { state: State::Stopped, ..info });
                let info = pool.agent(&id).ok().or_else(gone)?;
                if told.as_ref() != Some(&info) {
                    let is_final = info.state == State::Stopped;
                    told = Some(info.clone());
                    let update = pb::WatchAgentResponse { agent: Some(message(info)), is_final };
                    return Some((Ok(update), (pool, changes, told, is_final)));
                }
                changes.changed().await.ok()?;
            }
        }
    });
    Ok(Box::pin(updates))
}

fn message(info: Info) -> pb::AgentInfo {
    let Info { id, address, origin, state, reason, sessions, restarts, since_ms } = info;
    let origin = match origin {
        Origin::Fixed => pb::AgentOrigin::Fixed,
        Origin::Dns => pb::AgentOrigin::Dns,
        Origin::Spawned => pb::AgentOrigin::Spawned,
    };
    let state = match state {
        State::Starting => pb::AgentState::Starting,
        State::Serving => pb::AgentState::Serving,
        State::Away => pb::AgentState::Away,
        State::Rejected => pb::AgentState::Rejected,
        State::Stopping => pb::AgentState::Stopping,
        State::Stopped => pb::AgentState::Stopped,
    };
    pb::AgentInfo { id, address, origin: origin.into(), state: state.into(), reason, sessions, restarts, since_ms }
}
