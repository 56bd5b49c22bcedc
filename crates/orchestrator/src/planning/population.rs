//! The members of an evolving population.

use domain::Violation;
use domain::experiment::{EvolutionSpec, ExperimentSpec};
use domain::ids::AgentId;
use domain::plan::Member;
use domain::ports::GenerationRecord;
use science::evolution::genetic::{self, Evaluated, Offspring, Space};

use crate::standing::{Standing, mean_fitness};

/// The members of the first generation.
pub(super) fn first(spec: &ExperimentSpec, evolution: &EvolutionSpec) -> Result<Vec<Member>, Vec<Violation>> {
    let offspring = genetic::first_generation(&space(spec, evolution)?, evolution, spec.seed);
    Ok(members(spec, 0, offspring, &[]))
}

/// The members of generation `index`, which is round `round` of the population that was last `evolved`.
pub(super) fn offspring(
    spec: &ExperimentSpec,
    evolution: &EvolutionSpec,
    evolved: &GenerationRecord,
    index: u32,
    round: u32,
) -> Result<Vec<Member>, Vec<Violation>> {
    let evaluated = evaluated(spec, evolved);
    let offspring = genetic::next_generation(&space(spec, evolution)?, &evaluated, evolution, spec.seed, round);
    let names: Vec<_> = evolved.members.iter().map(|scored| scored.member.agent.clone()).collect();
    Ok(members(spec, index, offspring, &names))
}

/// The champion (best of the last generation) and the best of the first generation.
pub(super) fn finalists(spec: &ExperimentSpec, last: &GenerationRecord, opening: &GenerationRecord) -> Vec<Member> {
    [("champion", last), ("first-best", opening)]
        .into_iter()
        .zip(0..)
        .filter_map(|((name, generation), position)| {
            let origin = &Standing::of(spec, generation)?.best.member;
            Some(Member {
                label: format!("best of generation {}", generation.index),
                spec: origin.spec.clone(),
                parents: vec![origin.agent.clone()],
                ..super::member(position, AgentId::slug(name), spec)
            })
        })
        .collect()
}

/// The members of a generation with their mean fitness, in order of positions.
fn evaluated(spec: &ExperimentSpec, generation: &GenerationRecord) -> Vec<Evaluated> {
    let evaluate = |member: &domain::ports::MemberScores| Evaluated {
        position: member.member.position,
        genome: member.member.spec.genome.clone(),
        fitness: mean_fitness(spec, member).unwrap_or(0.0),
    };
    generation.members.iter().map(evaluate).collect()
}

/// What evolves.
fn space(spec: &ExperimentSpec, evolution: &EvolutionSpec) -> Result<Space, Vec<Violation>> {
    let agent = spec.agent.definition();
    let unknown = || vec![Violation::new("agent.policy", format!("unknown policy `{}`", agent.policy))];
    let policy = decision::find(&agent.policy).ok_or_else(unknown)?;
    Space::new(policy.parameters, evolution.genes.as_deref(), &agent.genome)
}

fn members(spec: &ExperimentSpec, index: u32, offspring: Vec<Offspring>, names: &[AgentId]) -> Vec<Member> {
    let width = offspring.len().saturating_sub(1).to_string().len();
    let member = |(position, child): (u32, Offspring)| {
        let agent = AgentId::slug(&format!("g{index}-{position:0width$}"));
        let mut member = super::member(position, agent, spec);
        member.spec.genome = child.genome;
        member.parents = child.parents.iter().filter_map(|&parent| names.get(parent as usize).cloned()).collect();
        member.operators = child.operators.iter().map(|&operator| operator.to_owned()).collect();
        member.label = member.operators.join("+");
        member
    };
    (0..).zip(offspring).map(member).collect()
}
