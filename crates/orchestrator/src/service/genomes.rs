//! Who plays in a generation.

use domain::Violation;
use domain::plan::Member;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, JobLedger, MemberScores, PortError};
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::absent::no_agent;
use super::summary::levels;
use super::{page, status};
use crate::standing;

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
    // What a racing member's fitness is depends on what all the others have played.
    let (from, most) = if record.spec.racing().is_some() { (0, u32::MAX) } else { (first, page.size + 1) };
    let members = jobs.members(record.id, generation, from, most).await.map_err(status)?;
    let means = standing::means(&record.spec, &members);
    let mut shown = members.iter().zip(means).skip((first - from) as usize);
    let genomes = shown.by_ref().take(page.size as usize).map(|(scored, mean)| scored_genome(generation, scored, mean));
    Ok(pb::ListGenomesResponse {
        genomes: genomes.collect(),
        next_page_token: shown.next().map(|(beyond, _)| beyond.member.position.to_string()).unwrap_or_default(),
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
    let mut scored = generation.members.iter().zip(standing::means(&record.spec, &generation.members));
    let scored = scored.find(|(scored, _)| scored.member.agent == agent);
    let (scored, mean) = scored.ok_or_else(|| status(no_agent(record, &generation, Some(generation.index), &agent)))?;
    Ok(pb::GetGenomeResponse { genome: Some(scored_genome(generation.index, scored, mean)) })
}

async fn generation(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    index: Option<u32>,
) -> Result<GenerationRecord, PortError> {
    store.generation(record.id, index.unwrap_or(record.generation)).await
}

fn scored_genome(generation: u32, scored: &MemberScores, mean: Option<f64>) -> pb::Genome {
    pb::Genome { mean_fitness: mean, episodes: scored.scores.len() as u64, ..genome(generation, &scored.member) }
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
