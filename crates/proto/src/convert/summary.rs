//! What events add up to.

use domain::ports::Summary;
use domain::projection::{BestAgent, ProjectedGeneration};

use crate::orchestrator::v1;

impl From<&Summary> for v1::EventSummary {
    fn from(summary: &Summary) -> Self {
        let experiment = &summary.experiment;
        let counts = &experiment.counts;
        let status = experiment.status.map(v1::ExperimentStatus::from).unwrap_or_default();
        Self {
            status: status.into(),
            reason: experiment.reason.clone().unwrap_or_default(),
            digest: experiment.digest.clone().unwrap_or_default(),
            started_at_ms: experiment.started_at_ms,
            ended_at_ms: experiment.ended_at_ms,
            events: counts.events,
            last_sequence: experiment.last_sequence,
            last_event_at_ms: experiment.last_event_at_ms,
            generations_started: counts.generations_started,
            generations_completed: counts.generations_completed,
            agents_evaluated: counts.agents_evaluated,
            agent_errors: counts.agent_errors,
            pauses: counts.pauses,
            resumes: counts.resumes,
            episodes: experiment.episodes,
            best: experiment.best.as_ref().map(v1::BestAgent::from),
            generations: summary.generations.iter().map(v1::GenerationEventSummary::from).collect(),
        }
    }
}

impl From<&ProjectedGeneration> for v1::GenerationEventSummary {
    fn from(generation: &ProjectedGeneration) -> Self {
        Self {
            index: generation.index,
            agents: generation.agents,
            episodes_planned: generation.episodes_planned,
            agents_evaluated: generation.agents_evaluated,
            episodes: generation.episodes,
            agent_errors: generation.agent_errors,
            best: generation.best.as_ref().map(v1::BestAgent::from),
            mean_fitness: generation.mean_fitness,
            started_at_ms: generation.started_at_ms,
            completed_at_ms: generation.completed_at_ms,
        }
    }
}

impl From<&BestAgent> for v1::BestAgent {
    fn from(best: &BestAgent) -> Self {
        Self {
            agent: best.agent.to_string(),
            generation: best.generation,
            position: best.position,
            fitness: best.fitness,
        }
    }
}
