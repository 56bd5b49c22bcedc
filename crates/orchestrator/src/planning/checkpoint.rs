//! Rounds of an experiment as its checkpoints have them.

use domain::Violation;
use domain::checkpoint::{Part, Player, Round};
use domain::ports::{ExperimentRecord, GenerationRecord, MemberScores};

use super::population::space;
use crate::standing;

/// What an experiment has played, as far as these rounds.
///
/// # Errors
/// An unknown policy or gene.
pub fn part(record: &ExperimentRecord, rounds: Vec<Round>) -> Result<Part, Vec<Violation>> {
    let spec = record.spec.clone();
    let agent = spec.agent.definition();
    let genes = spec.evolution.as_ref().and_then(|evolution| evolution.genes.as_deref());
    let space = space(&agent.policy, genes, &agent.genome)?;
    let genes = space.names().map(str::to_owned).collect();
    let provenance = record.provenance.clone();
    Ok(Part { experiment: record.id, provenance, policy: agent.policy, genes, rounds, spec })
}

/// A complete generation, which is round number `round` of its search.
#[must_use]
pub fn round(record: &ExperimentRecord, round: u32, generation: &GenerationRecord) -> Round {
    let player = |scored: &MemberScores| {
        let member = scored.member.clone();
        Player {
            agent: member.agent,
            genome: member.spec.genome,
            parents: member.parents,
            operators: member.operators,
            knowledge: member.spec.knowledge,
            fitness: standing::fitness(&record.spec, scored),
        }
    };
    let seeds = generation.members.first().into_iter().flat_map(|scored| &scored.scores);
    Round {
        round,
        generation: generation.index,
        seeds: seeds.map(|score| score.doom_seed).collect(),
        agents: generation.members.iter().map(player).collect(),
    }
}
