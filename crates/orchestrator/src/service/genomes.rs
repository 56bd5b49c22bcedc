//! Who plays in a generation.

use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::plan::Member;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, MemberScores, PortError};
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
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    request: pb::ListGenomesRequest,
) -> Result<pb::ListGenomesResponse, Status> {
    let generation = generation(store, record, request.generation).await.map_err(status)?;
    let page = page(request.page_size, request.page_token);
    let first = page.after.as_deref().map_or(Some(0), |token| token.parse::<usize>().ok()).ok_or_else(|| {
        let violation = Violation::new("page_token", "is not one that a list gave");
        proto::status::invalid("the page token is wrong", &[violation])
    })?;
    let next = first.saturating_add(page.size as usize);
    let genomes = generation.members.iter().skip(first).take(page.size as usize);
    Ok(pb::ListGenomesResponse {
        genomes: genomes.map(|scored| scored_genome(&record.spec, &generation, scored)).collect(),
        next_page_token: if next < generation.members.len() { next.to_string() } else { String::new() },
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
    Ok(pb::GetGenomeResponse { genome: Some(scored_genome(&record.spec, &generation, scored)) })
}

async fn generation(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    index: Option<u32>,
) -> Result<GenerationRecord, PortError> {
    store.generation(record.id, index.unwrap_or(record.generation)).await
}

fn scored_genome(spec: &ExperimentSpec, generation: &GenerationRecord, scored: &MemberScores) -> pb::Genome {
    pb::Genome {
        mean_fitness: over_episodes(spec, scored).map(|sample| sample.mean),
        episodes: scored.scores.len() as u64,
        ..genome(generation.index, &scored.member)
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
        parents: member.parents.iter().map(ToString::to_string).collect(),
        operators: member.operators.clone(),
        levels: levels(member),
        mean_fitness: None,
        episodes: 0,
    }
}
