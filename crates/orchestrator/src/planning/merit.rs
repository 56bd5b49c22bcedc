//! All that is known of every genome that an evolution has played.

use std::collections::BTreeMap;

use domain::experiment::ExperimentSpec;
use domain::genome::Genome;
use science::evolution::evidence::{Candidate, merits};

/// Genomes with the scores of all their rounds, and who played each of them last here, if anybody did. Told the same again, it
/// is the same.
#[derive(Debug)]
pub struct Merit<T> {
    /// By the bits of a genome, so that it is known again whoever plays it.
    places: BTreeMap<Vec<(String, u64)>, usize>,
    known: Vec<Candidate>,
    players: Vec<Option<T>>,
}

/// Who promises most.
#[derive(Debug)]
pub struct Best<'a, T> {
    /// Who played it last.
    pub player: &'a T,
    /// On how many seeds.
    pub episodes: usize,
}

impl<T> Default for Merit<T> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), known: Vec::new(), players: Vec::new() }
    }
}

impl<T> Merit<T> {
    /// Takes in the fitness of a member in a round, in order of replicates. Rounds are told in their order, members in that
    /// of their positions. Who played before this experiment is nobody here: the episodes count for the genome.
    pub fn add(&mut self, spec: &ExperimentSpec, round: u32, genome: &Genome, fitness: &[f64], player: Option<T>) {
        if fitness.is_empty() {
            return;
        }
        let key = genome.0.iter().map(|(name, value)| (name.clone(), value.to_bits())).collect();
        let place = *self.places.entry(key).or_insert(self.known.len());
        let scores = (0..).map(|replicate| (block(spec, round), replicate)).zip(fitness.iter().copied());
        match (self.known.get_mut(place), self.players.get_mut(place)) {
            (Some(known), Some(last)) => {
                known.scores.extend(scores);
                *last = player.or_else(|| last.take());
            }
            _ => {
                self.known.push(Candidate { cohort: cohort(spec, round), scores: scores.collect() });
                self.players.push(player);
            }
        }
    }

    /// The genome that promises most of those that are played here; of equals the one that was played first. Absent while
    /// there is none, or where a fitness is no number.
    #[must_use]
    pub fn best(&self) -> Option<Best<'_, T>> {
        let merits = merits(&self.known).ok()?;
        let better = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
        let is_here = |place: usize| self.players.get(place).is_some_and(Option::is_some);
        let (place, _) = merits.into_iter().enumerate().filter(|(place, _)| is_here(*place)).reduce(better)?;
        Some(Best { player: self.players.get(place)?.as_ref()?, episodes: self.known.get(place)?.scores.len() })
    }
}

/// The block of seeds of a round: rounds share their seeds unless each has its own.
pub(super) fn block(spec: &ExperimentSpec, round: u32) -> u32 {
    if spec.seeds.fresh && spec.seeds.explicit.is_none() { round } else { 0 }
}

/// Children of a round are made alike; where nothing is learned, all agents are.
fn cohort(spec: &ExperimentSpec, round: u32) -> u32 {
    if spec.evolution.as_ref().is_some_and(|evolution| evolution.algorithm.learns()) { round } else { 0 }
}

#[cfg(test)]
mod tests {
    use domain::experiment::{EvolutionSpec, SearchMethod};
    use testkit::builder;

    use super::*;

    fn spec(algorithm: SearchMethod) -> ExperimentSpec {
        let mut spec = builder::spec(4);
        spec.evolution = Some(EvolutionSpec { algorithm, ..EvolutionSpec::default() });
        spec
    }

    fn genome(value: f64) -> Genome {
        Genome([("tolerance".to_owned(), value)].into())
    }

    #[test]
    fn who_was_good_twice_comes_before_who_was_lucky_once() {
        let spec = spec(SearchMethod::Genetic);
        let mut merit = Merit::default();
        merit.add(&spec, 0, &genome(1.0), &[9.0, 8.0, 10.0, 9.0], Some("g0-0"));
        merit.add(&spec, 0, &genome(2.0), &[3.0, 1.0, 6.0, 5.0], Some("g0-1"));
        merit.add(&spec, 0, &genome(3.0), &[2.0, 4.0, 1.0, 5.0], Some("g0-2"));
        merit.add(&spec, 1, &genome(1.0), &[8.0, 9.0, 10.0, 7.0], Some("g1-0"));
        // A mean of 9.0 after 8.75, among newcomers that differ by hardly more than their noise.
        merit.add(&spec, 1, &genome(4.0), &[14.0, 3.0, 12.0, 7.0], Some("g1-1"));
        merit.add(&spec, 1, &genome(5.0), &[2.0, 9.0, 1.0, 6.0], Some("g1-2"));
        merit.add(&spec, 1, &genome(6.0), &[5.0, 1.0, 9.0, 4.0], Some("g1-3"));
        merit.add(&spec, 1, &genome(7.0), &[1.0, 8.0, 2.0, 6.0], Some("g1-4"));
        let best = merit.best().unwrap();
        assert_eq!((*best.player, best.episodes), ("g1-0", 8));
    }

    #[test]
    fn seeds_are_counted_once_and_members_without_scores_not_at_all() {
        let mut spec = spec(SearchMethod::Genetic);
        spec.seeds.fresh = false;
        let mut merit = Merit::default();
        assert!(merit.best().is_none());
        merit.add(&spec, 0, &genome(1.0), &[], Some("g0-0"));
        assert!(merit.best().is_none());
        merit.add(&spec, 0, &genome(1.0), &[5.0, 6.0], Some("g0-0"));
        merit.add(&spec, 1, &genome(1.0), &[5.0, 6.0], Some("g1-0"));
        assert_eq!(merit.best().map(|best| (*best.player, best.episodes)), Some(("g1-0", 2)));
        merit.add(&spec, 1, &genome(2.0), &[f64::NAN], Some("g1-1"));
        assert!(merit.best().is_none());
    }

    #[test]
    fn what_was_played_before_counts_for_whoever_plays_it_here() {
        let spec = spec(SearchMethod::Genetic);
        let mut merit = Merit::default();
        merit.add(&spec, 0, &genome(1.0), &[9.0, 8.0, 9.0, 8.0], None);
        merit.add(&spec, 0, &genome(2.0), &[3.0, 1.0, 2.0, 3.0], None);
        assert!(merit.best().is_none(), "nobody plays here");
        merit.add(&spec, 1, &genome(2.0), &[2.0, 3.0, 1.0, 2.0], Some("g1-0"));
        assert_eq!(merit.best().map(|best| (*best.player, best.episodes)), Some(("g1-0", 8)));
        merit.add(&spec, 1, &genome(1.0), &[8.0, 9.0, 8.0, 9.0], Some("g1-1"));
        assert_eq!(merit.best().map(|best| (*best.player, best.episodes)), Some(("g1-1", 8)));
    }

    #[test]
    fn agents_of_a_control_are_one_cohort() {
        let cohorts = |algorithm| [0, 3].map(|round| cohort(&spec(algorithm), round));
        assert_eq!(cohorts(SearchMethod::CmaEs), [0, 3]);
        assert_eq!(cohorts(SearchMethod::LatinHypercube), [0, 0]);
    }
}
