//! What is shown of every generation.

use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, PortError};
use proto::orchestrator::v1::{GenerationInfo, GenerationPurpose, GenerationStatus};

use crate::standing::{Standing, episodes_scored};

/// The generations of an experiment, in order.
pub(super) async fn generations(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
) -> Result<Vec<GenerationInfo>, PortError> {
    let mut infos = Vec::new();
    for index in 0..=record.generation {
        infos.push(info(record, &store.generation(record.id, index).await?));
    }
    Ok(infos)
}

fn info(record: &ExperimentRecord, generation: &GenerationRecord) -> GenerationInfo {
    let standing = Standing::of(&record.spec, generation);
    // Conditions and finalists are not a sample of anything, so an interval over them would mean nothing.
    let sample = generation.purpose == Purpose::Evolution;
    let spread = standing.as_ref().map(|standing| standing.over_members).filter(|_| sample);
    GenerationInfo {
        index: generation.index,
        purpose: GenerationPurpose::from(generation.purpose).into(),
        status: GenerationStatus::from(generation.status).into(),
        agents: generation.members.len() as u32,
        episodes: episodes_scored(generation),
        best_agent: standing.as_ref().map(|standing| standing.best.member.agent.to_string()).unwrap_or_default(),
        best_fitness: standing.as_ref().map(|standing| standing.best_fitness),
        mean_fitness: standing.as_ref().map(|standing| standing.over_members.mean),
        interval_low: spread.and_then(|summary| summary.low),
        interval_high: spread.and_then(|summary| summary.high),
        episodes_planned: generation.members.len() as u64 * u64::from(generation.episodes_per_member),
    }
}
