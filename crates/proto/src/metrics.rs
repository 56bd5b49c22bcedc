//! Metrics as they are sent: JSON of the messages `AgentProgress` and `GenerationProgress`, with the subject that each
//! goes to below the prefix of metrics.

use domain::ids::ExperimentId;
use domain::plan::Purpose;
use domain::ports::MemberProgress;

use crate::events::{json, purpose_name, v1};

/// Subject and body of an agent's metric; none before its first score.
#[must_use]
pub fn agent(
    experiment: ExperimentId,
    generation: u32,
    purpose: Option<Purpose>,
    member: &MemberProgress,
) -> Option<(String, String)> {
    let message = v1::AgentProgress {
        experiment_id: experiment.to_string(),
        generation,
        agent: member.agent.to_string(),
        position: member.position,
        episodes_scored: member.episodes_scored,
        episodes_planned: member.episodes_planned,
        fitness: member.fitness?,
        kills: member.kills?,
        ticks: member.ticks,
        purpose: purpose_name(purpose),
    };
    Some((format!("agent.{}", member.agent), json(&message)))
}

/// Subject and body of a generation's metric; none before its first score.
#[must_use]
pub fn generation(
    experiment: ExperimentId,
    generation: u32,
    purpose: Option<Purpose>,
    members: &[MemberProgress],
) -> Option<(String, String)> {
    let scored: Vec<_> = members.iter().filter_map(|member| Some((member, member.fitness?))).collect();
    let (best, best_fitness) = scored.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let sum = |of: fn(&MemberProgress) -> u64| members.iter().map(of).sum();
    let evaluated = members.iter().filter(|member| member.episodes_scored == member.episodes_planned).count();
    let message = v1::GenerationProgress {
        experiment_id: experiment.to_string(),
        generation,
        agents: members.len() as u32,
        agents_evaluated: evaluated as u32,
        episodes_scored: sum(|member| member.episodes_scored),
        episodes_planned: sum(|member| member.episodes_planned),
        best_agent: best.agent.to_string(),
        best_fitness,
        mean_fitness: scored.iter().map(|(_, fitness)| fitness).sum::<f64>() / scored.len() as f64,
        ticks: sum(|member| member.ticks),
        purpose: purpose_name(purpose),
    };
    Some((format!("generation.{generation}"), json(&message)))
}

#[cfg(test)]
mod tests {
    use domain::ids::AgentId;
    use serde_json::{Value, from_str, json};
    use uuid::Uuid;

    use super::*;

    const EXPERIMENT: ExperimentId = ExperimentId(Uuid::nil());

    fn member(position: u32, scored: u64, fitness: Option<f64>) -> MemberProgress {
        MemberProgress {
            agent: AgentId::slug(&format!("a{position}")),
            position,
            episodes_planned: 4,
            episodes_scored: scored,
            ticks: 10 * scored,
            fitness,
            kills: fitness.map(|_| 1.5),
        }
    }

    #[test]
    fn an_agent_is_told_of_once_it_has_a_score() {
        let (subject, body) = agent(EXPERIMENT, 3, Some(Purpose::Design), &member(1, 2, Some(0.5))).unwrap();

        let expected = json!({
            "experimentId": EXPERIMENT.to_string(), "generation": 3, "agent": "a1", "position": 1,
            "episodesScored": 2, "episodesPlanned": 4, "fitness": 0.5, "kills": 1.5, "ticks": 20,
            "purpose": "design",
        });
        assert_eq!((subject.as_str(), from_str::<Value>(&body).unwrap()), ("agent.a1", expected));
        assert_eq!(agent(EXPERIMENT, 3, None, &member(1, 0, None)), None);
    }

    #[test]
    fn a_generation_is_summed_up_over_those_that_have_scores() {
        let members = [member(0, 4, Some(1.0)), member(1, 2, Some(2.0)), member(2, 1, Some(2.0)), member(3, 0, None)];

        let (subject, body) = generation(EXPERIMENT, 0, Some(Purpose::Evolution), &members).unwrap();

        let expected = json!({
            "experimentId": EXPERIMENT.to_string(), "generation": 0, "agents": 4, "agentsEvaluated": 1,
            "episodesScored": 7, "episodesPlanned": 16, "bestAgent": "a1", "bestFitness": 2.0,
            "meanFitness": 5.0 / 3.0, "ticks": 70, "purpose": "evolution",
        });
        assert_eq!((subject.as_str(), from_str::<Value>(&body).unwrap()), ("generation.0", expected));
        assert_eq!(generation(EXPERIMENT, 0, None, &members[3..]), None);
    }
}
