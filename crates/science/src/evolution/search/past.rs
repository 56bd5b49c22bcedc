//! Searches that go on from rounds that were played before, by themselves or by others.

use domain::Violation;

use super::{Algorithm, Checkpoint, Evaluated, Misfit, Search, Space, restore, search};
use crate::evolution::genetic::{GeneticState, Mutation};

/// Rounds that a search was told.
#[derive(Debug, Clone)]
pub struct Past {
    /// How it searched.
    pub algorithm: Algorithm,
    /// Where.
    pub space: Space<'static>,
    /// Its seed.
    pub seed: u64,
    /// What it was told, round by round: at least one.
    pub rounds: Vec<Vec<Evaluated>>,
}

/// A search that goes on after all rounds of its `past`, of which every part went on from the one before. With the algorithm
/// and the seed of the last part it asks for what that would have asked for.
///
/// A genetic algorithm goes on from members of any search: it takes over the last round, and the steps of its members if
/// both are self-adaptive. A control has nothing to go on from but the number of rounds. A normal distribution is made of its
/// own samples, so it goes on from its own kind only.
///
/// # Errors
/// What is wrong with the algorithm, that it cannot go on from that past, or that the past is none of its searches.
pub fn resumed(
    algorithm: &Algorithm,
    space: &Space<'static>,
    seed: u64,
    past: &[Past],
) -> Result<Box<dyn Search>, Vec<Violation>> {
    let Some((last, before)) = past.split_last() else { return search(algorithm, space, seed) };
    let rounds = past.iter().map(|part| part.rounds.len() as u32).sum();
    let learned = match (algorithm, &last.algorithm) {
        (Algorithm::Sampling { .. }, _) => Checkpoint::Sampling { generation: rounds },
        (Algorithm::Genetic(now), Algorithm::Genetic(then)) if adapts(now.mutation) && adapts(then.mutation) => {
            told(last, before)?
        }
        (Algorithm::Genetic(spec), _) => {
            let members = last.rounds.last().map(Vec::as_slice).unwrap_or_default();
            Checkpoint::Genetic(GeneticState::adopted(rounds, members, spec))
        }
        (Algorithm::Cma(_), Algorithm::Cma(_)) => told(last, before)?,
        (Algorithm::Cma(_), _) => {
            let message = "a normal distribution cannot go on from members that another algorithm made";
            let help =
                "take the algorithm of the checkpoint, or a genetic one; or begin at its best agent's definition";
            return Err(vec![Violation::new("evolution.algorithm", message).with_help(help)]);
        }
    };
    restore(algorithm, space, seed, learned)
}

fn adapts(mutation: Mutation) -> bool {
    matches!(mutation, Mutation::SelfAdaptive { .. })
}

/// What the last part's own search has learned.
fn told(last: &Past, before: &[Past]) -> Result<Checkpoint, Vec<Violation>> {
    let mut search = resumed(&last.algorithm, &last.space, last.seed, before)?;
    for round in &last.rounds {
        let number = search.generation();
        let misfit = |misfit: Misfit| vec![Violation::new("evolution.start", format!("round {number}: {misfit}"))];
        search.tell(round).map_err(misfit)?;
    }
    Ok(search.checkpoint())
}
