//! Who plays in a generation.

use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::plan::Member;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, JobLedger, MemberScores, PortError};
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::absent::no_agent;
use super::summary::levels;
use super::{page, status};
use crate::standing::over_episodes;

/// A page of the agents of a generation. A page token is the position that comes next.
///
/// # Errors
/// `NOT_FOUND` for a generation that is not planned, `INVALID_ARGUMENT` for a token that is none.
pub(super) async fn list(
    jobs: &dyn JobLedger,
    record: &ExperimentRecord,
    request: pb::ListGenomesRequest,
) -> Result<pb::ListGenomesResponse, Status> {
    let generation = request.generation.unwrap_or(record.generation);
    let page = page(request.page_size, request.page_token);
    let first = page.after.as_deref().map_or(Some(0), |token| token.parse::<u32>().ok()).ok_or_else(|| {
        let violation = Violation::new("page_token", "is not one that a list gave");
        proto::status::invalid("the page token is wrong", &[violation])
    })?;
    let mut members = jobs.members(record.id, generation, first, page.size + 1).await.map_err(status)?;
    let next = members.get(page.size as usize).map(|beyond| beyond.member.position.to_string());
    members.truncate(page.size as usize);
    Ok(pb::ListGenomesResponse {
        genomes: members.iter().map(|scored| scored_genome(&record.spec, generation, scored)).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// One agent of a generation.
///
/// # Errors
/// `NOT_FOUND` if it does not play, with the names of those that do.
pub(super) async fn get(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    request: pb::GetGenomeRequest,
) -> Result<pb::GetGenomeResponse, Status> {
    let agent = super::agent(&request.agent)?
        .ok_or_else(|| proto::status::invalid("no agent is named", &[Violation::new("agent", "is missing")]))?;
    let generation = generation(store, record, request.generation).await.map_err(status)?;
    let scored = generation.members.iter().find(|scored| scored.member.agent == agent);
    let scored = scored.ok_or_else(|| status(no_agent(record, &generation, Some(generation.index), &agent)))?;
    Ok(pb::GetGenomeResponse { genome: Some(scored_genome(&record.spec, generation.index, scored)) })
}

async fn generation(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    index: Option<u32>,
) -> Result<GenerationRecord, PortError> {
    store.generation(record.id, index.unwrap_or(record.generation)).await
}

fn scored_genome(spec: &ExperimentSpec, generation: u32, scored: &MemberScores) -> pb::Genome {
    pb::Genome {
        mean_fitness: over_episodes(spec, scored).map(|sample| sample.mean),
        episodes: scored.scores.len() as u64,
        ..genome(generation, &scored.member)
    }
}

/// A member that has not played yet.
pub(super) fn genome(generation: u32, member: &Member) -> pb::Genome {
    pb::Genome {
        generation,
        position: member.position,
        agent: member.agent.to_string(),
        label: member.label.clone(),
        policy: member.spec.policy.clone(),
        genes: member.spec.genome.0.clone(),
        knowledge: member.spec.knowledge.iter().map(|(kind, hash)| (kind.to_string(), hash.to_string())).collect(),
        parents: member.parents.iter().map(ToString::to_string).collect(),
        operators: member.operators.clone(),
        levels: levels(member),
        mean_fitness: None,
        episodes: 0,
    }
}
