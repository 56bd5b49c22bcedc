//! The table of methods: who may call each, how long it may take, and whether it may be repeated.
//!
//! Servers refuse what is in no table; `tests/methods.rs` compares the tables with the descriptors and with the page that
//! publishes them.

use runtime::access::Role::{Admin, Operator, Viewer};
use runtime::grpc::{BASE, Kind, Method, Methods};

/// The methods of `AgentService`.
pub const AGENT: &[Method] = &[
    Method::read("/claudoom.agent.v1.AgentService/GetAction", 5).by(Operator),
    Method::stream("/claudoom.agent.v1.AgentService/ObserveAgent", Kind::ServerStream, Viewer, 10),
    Method::stream("/claudoom.agent.v1.AgentService/BatchEvaluate", Kind::ClientStream, Operator, 0),
    Method::stream("/claudoom.agent.v1.AgentService/LiveSession", Kind::BothStream, Operator, 10),
];

/// The methods of `RetrospectionService`, which processes of somebody's own serve. How long an answer may take the
/// orchestrator is told; another one may come when it is asked twice.
pub const RETROSPECTION: &[Method] = &[Method::change("/claudoom.retrospection.v1.RetrospectionService/Reflect", 600)];

/// The methods of `OrchestratorService`.
pub const ORCHESTRATOR: &[Method] = &[
    // Planning ten thousand episodes takes a while, and asking twice goes on with the same experiment, unless a new one
    // is asked for.
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/LaunchExperiment", 120),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ValidateExperiment", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/GetExperiment", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListExperiments", 30),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/PauseExperiment", 30).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/ResumeExperiment", 30).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/StopExperiment", 30).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/ExtendExperiment", 120).repeatable(),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListJournal", 30),
    Method::stream("/claudoom.orchestrator.v1.OrchestratorService/StreamEvents", Kind::ServerStream, Viewer, 30),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListScores", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListJobs", 30),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/GetJob", 30),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListDeadLetters", 60),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/RedriveJobs", 120),
    Method::stream("/claudoom.orchestrator.v1.OrchestratorService/PutArtifact", Kind::ClientStream, Operator, 0),
    Method::stream("/claudoom.orchestrator.v1.OrchestratorService/GetArtifact", Kind::ServerStream, Viewer, 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/FindMissingArtifacts", 30),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ResolveExperiment", 120),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListGenomes", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/GetGenome", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListScenarios", 30),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListPolicies", 10),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListDesigns", 10),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListMeasures", 10),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListEpisodes", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/GetEpisode", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/GetReport", 60),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListArtifacts", 30),
    // All rounds are read, and what the last one taught is learned again.
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/CreateCheckpoint", 300).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/CreateSession", 30),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/SetSearchPaths", 30).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/CloseSession", 30).repeatable(),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/Ask", 30),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/Tell", 30).repeatable(),
    Method::stream("/claudoom.orchestrator.v1.OrchestratorService/LiveSession", Kind::BothStream, Operator, 10),
    Method::read("/claudoom.orchestrator.v1.OrchestratorService/ListAgents", 10),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/SpawnAgent", 90).by(Admin),
    Method::change("/claudoom.orchestrator.v1.OrchestratorService/StopAgent", 30).by(Admin).repeatable(),
    Method::stream("/claudoom.orchestrator.v1.OrchestratorService/WatchAgent", Kind::ServerStream, Viewer, 10),
];

/// What an agent daemon serves.
pub const OF_AGENTS: Methods = Methods(&[BASE, AGENT]);

/// What an orchestrator serves.
pub const OF_ORCHESTRATORS: Methods = Methods(&[BASE, ORCHESTRATOR]);
