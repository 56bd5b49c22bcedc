//! Searches that go on from a checkpoint.

use std::collections::BTreeSet;

use domain::Violation;
use domain::checkpoint::{Checkpoint, Part, Player, Round};
use domain::experiment::{EvolutionSpec, ExperimentSpec};
use domain::ports::Provenance;
use science::evolution::search::{Algorithm, Past, Search, resumed};
use science::evolution::{Evaluated, Space};

use super::population::{policy, space};

/// Most names in a message.
const NAMED: usize = 3;

/// The rounds of a checkpoint whose scores say something of agents of this experiment: those of the same game.
pub fn recalled<'a>(
    spec: &'a ExperimentSpec,
    provenance: &'a Provenance,
    start: &'a Checkpoint,
) -> impl Iterator<Item = &'a Round> {
    start.parts.iter().filter(|part| part.is_same_game(spec, provenance)).flat_map(|part| &part.rounds)
}

/// The search of an evolution after the rounds of its checkpoint.
///
/// # Errors
/// What of the evolution does not go together with the checkpoint.
pub(super) fn search(
    spec: &ExperimentSpec,
    evolution: &EvolutionSpec,
    own: &Space<'static>,
    start: &Checkpoint,
) -> Result<Box<dyn Search>, Vec<Violation>> {
    let found = misfits(spec, own, start);
    if !found.is_empty() {
        return Err(found);
    }
    let past = start.parts.iter().map(past).collect::<Result<Vec<_>, _>>()?;
    let search = resumed(&Algorithm::from(evolution), own, spec.seed, &past)?;
    let asked = search.ask().len() as u32;
    if asked != evolution.population {
        let message = format!("the normal distribution of the checkpoint makes {asked} agents in a generation");
        let help = format!("take `population = {asked}`");
        return Err(vec![Violation::new("evolution.population", message).with_help(help)]);
    }
    Ok(search)
}

/// What agents of the specification and those of the checkpoint do not have in common.
fn misfits(spec: &ExperimentSpec, own: &Space<'static>, start: &Checkpoint) -> Vec<Violation> {
    let Some((part, last)) = start.last() else {
        return vec![Violation::new("evolution.start", "a checkpoint without rounds is none to go on from")];
    };
    let agent = spec.agent.definition();
    if agent.policy != part.policy {
        let message = format!("`{}` is not the policy of the checkpoint, which is `{}`", agent.policy, part.policy);
        return vec![Violation::new("agent.policy", message)];
    }
    let theirs = match space_of(part) {
        Ok(space) => space,
        Err(found) => return found,
    };
    let (genes, other): (Vec<_>, Vec<_>) = (own.names().collect(), theirs.names().collect());
    if genes != other {
        return vec![Violation::new("evolution.genes", other_genes(&genes, &other))];
    }
    let (fixed, kept) = (own.fixed(), theirs.fixed());
    let names: BTreeSet<_> = fixed.0.keys().chain(kept.0.keys()).collect();
    let shown = |value: Option<&f64>| value.map_or_else(|| "left out".to_owned(), f64::to_string);
    let differs = names.into_iter().filter(|name| fixed.0.get(*name) != kept.0.get(*name)).map(|name| {
        let message = format!("does not evolve, and is {} in the checkpoint", shown(kept.0.get(name)));
        Violation::new(format!("agent.genome.{name}"), message)
    });
    differs.chain(foreign(part, last)).collect()
}

/// An agent of the last round that the policy cannot have any more.
fn foreign(part: &Part, last: &Round) -> Option<Violation> {
    let policy = policy(&part.policy).ok()?;
    let mut agents = last.agents.iter();
    agents.find_map(|player| {
        let fault = player.genome.violations(policy.parameters, player.agent.as_str()).into_iter().next()?;
        let message = format!("an agent of the checkpoint is none of this policy: {} {}", fault.path, fault.message);
        Some(Violation::new("evolution.start", message))
    })
}

fn other_genes(own: &[&str], other: &[&str]) -> String {
    let beyond = |some: &[&str], others: &[&str]| {
        let beyond: Vec<_> =
            some.iter().filter(|name| !others.contains(name)).map(|name| format!("`{name}`")).collect();
        let more = beyond.len().saturating_sub(NAMED);
        let shown = beyond.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{shown} and {more} more") } else { shown }
    };
    let parts = [("it has not evolved ", beyond(own, other)), ("it has evolved ", beyond(other, own))];
    let told = parts.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}{names}"));
    format!("these are not the genes of the checkpoint: {}", told.collect::<Vec<_>>().join("; "))
}

/// The rounds of one experiment as its search was told them.
fn past(part: &Part) -> Result<Past, Vec<Violation>> {
    let evolution = part.spec.evolution.clone().unwrap_or_default();
    let round = |round: &Round| (0..).zip(&round.agents).map(evaluated).collect();
    Ok(Past {
        algorithm: Algorithm::from(&evolution),
        space: space_of(part)?,
        seed: part.spec.seed,
        rounds: part.rounds.iter().map(round).collect(),
    })
}

fn evaluated((position, player): (u32, &Player)) -> Evaluated {
    Evaluated { position, genome: player.genome.clone(), fitness: player.mean().unwrap_or(0.0) }
}

/// What evolved in a part.
fn space_of(part: &Part) -> Result<Space<'static>, Vec<Violation>> {
    let base = part.spec.agent.definition().genome;
    let told = |found: Vec<Violation>| {
        let message = |fault: Violation| format!("what evolved in the checkpoint cannot be evolved: {}", fault.message);
        found.into_iter().map(|fault| Violation::new("evolution.start", message(fault))).collect::<Vec<_>>()
    };
    space(&part.policy, Some(&part.genes), &base).map_err(told)
}

#[cfg(test)]
mod tests;
