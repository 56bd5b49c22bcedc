//! What is to be played: from a specification to generations of jobs. Pure: the same input gives the same plan.

mod baselines;
pub mod checkpoint;
mod conditions;
pub mod design;
mod ending;
mod extension;
mod merit;
mod population;
mod progress;
mod race;
mod start;

use std::collections::BTreeMap;

use domain::Violation;
use domain::checkpoint::Checkpoint;
use domain::course::{Course, Stage};
use domain::experiment::{EvolutionSpec, ExperimentSpec};
use domain::handed::Handed;
use domain::ids::{DoomSeed, ExperimentId};
use domain::plan::{self, GenerationPlan, Member, Purpose};
use domain::ports::{GenerationRecord, GenerationSummary};

use crate::standing::Standing;
use baselines::{baselines, unknown};

pub use conditions::{conditions, design as designed, field_of};
pub use ending::ending;
pub use extension::extension;
pub use merit::{Best, Merit};
pub use population::Population;
pub use progress::planned;
pub use race::look;
pub use start::recalled;

/// What is planned after a generation.
#[derive(Debug)]
pub enum Next {
    /// Another generation.
    Generation(Box<GenerationPlan>),
    /// Nothing: the experiment is complete.
    Complete,
}

/// The first generation of an experiment, which follows on `start` where that is named.
///
/// # Errors
/// What is wrong with the specification, seen from here: levels that do not fit, an unknown policy or gene, a checkpoint of
/// other agents.
pub fn first(
    id: ExperimentId,
    spec: &ExperimentSpec,
    start: Option<&Checkpoint>,
) -> Result<GenerationPlan, Vec<Violation>> {
    let (stage, members) = match first_round(spec, start)? {
        None => (Stage::DESIGN, conditions(spec)?),
        Some(members) => match baselines(spec, 0) {
            none if none.is_empty() => {
                (Stage::evolution(spec.evolution.as_ref().map_or(0, EvolutionSpec::first_round)), members)
            }
            baselines => (Stage::STATISTICS, baselines),
        },
    };
    Ok(generation(id, spec, 0, stage, members))
}

/// The members of the first round of a population, which follows on `start` where that is named; none for a design.
///
/// # Errors
/// An unknown policy or gene, a checkpoint of other agents.
pub fn first_round(spec: &ExperimentSpec, start: Option<&Checkpoint>) -> Result<Option<Vec<Member>>, Vec<Violation>> {
    let Some(population) = Population::new(spec, start)? else { return Ok(None) };
    let unknown = unknown(spec);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut members = population.members(spec, Course::of(spec, &[]).opening());
    start.map_or_else(Handed::default, |start| handed(spec, start)).hand_to(&mut members);
    Ok(Some(members))
}

/// What of `start` the members of the first round are handed.
#[must_use]
pub fn handed(spec: &ExperimentSpec, start: &Checkpoint) -> Handed {
    let learning = spec.evolution.as_ref().and_then(|evolution| evolution.learning.as_ref());
    learning.map_or_else(Handed::default, |learning| start.handed.clone().for_learning(learning))
}

/// Refuses a design that cannot tell what it is asked, or about which its file claims what is not true.
///
/// # Errors
/// What is not true, with a counter-example; what is wrong with the design.
pub fn check_claims(spec: &ExperimentSpec) -> Result<(), Vec<Violation>> {
    let Some(given) = &spec.design else { return Ok(()) };
    if design::is_true_by_itself(given) {
        return Ok(());
    }
    let made = designed(spec)?;
    made.map_or(Ok(()), |made| design::audit(given, &made).map(|_| ()))
}

/// What follows generation `index` once it is complete. `population` was told all rounds up to there, and is none for a
/// design; `opening` is the first round with its scores, and only looked at once that has been played.
#[must_use]
pub fn next(
    id: ExperimentId,
    course: &Course<'_>,
    index: u32,
    population: Option<&Population>,
    opening: &GenerationRecord,
) -> Next {
    let spec = course.launched();
    let (Some(population), Some(stage)) = (population, course.stage(index + 1)) else { return Next::Complete };
    let members = match stage.purpose {
        Purpose::Confirmation => {
            let mut finalists = population.finalists(spec, opening);
            let others = baselines(spec, finalists.len() as u32);
            finalists.extend(others);
            finalists
        }
        Purpose::Evolution | Purpose::Design | Purpose::Statistics => population.members(spec, index + 1),
    };
    Next::Generation(Box::new(generation(id, spec, index + 1, stage, members)))
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
    stage: Stage,
    members: Vec<Member>,
) -> GenerationPlan {
    plan::generation(id, spec, index, stage, members, vizdoom_seed)
}

fn vizdoom_seed(seed: u32) -> DoomSeed {
    DoomSeed(vizdoom::seeds::vizdoom_doom_seed(seed))
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
