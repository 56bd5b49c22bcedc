//! What the statistics before a search say: how far the agent is from the baselines, how much differences scatter, and how
//! many episodes it takes to tell one that matters.

use domain::experiment::ExperimentSpec;
use science::power::{self, Plan, PowerError, Sides};
use science::stats;
use serde::Serialize;

use crate::comparison::Side;

/// Probability of calling agents different that are equal.
pub const ALPHA: f64 = 0.05;
/// Probability of telling agents apart that differ by what matters.
pub const POWER: f64 = 0.8;

/// Statistics of baselines that played the same seeds. Numbers are at full precision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// The agent before the search, then the others.
    pub baselines: Vec<Baseline>,
    /// Standard deviation of the difference of two agents on the same seed: the root of the mean variance of the
    /// differences between the agent before the search and each of the others; of its own scores times the root of 2 where
    /// it is alone, which is what seeds of their own would come to.
    pub sd_of_difference: f64,
    /// How large a difference in mean fitness the confirmation tells with a power of 0.8 at a significance level of 0.05, by
    /// Student's t for pairs; absent without a confirmation of 2 or more seeds.
    pub told_by_confirmation: Option<f64>,
    /// The same for the episodes that two agents of a round play.
    pub told_by_round: Option<f64>,
    /// The smallest difference that matters, if the experiment says, and the seeds it takes to tell it; no number where
    /// even a thousand million would not do.
    pub effect: Option<(f64, Option<usize>)>,
}

/// A baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// Its name.
    pub agent: String,
    /// Episodes.
    pub n: usize,
    /// Mean fitness.
    pub mean: f64,
    /// Student's 95 % interval of the mean.
    pub interval: Option<[f64; 2]>,
    /// Standard deviation of the fitness over episodes.
    pub sd: Option<f64>,
}

impl Statistics {
    /// The statistics of these sides, of which the first is the agent before the search; nothing before there are two
    /// scores, or where nothing differs.
    #[must_use]
    pub fn of(spec: &ExperimentSpec, sides: &[Side]) -> Option<Self> {
        let evolution = spec.evolution.as_ref()?;
        let asked = evolution.statistics.as_ref()?;
        let sd = sd_of_difference(sides)?;
        let told = |seeds: u32| {
            let effect = power::effect(&Plan::Paired(Sides::Two), seeds as usize, POWER, ALPHA).ok()?;
            Some(effect * sd)
        };
        let needed = |effect: f64| match power::sample_size(&Plan::Paired(Sides::Two), effect / sd, POWER, ALPHA) {
            Ok(seeds) => Some((effect, Some(seeds))),
            Err(PowerError::OutOfReach) => Some((effect, None)),
            Err(_) => None,
        };
        Some(Self {
            baselines: sides.iter().filter_map(baseline).collect(),
            sd_of_difference: sd,
            told_by_confirmation: told(evolution.confirmation),
            told_by_round: told(spec.seeds.episodes()),
            effect: asked.effect.and_then(needed),
        })
    }
}

fn baseline(side: &Side) -> Option<Baseline> {
    let scores: Vec<_> = side.scores.values().copied().collect();
    let summary = stats::summarise(&scores).ok()?;
    let interval = summary.low.zip(summary.high).map(|(low, high)| [low, high]);
    Some(Baseline { agent: side.name.clone(), n: summary.n, mean: summary.mean, interval, sd: summary.sd })
}

fn sd_of_difference(sides: &[Side]) -> Option<f64> {
    let (own, others) = sides.split_first()?;
    let variance = |values: &[f64]| stats::variance(values).ok().flatten();
    let between = |other: &Side| -> Option<f64> {
        let shared = own.scores.iter().filter_map(|(seed, score)| Some(score - other.scores.get(seed)?));
        variance(&shared.collect::<Vec<_>>())
    };
    let variances: Vec<_> = others.iter().filter_map(between).collect();
    let mean = match variances.as_slice() {
        [] => 2.0 * variance(&own.scores.values().copied().collect::<Vec<_>>())?,
        known => known.iter().sum::<f64>() / known.len() as f64,
    };
    (mean > 0.0).then(|| libm::sqrt(mean))
}

#[cfg(test)]
mod tests {
    use domain::experiment::{EvolutionSpec, StatisticsSpec};
    use testkit::builder;

    use super::*;

    fn spec(effect: Option<f64>) -> ExperimentSpec {
        let mut spec = builder::spec(5);
        spec.design = None;
        let statistics = Some(StatisticsSpec { effect, ..StatisticsSpec::default() });
        spec.evolution = Some(EvolutionSpec { statistics, confirmation: 34, ..EvolutionSpec::default() });
        spec
    }

    fn side(name: &str, scores: &[f64]) -> Side {
        Side { name: name.to_owned(), scores: (0..).zip(scores.iter().copied()).collect() }
    }

    /// 34 pairs tell half a standard deviation with a power of 0.8: G*Power 3.1 manual, paired t test, d_z = 0.5.
    #[test]
    fn it_takes_as_many_seeds_as_the_tables_say() {
        let own: Vec<f64> = [4.0, 8.0, 6.0, 2.0, 9.0, 7.0].to_vec();
        let other: Vec<f64> = own.iter().zip([1.0, -1.0, 1.0, -1.0, 1.0, -1.0]).map(|(own, by)| own + by).collect();
        let sides = [side("own", &own), side("random", &other)];
        let sd = libm::sqrt(6.0 / 5.0);
        let found = Statistics::of(&spec(Some(sd / 2.0)), &sides).unwrap();
        assert!((found.sd_of_difference - sd).abs() < 1e-12);
        assert_eq!(found.effect, Some((sd / 2.0, Some(34))));
        assert!((found.told_by_confirmation.unwrap() / sd - 0.5).abs() < 0.01, "{found:?}");
        assert!(found.told_by_round > found.told_by_confirmation);
        assert_eq!(found.baselines[0].mean, 6.0);
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        assert_eq!(Statistics::of(&spec(None), &[]), None);
        assert_eq!(Statistics::of(&spec(None), &[side("own", &[1.0])]), None);
        assert_eq!(Statistics::of(&spec(None), &[side("own", &[3.0; 4]), side("random", &[2.0; 4])]), None);
        let alone = Statistics::of(&spec(None), &[side("own", &[1.0, 3.0])]).unwrap();
        assert!((alone.sd_of_difference - 2.0).abs() < 1e-12 && alone.effect.is_none());
        let out_of_reach = Statistics::of(&spec(Some(1e-6)), &[side("own", &[1.0, 3.0])]).unwrap();
        assert_eq!(out_of_reach.effect, Some((1e-6, None)));
    }
}
