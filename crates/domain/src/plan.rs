//! From a specification to jobs: pure and repeatable.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::AgentSpec;
use crate::course::Stage;
use crate::experiment::{ExperimentSpec, ScenarioSpec, Seeding};
use crate::ids::{AgentId, DoomSeed, ExperimentId, JobId};
use crate::seed::doom_seed;

/// The block of seeds that only the first confirmation plays. Later ones, of experiments that were extended, take the
/// blocks below it: no round of a population comes near them.
pub const CONFIRMATION_BLOCK: u32 = u32::MAX;

/// The block of seeds that only the baselines play, far from those of rounds and of confirmations.
pub const STATISTICS_BLOCK: u32 = 1 << 31;

/// What a generation is for: the phase in which an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The conditions of a design.
    Design,
    /// Baselines, before the first round of a population.
    Statistics,
    /// A round of a population.
    Evolution,
    /// The champion against the best of the first round and the baselines, on seeds never used before.
    Confirmation,
}

/// One agent that plays in a generation: a condition of a design or a genome of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Position in the design or population, from 0.
    pub position: u32,
    /// Name, unique within the generation.
    pub agent: AgentId,
    /// What sets it apart, for people: `policy=random, skill=3` or the genome's origin.
    pub label: String,
    /// The level of every factor by the factor's label; empty in a population.
    pub factors: BTreeMap<String, Value>,
    /// The game it plays.
    pub scenario: ScenarioSpec,
    /// What it is.
    pub spec: AgentSpec,
    /// Names of its parents in the generation before; empty in the first one and in designs.
    pub parents: Vec<AgentId>,
    /// The operators that made it, such as `crossover` and `mutation`.
    pub operators: Vec<String>,
}

/// One episode to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedEpisode {
    /// Which repetition, from 0.
    pub replicate: u32,
    /// The seed as the experiment names it.
    pub seed: u32,
    /// The seed the engine plays.
    pub doom_seed: DoomSeed,
}

/// A block of episodes of one member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobPlan {
    /// Its id, derived from what it plays.
    pub id: JobId,
    /// Position of the member that plays.
    pub position: u32,
    /// What it plays, in order of replicates.
    pub episodes: Vec<PlannedEpisode>,
}

/// A generation: who plays, and in which jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GenerationPlan {
    /// Number of the generation, from 0.
    pub index: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// Who plays, in order of positions.
    pub members: Vec<Member>,
    /// Episodes that each member plays; at most, where they race.
    pub episodes_per_member: u32,
    /// The jobs, in order of positions and replicates. Where members race, those before the first look.
    pub jobs: Vec<JobPlan>,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Design, Self::Statistics, Self::Evolution, Self::Confirmation];

    /// Its name, as it is stored, shown and published.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Design => "design",
            Self::Statistics => "statistics",
            Self::Evolution => "evolution",
            Self::Confirmation => "confirmation",
        }
    }

    /// The purpose with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl GenerationPlan {
    /// How many episodes its jobs have.
    #[must_use]
    pub fn episodes(&self) -> u64 {
        episodes_of(&self.jobs)
    }

    /// How many episodes it will have; at most, where members race.
    #[must_use]
    pub fn episodes_planned(&self) -> u64 {
        self.members.len() as u64 * u64::from(self.episodes_per_member)
    }
}

/// How many episodes jobs have.
#[must_use]
pub fn episodes_of(jobs: &[JobPlan]) -> u64 {
    jobs.iter().map(|job| job.episodes.len() as u64).sum()
}

/// Translates a seed of `Seeding::Vizdoom` to the engine's seed.
pub type VizdoomSeed = fn(u32) -> DoomSeed;

/// The episodes that every member of a generation plays.
#[must_use]
pub fn episodes(spec: &ExperimentSpec, stage: Stage, vizdoom: VizdoomSeed) -> Vec<PlannedEpisode> {
    let seeds: Vec<u32> = match (&spec.seeds.explicit, stage.purpose) {
        (Some(seeds), Purpose::Design | Purpose::Evolution) => seeds.clone(),
        _ => {
            let (block, count) = block(spec, stage);
            (0..count).map(|replicate| doom_seed(spec.seed, block, replicate).0).collect()
        }
    };
    let resolve = |seed| match spec.seeds.seeding {
        Seeding::Claudoom => DoomSeed(seed),
        Seeding::Vizdoom => vizdoom(seed),
    };
    (0..).zip(seeds).map(|(replicate, seed)| PlannedEpisode { replicate, seed, doom_seed: resolve(seed) }).collect()
}

fn block(spec: &ExperimentSpec, stage: Stage) -> (u32, u32) {
    match stage.purpose {
        Purpose::Confirmation => {
            (CONFIRMATION_BLOCK - stage.round, spec.evolution.as_ref().map_or(0, |e| e.confirmation))
        }
        Purpose::Statistics => (
            STATISTICS_BLOCK,
            spec.evolution.as_ref().and_then(|e| e.statistics.as_ref()).map_or(0, |statistics| statistics.episodes),
        ),
        Purpose::Evolution if spec.seeds.fresh => (stage.round, spec.seeds.episodes),
        Purpose::Evolution | Purpose::Design => (0, spec.seeds.episodes),
    }
}

/// Cuts generation number `index` into jobs. Members of a population that race are first given what they play before the first
/// look, and [`race_replicates`] after each.
#[must_use]
pub fn generation(
    experiment: ExperimentId,
    spec: &ExperimentSpec,
    index: u32,
    stage: Stage,
    members: Vec<Member>,
    vizdoom: VizdoomSeed,
) -> GenerationPlan {
    let positions = members.iter().map(|member| member.position);
    let all = episodes(spec, stage, vizdoom);
    let racing = spec.racing().filter(|_| stage.purpose == Purpose::Evolution);
    let first = racing.map_or(all.len(), |racing| all.len().min(racing.first as usize));
    let jobs = jobs(experiment, spec, index, positions, &all[..first]);
    GenerationPlan { index, purpose: stage.purpose, members, episodes_per_member: all.len() as u32, jobs }
}

/// The jobs of those members of generation number `index` that go on in a race, at these `positions`, from one look to the
/// next: `replicates` of what they would have played had nobody raced.
#[must_use]
pub fn race_replicates(
    experiment: ExperimentId,
    spec: &ExperimentSpec,
    (index, stage): (u32, Stage),
    positions: &[u32],
    replicates: Range<u32>,
    vizdoom: VizdoomSeed,
) -> Vec<JobPlan> {
    let all = episodes(spec, stage, vizdoom);
    let part = all.get(replicates.start as usize..replicates.end as usize).unwrap_or_default();
    jobs(experiment, spec, index, positions.iter().copied(), part)
}

/// The jobs that a design of `members` conditions gets when each of them is to play `spec.seeds.episodes` instead of
/// `from` episodes. What they play is what they would have played, had it been planned like that from the start.
#[must_use]
pub fn added_replicates(
    experiment: ExperimentId,
    spec: &ExperimentSpec,
    members: u32,
    from: u32,
    vizdoom: VizdoomSeed,
) -> Vec<JobPlan> {
    let all = episodes(spec, Stage::DESIGN, vizdoom);
    jobs(experiment, spec, 0, 0..members, all.get(from as usize..).unwrap_or_default())
}

fn jobs(
    experiment: ExperimentId,
    spec: &ExperimentSpec,
    index: u32,
    positions: impl Iterator<Item = u32>,
    episodes: &[PlannedEpisode],
) -> Vec<JobPlan> {
    let size = spec.limits.job_episodes.unwrap_or_else(|| job_size(episodes.len())) as usize;
    positions
        .flat_map(|position| episodes.chunks(size.max(1)).map(move |block| (position, block)))
        .map(|(position, block)| JobPlan {
            id: JobId::derive(experiment, index, position, block[0].replicate),
            position,
            episodes: block.to_vec(),
        })
        .collect()
}

/// Episodes per job unless the experiment says otherwise: a few seconds of play, and at least four jobs a member
/// where there are enough episodes, so that the last jobs of a generation do not leave workers idle.
fn job_size(episodes: usize) -> u32 {
    (episodes.div_ceil(4)).clamp(1, 20) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::experiment::{EvolutionSpec, RacingSpec, SeedSpec, StatisticsSpec};

    fn spec(episodes: u32, fresh: bool) -> ExperimentSpec {
        let text = r#"{"name":"t","seed":9,"scenario":{"name":"basic"},"agent":{"policy":"random"}}"#;
        let mut spec: ExperimentSpec = serde_json::from_str(text).unwrap();
        spec.seeds = SeedSpec { episodes, fresh, ..SeedSpec::default() };
        spec.evolution = Some(EvolutionSpec::default());
        spec
    }

    fn members(count: u32, spec: &ExperimentSpec) -> Vec<Member> {
        let member = |position| Member {
            position,
            agent: AgentId::slug(&format!("a{position}")),
            label: String::new(),
            factors: BTreeMap::new(),
            scenario: spec.scenario.clone(),
            spec: spec.agent.definition(),
            parents: vec![],
            operators: vec![],
        };
        (0..count).map(member).collect()
    }

    fn shifted(seed: u32) -> DoomSeed {
        DoomSeed(seed.wrapping_add(1))
    }

    proptest! {
        #[test]
        fn every_member_plays_every_seed_exactly_once(count in 1u32..12, episodes in 1u32..100, size in 0u32..30) {
            let mut spec = spec(episodes, true);
            spec.limits.job_episodes = (size > 0).then_some(size);
            let experiment = ExperimentId::derive(&spec.hash(), "");
            let plan = generation(experiment, &spec, 2, Stage::evolution(2), members(count, &spec), shifted);

            prop_assert_eq!(plan.episodes(), u64::from(count) * u64::from(episodes));
            for position in 0..count {
                let played: Vec<_> = plan.jobs.iter().filter(|j| j.position == position)
                    .flat_map(|j| j.episodes.clone()).collect();
                prop_assert_eq!(&played, &super::episodes(&spec, Stage::evolution(2), shifted));
            }
            let ids: std::collections::BTreeSet<_> = plan.jobs.iter().map(|j| j.id).collect();
            prop_assert_eq!(ids.len(), plan.jobs.len());
        }
    }

    #[test]
    fn blocks_differ_only_where_fresh_seeds_are_asked_for() {
        let seeds = |spec: &ExperimentSpec, stage| episodes(spec, stage, shifted);
        let (fresh, fixed) = (spec(5, true), spec(5, false));
        assert_ne!(seeds(&fresh, Stage::evolution(0)), seeds(&fresh, Stage::evolution(1)));
        assert_eq!(seeds(&fixed, Stage::evolution(0)), seeds(&fixed, Stage::evolution(1)));
        assert_eq!(seeds(&fresh, Stage::confirmation(0)).len(), 30);
        assert_ne!(seeds(&fixed, Stage::confirmation(0)), seeds(&fixed, Stage::confirmation(1)));
    }

    proptest! {
        #[test]
        fn added_replicates_are_those_of_a_larger_plan(
            members in 1u32..5, from in 1u32..40, more in 1u32..40, size in 0u32..9,
        ) {
            let mut spec = spec(from + more, true);
            spec.limits.job_episodes = (size > 0).then_some(size);
            let experiment = ExperimentId::derive(&spec.hash(), "");
            let smaller = ExperimentSpec { seeds: SeedSpec { episodes: from, ..spec.seeds.clone() }, ..spec.clone() };
            let cut = |spec| generation(experiment, spec, 0, Stage::DESIGN, self::members(members, spec), shifted).jobs;

            let added = added_replicates(experiment, &spec, members, from, shifted);

            let parts: Vec<_> = cut(&smaller).into_iter().chain(added).collect();
            let played = |jobs: &[JobPlan]| -> std::collections::BTreeSet<_> {
                let keys = jobs.iter().flat_map(|j| j.episodes.iter().map(|e| (j.position, e.replicate, e.seed)));
                keys.collect()
            };
            prop_assert_eq!(played(&parts), played(&cut(&spec)));
            let ids: std::collections::BTreeSet<_> = parts.iter().map(|j| j.id).collect();
            prop_assert_eq!(ids.len(), parts.len(), "every job has an id of its own");
        }
    }

    proptest! {
        #[test]
        fn who_races_to_the_end_plays_what_it_would_have_played(
            count in 1u32..5, first in 2u32..6, more in prop::collection::vec(1u32..5, 1..4), size in 0u32..4,
        ) {
            let mut spec = spec(first + more.iter().sum::<u32>(), true);
            spec.limits.job_episodes = (size > 0).then_some(size);
            let experiment = ExperimentId::derive(&spec.hash(), "");
            let stage = Stage::evolution(2);
            let cut = |spec: &ExperimentSpec, stage| {
                generation(experiment, spec, 2, stage, members(count, spec), shifted)
            };
            let whole = cut(&spec, stage);
            spec.evolution.as_mut().unwrap().racing = Some(RacingSpec { first, ..RacingSpec::default() });

            let opening = cut(&spec, stage);

            prop_assert_eq!(opening.episodes(), u64::from(count * first));
            prop_assert_eq!(opening.episodes_planned(), whole.episodes());
            let mut jobs = opening.jobs;
            let mut from = first;
            for every in more {
                let positions: Vec<_> = (0..count).collect();
                let next = race_replicates(experiment, &spec, (2, stage), &positions, from..from + every, shifted);
                prop_assert_eq!(episodes_of(&next), u64::from(count * every));
                jobs.extend(next);
                from += every;
            }
            let played = |jobs: &[JobPlan]| -> std::collections::BTreeSet<_> {
                let keys = jobs.iter().flat_map(|j| j.episodes.iter().map(|e| (j.position, e.replicate, e.seed)));
                keys.collect()
            };
            prop_assert_eq!(played(&jobs), played(&whole.jobs));
            let ids: std::collections::BTreeSet<_> = jobs.iter().map(|j| j.id).collect();
            prop_assert_eq!(ids.len(), jobs.len(), "every job has an id of its own");
            let confirmation = cut(&spec, Stage::confirmation(0));
            prop_assert_eq!(confirmation.episodes(), confirmation.episodes_planned(), "finalists do not race");
        }
    }

    #[test]
    fn vizdoom_seeds_are_translated() {
        let mut spec = spec(5, true);
        spec.seeds.explicit = Some(vec![7, u32::MAX]);
        spec.seeds.seeding = Seeding::Vizdoom;
        let played: Vec<_> = episodes(&spec, Stage::DESIGN, shifted).iter().map(|e| (e.seed, e.doom_seed.0)).collect();
        assert_eq!(played, [(7, 8), (u32::MAX, 0)]);
    }

    #[test]
    fn baselines_rounds_and_confirmations_play_seeds_of_their_own() {
        let mut spec = spec(5, true);
        let statistics = StatisticsSpec { episodes: 7, ..StatisticsSpec::default() };
        spec.evolution = Some(EvolutionSpec { statistics: Some(statistics), ..EvolutionSpec::default() });
        let played = |stage| episodes(&spec, stage, shifted).into_iter().map(|one| one.seed).collect::<Vec<_>>();
        let stages = [Stage::STATISTICS, Stage::evolution(0), Stage::evolution(1), Stage::confirmation(0)].map(played);
        assert_eq!(stages.each_ref().map(Vec::len), [7, 5, 5, 30]);
        let different: std::collections::BTreeSet<_> = stages.concat().into_iter().collect();
        assert_eq!(different.len(), 7 + 5 + 5 + 30);
    }

    #[test]
    fn purposes_are_known_by_their_names() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::named(purpose.name()), Some(purpose));
        }
        assert_eq!(Purpose::named(""), None);
    }
}
