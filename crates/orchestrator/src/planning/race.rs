//! A race within a generation: who plays on after each look at the scores, and who has played enough.
//!
//! A function of the stored scores, so that whoever looks comes to the same, and looks again after a crash.

use std::collections::BTreeMap;

use domain::course::Course;
use domain::experiment::{EvolutionSpec, RacingSpec};
use domain::ids::ExperimentId;
use domain::plan::{Purpose, race_replicates};
use domain::ports::{GenerationRecord, MemberScores, RaceLook};
use domain::status::GenerationStatus;
use science::evolution::race::{Bound, Race};

use super::vizdoom_seed;
use crate::standing;

/// Who plays on, and up to which replicate.
struct Field {
    /// In order of positions.
    positions: Vec<u32>,
    /// How many episodes they have played.
    played: u32,
    /// How many they are to have played at the next look; none once the race is over.
    next: Option<u32>,
}

/// What the race of a generation comes to of which all is scored that has a job; nothing where nobody races any more.
#[must_use]
pub fn look(id: ExperimentId, course: &Course<'_>, generation: &GenerationRecord) -> Option<RaceLook> {
    let (spec, stage) = (course.launched(), course.stage(generation.index)?);
    let evolution = spec.evolution.as_ref()?;
    let rules = evolution.racing.as_ref()?;
    if stage.purpose != Purpose::Evolution || generation.status == GenerationStatus::Completed {
        return None;
    }
    let scores: Vec<_> = generation.members.iter().map(|scored| standing::fitness(spec, scored)).collect();
    let Field { positions, played, next } = field(&race(evolution, rules, generation), generation, &scores);
    let position = |scored: &MemberScores| scored.member.position;
    if let Some(next) = next {
        let members = generation.members.iter().map(position);
        return Some(RaceLook {
            out: members.filter(|position| positions.binary_search(position).is_err()).collect(),
            jobs: race_replicates(id, spec, (generation.index, stage), &positions, played..next, vizdoom_seed),
            ..RaceLook::default()
        });
    }
    let means = standing::means(spec, &generation.members);
    let short = generation.members.iter().zip(means);
    let short = short.filter(|(scored, _)| scored.scores.len() < generation.episodes_per_member as usize);
    let fitness: BTreeMap<_, _> = short.filter_map(|(scored, mean)| Some((position(scored), mean?))).collect();
    Some(RaceLook { out: fitness.keys().copied().collect(), fitness, ..RaceLook::default() })
}

fn race(evolution: &EvolutionSpec, rules: &RacingSpec, generation: &GenerationRecord) -> Race {
    Race {
        keep: evolution.kept() as usize,
        error: rules.error,
        first: rules.first as usize,
        every: rules.every as usize,
        most: generation.episodes_per_member as usize,
        bound: rules.range.map_or(Bound::Student, |range| Bound::Bernstein { range }),
    }
}

/// Where there is a fitness that is no usable number, nothing can be judged: whoever is not out plays all seeds.
fn field(race: &Race, generation: &GenerationRecord, scores: &[Vec<f64>]) -> Field {
    let at = |place: usize| generation.members.get(place).map(|scored| scored.member.position);
    let (places, next) = match race.judge(scores) {
        Ok(standing) => (standing.racing, standing.next),
        Err(_) => {
            let is_racing = |scored: &MemberScores| scored.episodes_planned >= generation.episodes_per_member;
            let members = generation.members.iter().enumerate();
            (members.filter(|(_, scored)| is_racing(scored)).map(|(place, _)| place).collect(), Some(race.most))
        }
    };
    let played = places.iter().filter_map(|&place| scores.get(place)).map(Vec::len).min().unwrap_or(race.most);
    let mut positions: Vec<_> = places.into_iter().filter_map(at).collect();
    positions.sort_unstable();
    Field { positions, played: played as u32, next: next.filter(|&next| next > played).map(|next| next as u32) }
}

#[cfg(test)]
mod tests;
