//! Agents that an orchestrator starts, watches, plays with and stops.

use std::time::Duration;

use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use tonic::Code;
use tonic::transport::Channel;

use crate::daemons::{EXPERIMENT, free_port};
use crate::embedded::children;
use crate::support::{json, orchestrator, succeed};
use crate::system::{PATIENCE, System, eventually};

type Client = OrchestratorServiceClient<Channel>;

async fn agents(client: &mut Client) -> Vec<pb::AgentInfo> {
    client.list_agents(pb::ListAgentsRequest {}).await.unwrap().into_inner().agents
}

async fn all_serve(client: &mut Client, count: usize) -> bool {
    let agents = agents(client).await;
    agents.len() == count && agents.iter().all(|agent| agent.state() == pb::AgentState::Serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_started_watched_started_again_and_stopped() {
    let system = System::new().await;
    let base = free_port().to_string();
    let flags = ["--workers", "1", "--agent-pool-size", "1", "--agent-base-port", &base, "--agent-port-range", "3"];
    let served = system.serve(&flags);
    let mut client = Client::connect(served.server.clone()).await.unwrap();
    eventually("one agent serves", PATIENCE, async || all_serve(&mut client, 1).await).await;

    let spawned = client.spawn_agent(pb::SpawnAgentRequest { reason: "more".into() }).await.unwrap().into_inner();
    let spawned = spawned.agent.unwrap();
    assert_eq!((spawned.state(), spawned.origin()), (pb::AgentState::Serving, pb::AgentOrigin::Spawned));
    let listed = client.list_agents(pb::ListAgentsRequest {}).await.unwrap().into_inner();
    assert_eq!((listed.agents.len(), listed.capacity), (2, 3));
    let shown = json(orchestrator().args(["agents", "list", "-o", "json", "--server", &served.server]));
    assert_eq!((&shown[0]["origin"], &shown[1]["state"]), (&"spawned".into(), &"serving".into()), "{shown}");
    let watch = pb::WatchAgentRequest { agent_id: spawned.id.clone() };
    let mut changes = client.watch_agent(watch).await.unwrap().into_inner();
    assert_eq!(changes.message().await.unwrap().unwrap().agent.unwrap().state(), pb::AgentState::Serving);

    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let completed = json(served.client("launch").arg(&file).args(["-o", "json", "--watch"]));
    assert_eq!(completed["status"], "completed", "{completed}");

    // The agents are among the children of the daemon.
    for pid in children(served.process.id()) {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.trim() == "agent" {
            std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
        }
    }
    eventually("both were started again", PATIENCE, async || {
        let agents = agents(&mut client).await;
        agents.iter().all(|agent| agent.restarts >= 1 && agent.state() == pb::AgentState::Serving)
    })
    .await;

    let mut command = orchestrator();
    command.args(["agents", "stop", &spawned.id, "--reason", "fewer", "--server", &served.server]);
    let told = String::from_utf8(succeed(&mut command).stdout).unwrap();
    assert!(told.contains("is stopping"), "{told}");
    let last = loop {
        match changes.message().await.unwrap() {
            Some(change) if change.is_final => break change.agent.unwrap(),
            Some(_) => {}
            None => panic!("the stream ended before the agent did"),
        }
    };
    assert_eq!(last.state(), pb::AgentState::Stopped);
    assert!(changes.message().await.unwrap().is_none());
    let unknown = client.watch_agent(pb::WatchAgentRequest { agent_id: "nobody".into() }).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let left = children(served.process.id());
    assert_eq!(served.process.stop(), Some(0));
    eventually("no agent is left", Duration::from_secs(20), async || {
        left.iter().all(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pool_says_when_to_come_again_and_an_orchestrator_without_one_what_is_missing() {
    let system = System::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let served = system.serve(&["--agent-pool-size", "0", "--agent-base-port", &port, "--agent-port-range", "1"]);
    let mut client = Client::connect(served.server.clone()).await.unwrap();

    let full = client.spawn_agent(pb::SpawnAgentRequest::default()).await.unwrap_err();
    assert_eq!(full.code(), Code::ResourceExhausted);
    assert!(proto::status::retry_after(&full).is_some());
    let second = system.serve_as("second", &["--agent-endpoints", "127.0.0.1:9,dns://localhost:9"]);
    let mut client = Client::connect(second.server.clone()).await.unwrap();
    let none = client.spawn_agent(pb::SpawnAgentRequest::default()).await.unwrap_err();
    assert!(none.code() == Code::FailedPrecondition && none.message().contains("--agent-pool-size"), "{none:?}");
    eventually("agents that are away are listed with the reason", PATIENCE, async || {
        let agents = agents(&mut client).await;
        agents.iter().any(|agent| agent.origin() == pb::AgentOrigin::Fixed)
            && agents.iter().all(|agent| agent.state() == pb::AgentState::Away && agent.reason.contains("refused"))
    })
    .await;
}
