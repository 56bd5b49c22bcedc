//! The course of an experiment: its generations and what each is for, from its specification and its extensions.
//!
//! Pure and repeatable, like planning: the specification says how far the experiment was to go, every extension moves
//! the end, to more rounds or, where the search has stopped early, to fewer. A confirmation that was planned before an
//! extension stays where it is, since its scores may be there; the population goes on after it, and is confirmed again at
//! the new end, on seeds of that confirmation's own.

use crate::experiment::{EvolutionSpec, ExperimentSpec};
use crate::extension::{Extension, Extent};
use crate::plan::Purpose;

/// What a generation is, besides its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// What it is for.
    pub purpose: Purpose,
    /// How many generations of the same purpose come before it, with those of the checkpoint that a search goes on from. Draws
    /// and blocks of seeds have their address here, and so do not depend on when somebody extended the experiment.
    pub round: u32,
}

impl Stage {
    /// The only stage of a design.
    pub const DESIGN: Self = Self { purpose: Purpose::Design, round: 0 };

    /// The baselines before the first round.
    pub const STATISTICS: Self = Self { purpose: Purpose::Statistics, round: 0 };

    /// A round of a population.
    #[must_use]
    pub fn evolution(round: u32) -> Self {
        Self { purpose: Purpose::Evolution, round }
    }

    /// The confirmation at the end of the rounds planned so far.
    #[must_use]
    pub fn confirmation(round: u32) -> Self {
        Self { purpose: Purpose::Confirmation, round }
    }
}

/// The generations of an experiment, played or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Course<'a> {
    spec: &'a ExperimentSpec,
    replicates: u32,
    /// Rounds of a population, up to each confirmation. Empty for a design.
    legs: Vec<u32>,
}

impl<'a> Course<'a> {
    /// The course of an experiment with these extensions, oldest first.
    #[must_use]
    pub fn of(spec: &'a ExperimentSpec, extensions: &[Extension]) -> Self {
        let legs = spec.evolution.iter().map(|evolution| evolution.affordable(spec.seeds.episodes())).collect();
        let mut course = Self { spec, replicates: spec.seeds.episodes(), legs };
        extensions.iter().for_each(|extension| course.extend(extension));
        course
    }

    fn extend(&mut self, extension: &Extension) {
        match extension.extent {
            Extent::Replicates(total) => self.replicates = self.replicates.max(total),
            Extent::Generations(total) => {
                let rounds = self.rounds();
                let is_confirmed = self.is_confirmed() && extension.generation >= self.last();
                // What is planned stays, whatever is asked for.
                let total = total.max(self.counted_through(extension.generation).0);
                match self.legs.last_mut() {
                    Some(leg) if !is_confirmed => *leg = (*leg + total).saturating_sub(rounds),
                    _ => self.legs.extend((total > rounds).then(|| total - rounds)),
                }
            }
        }
    }

    /// Episodes that each member plays in a generation that is no confirmation.
    #[must_use]
    pub fn replicates(&self) -> u32 {
        self.replicates
    }

    /// Rounds of the population in all; 0 for a design.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.legs.iter().sum()
    }

    /// How far it goes, in the unit in which it can be extended.
    #[must_use]
    pub fn extent(&self) -> Extent {
        if self.spec.evolution.is_some() {
            Extent::Generations(self.rounds())
        } else {
            Extent::Replicates(self.replicates)
        }
    }

    /// Number of the last generation.
    #[must_use]
    pub fn last(&self) -> u32 {
        let (rounds, confirmations) = self.counted_through(u32::MAX);
        (self.opening() + rounds + confirmations).saturating_sub(1)
    }

    /// What generation `index` is; nothing beyond the last one.
    #[must_use]
    pub fn stage(&self, index: u32) -> Option<Stage> {
        if self.spec.evolution.is_none() {
            return (index == 0).then_some(Stage::DESIGN);
        }
        if index < self.opening() {
            return Some(Stage::STATISTICS);
        }
        let mut first = self.opening();
        let mut rounds = self.spec.evolution.as_ref().map_or(0, EvolutionSpec::first_round);
        for (leg, &length) in (0..).zip(&self.legs) {
            if index < first + length {
                return Some(Stage::evolution(rounds + index - first));
            }
            (first, rounds) = (first + length, rounds + length);
            if self.is_confirmed() {
                if index == first {
                    return Some(Stage::confirmation(leg));
                }
                first += 1;
            }
        }
        None
    }

    /// Number of the generation that is the first round of a population, or the only one of a design.
    #[must_use]
    pub fn opening(&self) -> u32 {
        let evolution = self.spec.evolution.as_ref();
        u32::from(evolution.is_some_and(|evolution| evolution.statistics.is_some()))
    }

    /// Which round of the population generation `index` is; none where it is something else, or beyond the last one.
    #[must_use]
    pub fn round(&self, index: u32) -> Option<u32> {
        self.stage(index).filter(|stage| stage.purpose == Purpose::Evolution).map(|stage| stage.round)
    }

    /// How many rounds and how many confirmations there are up to generation `index`, with it.
    #[must_use]
    pub fn counted_through(&self, index: u32) -> (u32, u32) {
        let mut left = index.saturating_add(1).saturating_sub(self.opening());
        let (mut rounds, mut confirmations) = (0, 0);
        for &length in &self.legs {
            let played = length.min(left);
            let confirmed = u32::from(self.is_confirmed() && left > length);
            (rounds, confirmations) = (rounds + played, confirmations + confirmed);
            left -= played + confirmed;
        }
        (rounds, confirmations)
    }

    /// The specification of an experiment that was launched to go this far.
    #[must_use]
    pub fn spec(&self) -> ExperimentSpec {
        let mut spec = self.spec.clone();
        if spec.seeds.explicit.is_none() {
            spec.seeds.episodes = self.replicates;
        }
        if let Some(evolution) = &mut spec.evolution {
            evolution.generations = self.rounds();
            // What was asked for later may cost more.
            evolution.max_episodes = None;
        }
        spec
    }

    /// The specification that was launched.
    #[must_use]
    pub fn launched(&self) -> &'a ExperimentSpec {
        self.spec
    }

    fn is_confirmed(&self) -> bool {
        self.spec.evolution.as_ref().is_some_and(|evolution| evolution.confirmation > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::experiment::{DesignSpec, StatisticsSpec};

    fn evolution(generations: u32, confirmation: u32) -> ExperimentSpec {
        let mut spec = design(10);
        spec.design = None;
        spec.evolution = Some(EvolutionSpec { generations, confirmation, ..EvolutionSpec::default() });
        spec
    }

    fn design(episodes: u32) -> ExperimentSpec {
        let text = r#"{"name":"t","seed":9,"scenario":{"name":"basic"},"agent":{"policy":"random"}}"#;
        let mut spec: ExperimentSpec = serde_json::from_str(text).unwrap();
        spec.design = Some(DesignSpec::default());
        spec.seeds.episodes = episodes;
        spec
    }

    fn to(total: u32, generation: u32) -> Extension {
        Extension { extent: Extent::Generations(total), generation }
    }

    fn stages(course: &Course<'_>) -> String {
        let letter = |stage: Stage| match stage.purpose {
            Purpose::Design => format!("d{}", stage.round),
            Purpose::Statistics => "s".to_owned(),
            Purpose::Evolution => format!("e{}", stage.round),
            Purpose::Confirmation => format!("c{}", stage.round),
        };
        let shown: Vec<_> = (0..).map_while(|index| course.stage(index)).map(letter).collect();
        assert_eq!(shown.len() as u32, course.last() + 1);
        shown.join(" ")
    }

    #[test]
    fn an_extension_before_the_confirmation_only_moves_the_end() {
        let spec = evolution(3, 30);
        assert_eq!(stages(&Course::of(&spec, &[])), "e0 e1 e2 c0");
        for planned in 0..3 {
            let extended = Course::of(&spec, &[to(5, planned)]);
            assert_eq!(stages(&extended), "e0 e1 e2 e3 e4 c0");
            assert_eq!(extended.spec(), evolution(5, 30));
        }
    }

    #[test]
    fn a_planned_confirmation_stays_and_the_population_is_confirmed_again() {
        let spec = evolution(2, 30);
        assert_eq!(stages(&Course::of(&spec, &[to(4, 2)])), "e0 e1 c0 e2 e3 c1");
        assert_eq!(stages(&Course::of(&spec, &[to(4, 2), to(5, 4)])), "e0 e1 c0 e2 e3 e4 c1");
        assert_eq!(stages(&Course::of(&spec, &[to(4, 2), to(5, 5)])), "e0 e1 c0 e2 e3 c1 e4 c2");
        assert_eq!(Course::of(&spec, &[to(4, 2), to(5, 5)]).extent(), Extent::Generations(5));
    }

    #[test]
    fn a_search_that_stops_early_is_confirmed_at_once_and_can_go_on() {
        let spec = evolution(6, 30);
        let stopped = [to(3, 2)];
        assert_eq!(stages(&Course::of(&spec, &stopped)), "e0 e1 e2 c0");
        assert_eq!(Course::of(&spec, &stopped).spec(), evolution(3, 30));
        assert_eq!(stages(&Course::of(&spec, &[to(3, 2), to(5, 3)])), "e0 e1 e2 c0 e3 e4 c1");
        assert_eq!(stages(&Course::of(&spec, &[to(3, 2), to(5, 3), to(4, 4)])), "e0 e1 e2 c0 e3 c1");
        assert_eq!(stages(&Course::of(&evolution(6, 0), &[to(2, 1)])), "e0 e1");
        assert_eq!(stages(&Course::of(&spec, &[to(1, 3)])), "e0 e1 e2 e3 c0", "what is planned stays");
    }

    #[test]
    fn baselines_play_before_the_first_round() {
        let measured = |generations, confirmation| {
            let mut spec = evolution(generations, confirmation);
            spec.evolution.as_mut().unwrap().statistics = Some(StatisticsSpec::default());
            spec
        };
        let spec = measured(2, 30);
        assert_eq!(stages(&Course::of(&spec, &[])), "s e0 e1 c0");
        assert_eq!(stages(&Course::of(&spec, &[to(4, 0)])), "s e0 e1 e2 e3 c0");
        assert_eq!(stages(&Course::of(&spec, &[to(4, 3)])), "s e0 e1 c0 e2 e3 c1");
        assert_eq!(stages(&Course::of(&measured(6, 30), &[to(3, 3)])), "s e0 e1 e2 c0", "it stopped early");
        assert_eq!(stages(&Course::of(&measured(2, 0), &[])), "s e0 e1");
        assert_eq!((Course::of(&spec, &[]).opening(), Course::of(&evolution(2, 0), &[]).opening()), (1, 0));
    }

    #[test]
    fn rounds_go_on_after_those_of_a_checkpoint() {
        let mut spec = evolution(2, 30);
        let hash = crate::file::ContentHash::of(b"");
        let start = serde_json::json!({ "name": "a.clcp", "blake3": hash, "generation": 4, "rounds": 4 });
        spec.evolution.as_mut().unwrap().start = Some(serde_json::from_value(start).unwrap());
        let course = Course::of(&spec, &[]);
        assert_eq!(stages(&course), "e4 e5 c0");
        assert_eq!((course.rounds(), course.last(), course.counted_through(1)), (2, 2, (2, 0)));
        assert_eq!(stages(&Course::of(&spec, &[to(3, 2)])), "e4 e5 c0 e6 c1");
        spec.evolution.as_mut().unwrap().statistics = Some(StatisticsSpec::default());
        assert_eq!(stages(&Course::of(&spec, &[])), "s e4 e5 c0");
    }

    #[test]
    fn without_a_confirmation_rounds_follow_on_rounds() {
        let spec = evolution(2, 0);
        assert_eq!(stages(&Course::of(&spec, &[to(4, 1)])), "e0 e1 e2 e3");
    }

    #[test]
    fn a_design_gets_more_replicates_in_its_one_generation() {
        let spec = design(10);
        let more = |total| Extension { extent: Extent::Replicates(total), generation: 0 };
        let course = Course::of(&spec, &[more(15), more(40)]);
        assert_eq!((stages(&course).as_str(), course.replicates(), course.rounds()), ("d0", 40, 0));
        assert_eq!((course.spec(), course.extent()), (design(40), Extent::Replicates(40)));
    }

    proptest! {
        #[test]
        fn counts_agree_with_the_stages(
            generations in 1u32..6, confirmation in 0u32..2, measured: bool, steps in prop::collection::vec((-3i64..4, 0u32..30), 0..5),
        ) {
            let mut spec = evolution(generations, confirmation);
            spec.evolution.as_mut().unwrap().statistics = measured.then(StatisticsSpec::default);
            let mut extensions = Vec::new();
            for (more, planned) in steps {
                let before = Course::of(&spec, &extensions);
                let planned = planned.min(before.last());
                let total = (i64::from(before.rounds()) + more).max(1) as u32;
                extensions.push(to(total, planned));
                let after = Course::of(&spec, &extensions);
                if total >= before.rounds() {
                    prop_assert_eq!(after.rounds(), total);
                }
                for index in 0..=planned {
                    prop_assert_eq!(before.stage(index), after.stage(index), "what is planned stays");
                }
            }
            let course = Course::of(&spec, &extensions);
            let (mut rounds, mut confirmations) = (0, 0);
            for index in 0..=course.last() {
                let stage = course.stage(index).unwrap();
                let before = match stage.purpose {
                    Purpose::Evolution => Some(&mut rounds),
                    Purpose::Confirmation => Some(&mut confirmations),
                    _ => None,
                };
                if let Some(before) = before {
                    prop_assert_eq!(stage.round, *before);
                    *before += 1;
                }
                let round = (stage.purpose == Purpose::Evolution).then_some(stage.round);
                prop_assert_eq!(course.round(index), round);
                prop_assert_eq!(course.counted_through(index), (rounds, confirmations));
            }
            prop_assert_eq!(course.stage(course.last() + 1), None);
            prop_assert_eq!(course.counted_through(u32::MAX), (rounds, confirmations));
        }
    }
}
