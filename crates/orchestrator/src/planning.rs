//! What is to be played: from a specification to generations of jobs. Pure: the same input gives the same plan.

mod conditions;
mod population;
mod progress;

use std::collections::BTreeMap;

use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::ids::{DoomSeed, ExperimentId};
use domain::plan::{self, GenerationPlan, Member, Purpose};
use domain::ports::{GenerationRecord, GenerationSummary};

use crate::standing::Standing;

pub use conditions::conditions;
pub use progress::{due_through, planned};

/// What is planned after a generation.
#[derive(Debug)]
pub enum Next {
    /// Another generation.
    Generation(Box<GenerationPlan>),
    /// Nothing: the experiment is complete.
    Complete,
}

/// The first generation of an experiment.
///
/// # Errors
/// What is wrong with the specification, seen from here: levels that do not fit, an unknown policy or gene.
pub fn first(id: ExperimentId, spec: &ExperimentSpec) -> Result<GenerationPlan, Vec<Violation>> {
    let (purpose, members) = match &spec.evolution {
        Some(evolution) => (Purpose::Evolution, population::first(spec, evolution)?),
        None => (Purpose::Design, conditions(spec)?),
    };
    Ok(generation(id, spec, 0, purpose, members))
}

/// What follows a completed generation. `opening` is generation 0 with its scores.
///
/// # Errors
/// As [`first`]; cannot happen for a specification that [`first`] accepted.
pub fn next(
    id: ExperimentId,
    spec: &ExperimentSpec,
    current: &GenerationRecord,
    opening: &GenerationRecord,
) -> Result<Next, Vec<Violation>> {
    let Some(evolution) = &spec.evolution else { return Ok(Next::Complete) };
    let (purpose, members) = match current.purpose {
        Purpose::Evolution if current.index + 1 < evolution.generations => {
            (Purpose::Evolution, population::offspring(spec, evolution, current)?)
        }
        Purpose::Evolution if evolution.confirmation > 0 => {
            (Purpose::Confirmation, population::finalists(spec, current, opening))
        }
        _ => return Ok(Next::Complete),
    };
    Ok(Next::Generation(Box::new(generation(id, spec, current.index + 1, purpose, members))))
}

/// Best and mean of a generation.
#[must_use]
pub fn summary(spec: &ExperimentSpec, generation: &GenerationRecord) -> Option<GenerationSummary> {
    let Standing { best, best_fitness, mean, .. } = Standing::of(spec, generation)?;
    Some(GenerationSummary { best_agent: best.member.agent.clone(), best_fitness, mean_fitness: mean })
}

fn generation(
    id: ExperimentId,
    spec: &ExperimentSpec,
    index: u32,
    purpose: Purpose,
    members: Vec<Member>,
) -> GenerationPlan {
    plan::generation(id, spec, index, purpose, members, |seed| DoomSeed(vizdoom::seeds::vizdoom_doom_seed(seed)))
}

/// A member at `position` without factors or parents.
fn member(position: u32, agent: domain::ids::AgentId, spec: &ExperimentSpec) -> Member {
    Member {
        position,
        agent,
        label: String::new(),
        factors: BTreeMap::new(),
        scenario: spec.scenario.clone(),
        spec: spec.agent.definition(),
        parents: Vec::new(),
        operators: Vec::new(),
    }
}
