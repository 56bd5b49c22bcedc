//! Rows of the summaries to values of the domain and back.

use domain::ids::{AgentId, ExperimentId};
use domain::projection::{BestAgent, EventCounts, ProjectedExperiment, ProjectedGeneration, Told};
use sea_orm::ActiveValue::Set;

use crate::convert::{count, number, parse, stored_count};
use crate::entity::{experiment_summaries, generation_summaries};
use crate::error::Result;

pub(crate) fn experiment(row: experiment_summaries::Model) -> Result<ProjectedExperiment> {
    let best = best(row.best_agent.as_deref(), row.best_generation, row.best_position, row.best_fitness)?;
    Ok(ProjectedExperiment {
        id: ExperimentId(row.experiment_id),
        name: row.name,
        status: row.status.as_deref().map(|status| parse(status, "status of a summary")).transpose()?,
        status_from: Told { sequence: row.status_sequence, at_ms: row.status_at_ms },
        extended_from: Told { sequence: row.extended_sequence, at_ms: row.extended_at_ms },
        reason: row.reason,
        digest: row.digest,
        episodes_planned: row.episodes_planned.map(count),
        episodes: count(row.episodes),
        started_at_ms: row.started_at_ms,
        ended_at_ms: row.ended_at_ms,
        counts: EventCounts {
            events: count(row.events),
            generations_started: count(row.generations_started),
            generations_completed: count(row.generations_completed),
            agents_evaluated: count(row.agents_evaluated),
            agent_errors: count(row.agent_errors),
            pauses: count(row.pauses),
            resumes: count(row.resumes),
        },
        best,
        last_sequence: row.last_sequence,
        last_event_at_ms: row.last_event_at_ms,
    })
}

pub(crate) fn experiment_row(summary: &ProjectedExperiment) -> experiment_summaries::ActiveModel {
    let ProjectedExperiment { counts, best, .. } = summary;
    experiment_summaries::ActiveModel {
        experiment_id: Set(summary.id.0),
        name: Set(summary.name.clone()),
        status: Set(summary.status.map(|status| status.name().to_owned())),
        status_sequence: Set(summary.status_from.sequence),
        status_at_ms: Set(summary.status_from.at_ms),
        extended_sequence: Set(summary.extended_from.sequence),
        extended_at_ms: Set(summary.extended_from.at_ms),
        reason: Set(summary.reason.clone()),
        digest: Set(summary.digest.clone()),
        episodes_planned: Set(summary.episodes_planned.map(stored_count)),
        started_at_ms: Set(summary.started_at_ms),
        ended_at_ms: Set(summary.ended_at_ms),
        episodes: Set(stored_count(summary.episodes)),
        events: Set(stored_count(counts.events)),
        generations_started: Set(stored_count(counts.generations_started)),
        generations_completed: Set(stored_count(counts.generations_completed)),
        agents_evaluated: Set(stored_count(counts.agents_evaluated)),
        agent_errors: Set(stored_count(counts.agent_errors)),
        pauses: Set(stored_count(counts.pauses)),
        resumes: Set(stored_count(counts.resumes)),
        last_sequence: Set(summary.last_sequence),
        best_agent: Set(best.as_ref().map(|best| best.agent.to_string())),
        best_generation: Set(best.as_ref().map(|best| best.generation.into())),
        best_position: Set(best.as_ref().map(|best| best.position.into())),
        best_fitness: Set(best.as_ref().map(|best| best.fitness)),
        last_event_at_ms: Set(summary.last_event_at_ms),
    }
}

pub(crate) fn generation(row: generation_summaries::Model) -> Result<ProjectedGeneration> {
    let index = number(row.generation, "number of a generation")?;
    Ok(ProjectedGeneration {
        index,
        agents: row.agents.map(|agents| number(agents, "number of agents")).transpose()?,
        episodes_planned: row.episodes_planned.map(count),
        agents_evaluated: count(row.agents_evaluated),
        episodes: count(row.episodes),
        agent_errors: count(row.agent_errors),
        best: best(row.best_agent.as_deref(), Some(row.generation), row.best_position, row.best_fitness)?,
        mean_fitness: row.mean_fitness,
        started_at_ms: row.started_at_ms,
        completed_at_ms: row.completed_at_ms,
    })
}

pub(crate) fn generation_row(id: ExperimentId, generation: &ProjectedGeneration) -> generation_summaries::ActiveModel {
    let best = generation.best.as_ref();
    generation_summaries::ActiveModel {
        experiment_id: Set(id.0),
        generation: Set(generation.index.into()),
        agents: Set(generation.agents.map(i64::from)),
        episodes_planned: Set(generation.episodes_planned.map(stored_count)),
        agents_evaluated: Set(stored_count(generation.agents_evaluated)),
        episodes: Set(stored_count(generation.episodes)),
        agent_errors: Set(stored_count(generation.agent_errors)),
        best_agent: Set(best.map(|best| best.agent.to_string())),
        best_position: Set(best.map(|best| best.position.into())),
        best_fitness: Set(best.map(|best| best.fitness)),
        mean_fitness: Set(generation.mean_fitness),
        started_at_ms: Set(generation.started_at_ms),
        completed_at_ms: Set(generation.completed_at_ms),
    }
}

fn best(
    agent: Option<&str>,
    generation: Option<i64>,
    position: Option<i64>,
    fitness: Option<f64>,
) -> Result<Option<BestAgent>> {
    let (Some(agent), Some(generation), Some(position), Some(fitness)) = (agent, generation, position, fitness) else {
        return Ok(None);
    };
    Ok(Some(BestAgent {
        agent: parse::<AgentId>(agent, "agent's name")?,
        generation: number(generation, "number of a generation")?,
        position: number(position, "position")?,
        fitness,
    }))
}
