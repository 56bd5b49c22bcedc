//! Why a list of scores is empty.

use domain::ids::AgentId;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, PortError, ScoreFilter};
use domain::reason;
use domain::spelling::nearest;

/// Agents that are named to somebody who asked for another.
const NAMED: usize = 6;

/// Tells apart what is not scored yet from what will never be there.
///
/// # Errors
/// `NotFound` for a generation that is not planned, or an agent that does not play.
pub(super) async fn explain(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    filter: &ScoreFilter,
) -> Result<(), PortError> {
    // Whoever played in an earlier generation has scores, so without a number only the latest one has to be looked at.
    let index = filter.generation.unwrap_or(record.generation);
    let generation = store.generation(record.id, index).await?;
    match &filter.agent {
        Some(agent) if !plays(&generation, agent) => Err(no_agent(record, &generation, filter.generation, agent)),
        _ => Ok(()),
    }
}

fn plays(generation: &GenerationRecord, agent: &AgentId) -> bool {
    generation.members.iter().any(|scored| &scored.member.agent == agent)
}

/// That an agent does not play in a generation, with those that do; `asked` is the generation if somebody named it.
pub(super) fn no_agent(
    record: &ExperimentRecord,
    generation: &GenerationRecord,
    asked: Option<u32>,
    agent: &AgentId,
) -> PortError {
    let agents: Vec<_> = generation.members.iter().map(|scored| &scored.member.agent).collect();
    let place = asked.map(|index| format!("generation {index} of ")).unwrap_or_default();
    let (name, agents) = (&record.spec.name, named(agent, generation.index, &agents));
    let message = format!("there is no agent `{agent}` in {place}experiment `{name}`: {agents}");
    PortError::of(reason::AGENT_NOT_FOUND, message)
}

fn named(wanted: &AgentId, generation: u32, agents: &[&AgentId]) -> String {
    let names = || agents.iter().map(|agent| agent.as_str());
    let guess = nearest(wanted.as_str(), names()).map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
    let few: Vec<_> = names().take(NAMED).collect();
    let more = agents.len() - few.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{guess}generation {generation} has {}{more}", few.join(", "))
}
