//! What is shown of every generation, and of every condition of a design.

use std::collections::BTreeMap;

use domain::plan::{Member, Purpose};
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, MemberScores, PortError};
use proto::orchestrator::v1::{ConditionInfo, GenerationInfo, GenerationPurpose, GenerationStatus};

use crate::standing::{Standing, episodes_scored, over_episodes};

/// The generations of an experiment and the conditions of a design, each in order.
pub(super) async fn of(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
) -> Result<(Vec<GenerationInfo>, Vec<ConditionInfo>), PortError> {
    let (mut generations, mut conditions) = (Vec::new(), Vec::new());
    for index in 0..=record.generation {
        let generation = store.generation(record.id, index).await?;
        generations.push(generation_info(record, &generation));
        if generation.purpose == Purpose::Design {
            conditions.extend(generation.members.iter().map(|member| condition_info(record, &generation, member)));
        }
    }
    Ok((generations, conditions))
}

/// The level of every factor as JSON, by the factor's name.
pub(super) fn levels(member: &Member) -> BTreeMap<String, String> {
    member.factors.iter().map(|(name, level)| (name.clone(), level.to_string())).collect()
}

fn condition_info(record: &ExperimentRecord, generation: &GenerationRecord, scored: &MemberScores) -> ConditionInfo {
    let sample = over_episodes(&record.spec, scored);
    ConditionInfo {
        position: scored.member.position,
        agent: scored.member.agent.to_string(),
        levels: levels(&scored.member),
        episodes: scored.scores.len() as u64,
        episodes_planned: u64::from(generation.episodes_per_member),
        mean_fitness: sample.map(|sample| sample.mean),
        interval_low: sample.and_then(|sample| sample.low),
        interval_high: sample.and_then(|sample| sample.high),
    }
}

fn generation_info(record: &ExperimentRecord, generation: &GenerationRecord) -> GenerationInfo {
    let standing = Standing::of(&record.spec, generation);
    // Conditions and finalists are not a sample of anything, so an interval over them would mean nothing.
    let sample = generation.purpose == Purpose::Evolution;
    let interval = standing.as_ref().and_then(|standing| standing.interval).filter(|_| sample);
    GenerationInfo {
        index: generation.index,
        purpose: GenerationPurpose::from(generation.purpose).into(),
        status: GenerationStatus::from(generation.status).into(),
        agents: generation.members.len() as u32,
        episodes: episodes_scored(generation),
        best_agent: standing.as_ref().map(|standing| standing.best.member.agent.to_string()).unwrap_or_default(),
        best_fitness: standing.as_ref().map(|standing| standing.best_fitness),
        mean_fitness: standing.as_ref().map(|standing| standing.mean),
        interval_low: interval.map(|interval| interval.low),
        interval_high: interval.map(|interval| interval.high),
        episodes_planned: generation.members.iter().map(|member| u64::from(member.episodes_planned)).sum(),
    }
}
