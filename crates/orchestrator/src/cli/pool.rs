//! `agents`: the agents that a daemon plays with.

use clap::{Args, Subcommand};
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Rows};
use super::{Failure, Place};

/// What can be done with agents.
#[derive(Debug, Subcommand)]
pub(super) enum AgentsCommand {
    /// List the agents of a daemon, and how each stands
    List(ListArgs),
    /// Start one more agent on the daemon's machine
    Spawn(SpawnArgs),
    /// Stop an agent that the daemon has started; what it plays ends first
    Stop(StopArgs),
    /// Follow an agent until it has stopped
    Watch(WatchArgs),
}

/// Arguments of `agents list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `agents spawn`.
#[derive(Debug, Args)]
pub(super) struct SpawnArgs {
    /// Why, for the daemon's log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `agents stop`.
#[derive(Debug, Args)]
pub(super) struct StopArgs {
    /// Id of the agent, as `agents list` shows it
    agent: String,
    /// Why, for the daemon's log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `agents watch`.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Id of the agent, as `agents list` shows it
    agent: String,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Does what the command says.
pub(super) async fn run(command: AgentsCommand, place: &Place) -> Result<(), Failure> {
    let service = match &command {
        AgentsCommand::List(args) => &args.service,
        AgentsCommand::Spawn(args) => &args.service,
        AgentsCommand::Stop(args) => &args.service,
        AgentsCommand::Watch(args) => &args.service,
    };
    let mut connection = Connection::open(service, place, None).await?;
    let outcome = on(&mut connection.client, &command).await;
    connection.close().await;
    outcome
}

async fn on(client: &mut Client, command: &AgentsCommand) -> Result<(), Failure> {
    match command {
        AgentsCommand::List(args) => {
            let listed = client.list_agents(pb::ListAgentsRequest {}).await?.into_inner();
            print(args.output, &listed.agents)
        }
        AgentsCommand::Spawn(args) => {
            let request = pb::SpawnAgentRequest { reason: args.reason.clone() };
            let spawned = client.spawn_agent(request).await?.into_inner();
            output::line(line(&spawned.agent.unwrap_or_default()))
        }
        AgentsCommand::Stop(args) => {
            let request = pb::StopAgentRequest { agent_id: args.agent.clone(), reason: args.reason.clone() };
            let stopped = client.stop_agent(request).await?.into_inner();
            output::line(line(&stopped.agent.unwrap_or_default()))
        }
        AgentsCommand::Watch(args) => {
            let request = pb::WatchAgentRequest { agent_id: args.agent.clone() };
            let mut changes = client.watch_agent(request).await?.into_inner();
            while let Some(change) = changes.message().await? {
                output::line(line(&change.agent.unwrap_or_default()))?;
            }
            Ok(())
        }
    }
}

fn print(form: Rows, agents: &[pb::AgentInfo]) -> Result<(), Failure> {
    let heads = ["id", "origin", "state", "sessions", "restarts", "reason"];
    let values: Vec<_> = agents.iter().map(value).collect();
    output::rows(form, &heads, &values, || {
        let rows = values.iter().map(|value| heads.iter().map(|&head| output::plain(&value[head])).collect());
        output::table(&heads, &["sessions", "restarts"], rows)
    })
}

fn value(agent: &pb::AgentInfo) -> Value {
    json!({
        "id": agent.id,
        "origin": word(agent.origin().as_str_name(), "AGENT_ORIGIN_"),
        "state": word(agent.state().as_str_name(), "AGENT_STATE_"),
        "sessions": agent.sessions,
        "restarts": agent.restarts,
        "reason": agent.reason,
    })
}

fn line(agent: &pb::AgentInfo) -> String {
    let state = word(agent.state().as_str_name(), "AGENT_STATE_");
    let reason = if agent.reason.is_empty() { String::new() } else { format!(": {}", agent.reason) };
    format!("{} is {state}, {} sessions{reason}", agent.id, agent.sessions)
}

fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase()
}
