//! What is shown of every generation.

use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, PortError};
use proto::orchestrator::v1::{GenerationInfo, GenerationPurpose, GenerationStatus};

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
    let scored: Vec<_> = generation.members.iter().filter(|member| !member.scores.is_empty()).collect();
    let mean = |member: &&domain::ports::MemberScores| {
        let fitness: Vec<_> = member.scores.iter().map(|score| record.spec.fitness.of(&score.measures)).collect();
        science::stats::mean(&fitness).ok()
    };
    let fitness: Vec<f64> = scored.iter().filter_map(mean).collect();
    let best = scored.iter().zip(&fitness).reduce(|best, next| if next.1 > best.1 { next } else { best });
    let summary = science::stats::summarise(&fitness).ok();
    // Conditions and finalists are not a sample of anything, so an interval over them would mean nothing.
    let spread = summary.filter(|_| generation.purpose == Purpose::Evolution);
    GenerationInfo {
        index: generation.index,
        purpose: GenerationPurpose::from(generation.purpose).into(),
        status: GenerationStatus::from(generation.status).into(),
        agents: generation.members.len() as u32,
        episodes: generation.members.iter().map(|member| member.scores.len() as u64).sum(),
        best_agent: best.map(|(member, _)| member.member.agent.to_string()).unwrap_or_default(),
        best_fitness: best.map(|(_, &fitness)| fitness),
        mean_fitness: summary.map(|summary| summary.mean),
        interval_low: spread.and_then(|summary| summary.low),
        interval_high: spread.and_then(|summary| summary.high),
        episodes_planned: generation.members.len() as u64 * u64::from(generation.episodes_per_member),
    }
}
