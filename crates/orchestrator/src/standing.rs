//! How the members of a generation stand: the one place that says who is best, for selection and for displays.

use domain::experiment::ExperimentSpec;
use domain::ports::{GenerationRecord, MemberScores};
use science::stats::{self, Summary};

/// The standing of a generation, as far as it is scored.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// The member with the highest mean fitness; of equals the first.
    pub best: &'a MemberScores,
    /// Its mean fitness.
    pub best_fitness: f64,
    /// The members' mean fitness as a sample.
    pub over_members: Summary,
}

impl<'a> Standing<'a> {
    /// The standing; absent while nobody has a score.
    #[must_use]
    pub fn of(spec: &ExperimentSpec, generation: &'a GenerationRecord) -> Option<Self> {
        let scored = generation.members.iter().filter_map(|member| Some((member, mean_fitness(spec, member)?)));
        let scored: Vec<_> = scored.collect();
        let over_members = stats::summarise(&scored.iter().map(|(_, fitness)| *fitness).collect::<Vec<_>>()).ok()?;
        let (best, best_fitness) = scored.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some(Self { best, best_fitness, over_members })
    }
}

/// The fitness of every scored episode of a member, in order of replicates.
#[must_use]
pub fn fitness(spec: &ExperimentSpec, member: &MemberScores) -> Vec<f64> {
    member.scores.iter().map(|score| spec.fitness.of(&score.measures)).collect()
}

/// The mean fitness of a member; absent while it has no score. The plain sum over the count: selection compares these
/// bits, so members of equal sums must have equal means.
#[must_use]
pub fn mean_fitness(spec: &ExperimentSpec, member: &MemberScores) -> Option<f64> {
    let fitness = fitness(spec, member);
    (!fitness.is_empty()).then(|| fitness.iter().sum::<f64>() / fitness.len() as f64)
}

/// The fitness of a member's episodes as a sample; absent while it has no score.
#[must_use]
pub fn over_episodes(spec: &ExperimentSpec, member: &MemberScores) -> Option<Summary> {
    let summary = stats::summarise(&fitness(spec, member)).ok()?;
    // The mean that selection compares, so that two tables never show two means of one member.
    Some(Summary { mean: mean_fitness(spec, member)?, ..summary })
}

/// How many episodes of a generation are scored.
#[must_use]
pub fn episodes_scored(generation: &GenerationRecord) -> u64 {
    generation.members.iter().map(|member| member.scores.len() as u64).sum()
}
