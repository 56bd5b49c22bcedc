//! A study: trials are asked for, played by whoever asked, and told. Pure: the same answers lead to the same questions.

use std::collections::BTreeMap;

use domain::Violation;
use domain::experiment::EvolutionSpec;
use domain::genome::{Genome, Parameter};
use domain::seed::Address;
use science::evolution::genetic::{self, Evaluated, Space};
use serde::{Deserialize, Serialize};

use super::space::{self, OwnParameter, Value};

/// Trials of a round unless the study says otherwise, and the bounds of what it may say.
const POPULATION: u32 = 16;
const POPULATIONS: std::ops::RangeInclusive<u32> = 2..=1000;
/// Most trials of a study: they are kept together.
const MOST: usize = 10_000;

/// How trials are proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Independent draws.
    Random,
    /// Every round covers the ranges evenly.
    LatinHypercube,
    /// The genetic algorithm of evolutions.
    Genetic,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudySpec {
    /// The policy whose parameters are tried; empty where `space` says what is tried.
    pub policy: String,
    /// Only these parameters; all unless given.
    pub parameters: Vec<String>,
    /// Values of parameters that are not tried.
    pub base: BTreeMap<String, f64>,
    /// How trials are proposed.
    pub method: Method,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Trials of a round.
    pub population: u32,
    /// Whether lower values are better.
    pub minimise: bool,
    /// Parameters of the study's own, in place of a policy's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub space: Vec<OwnParameter>,
}

/// A study with its trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// What is looked for.
    pub spec: StudySpec,
    /// Trials in order of their numbers, which begin at 1.
    pub trials: Vec<Trial>,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What is tried.
    pub genes: BTreeMap<String, f64>,
    /// What it came to, once that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A value, which is a number and finite.
    Value(f64),
    /// Why there is none.
    Failure(String),
}

/// Why no trial can be proposed, or a result not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Told {
    /// The next round follows from the results of this one.
    #[error("{0} trials of this round have no result yet: tell them first")]
    Waiting(usize),
    /// There are as many as there may be.
    #[error("a study has at most {MOST} trials")]
    Full,
    /// There is no such trial.
    #[error("there is no trial {0}")]
    Unknown(u64),
    /// It has another result already.
    #[error("trial {0} has another result already")]
    Known(u64),
    /// The value is none.
    #[error("a value has to be a finite number")]
    NotFinite,
}

impl Study {
    /// A study without trials.
    ///
    /// # Errors
    /// What is wrong with it; paths begin with `study`.
    pub fn new(mut spec: StudySpec) -> Result<Self, Vec<Violation>> {
        if spec.population == 0 {
            spec.population = POPULATION;
        }
        let mut found = Vec::new();
        if !POPULATIONS.contains(&spec.population) {
            let (low, high) = POPULATIONS.into_inner();
            found.push(Violation::new("study.population", format!("has to be from {low} to {high}")));
        }
        found.extend(if spec.space.is_empty() { of_policy(&spec) } else { of_its_own(&spec) });
        if found.is_empty() { Ok(Self { spec, trials: Vec::new() }) } else { Err(found) }
    }

    /// Proposes up to `count` trials, and returns the number of the first and how many there are: fewer where a round
    /// ends.
    ///
    /// # Errors
    /// If results are needed first, or there are too many trials.
    pub fn ask(&mut self, count: u32) -> Result<std::ops::Range<usize>, Told> {
        let first = self.trials.len();
        if first >= MOST {
            return Err(Told::Full);
        }
        let (round, place) = (first / self.round_size(), first % self.round_size());
        let waiting = self.trials[..first - place].iter().filter(|trial| trial.outcome.is_none()).count();
        if self.spec.method == Method::Genetic && waiting > 0 {
            return Err(Told::Waiting(waiting));
        }
        let proposals = self.round(round);
        let fresh = proposals.into_iter().skip(place).take((count as usize).min(MOST - first));
        self.trials.extend(fresh.map(|genome| Trial { genes: genome.0, outcome: None }));
        Ok(first..self.trials.len())
    }

    /// Takes in what a trial came to. The same result again changes nothing.
    ///
    /// # Errors
    /// If there is no such trial, or it has another result.
    pub fn tell(&mut self, id: u64, outcome: Outcome) -> Result<(), Told> {
        if matches!(outcome, Outcome::Value(value) if !value.is_finite()) {
            return Err(Told::NotFinite);
        }
        let index = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
        let trial = index.and_then(|index| self.trials.get_mut(index)).ok_or(Told::Unknown(id))?;
        match &trial.outcome {
            Some(known) if *known != outcome => Err(Told::Known(id)),
            _ => {
                trial.outcome = Some(outcome);
                Ok(())
            }
        }
    }

    /// Index of the best trial so far; of equals the first.
    #[must_use]
    pub fn best(&self) -> Option<usize> {
        let valued = self.trials.iter().enumerate().filter_map(|(index, trial)| Some((index, self.fitness(trial)?)));
        valued.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(index, _)| index)
    }

    /// Trials with and without a result.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let told = self.trials.iter().filter(|trial| trial.outcome.is_some()).count() as u64;
        (told, self.trials.len() as u64 - told)
    }

    /// The values of a trial's genes by their names.
    #[must_use]
    pub fn values(&self, trial: &Trial) -> BTreeMap<String, Value> {
        self.spec.with_parameters(|parameters| {
            let value = |parameter: &Parameter| {
                let gene = *trial.genes.get(parameter.name)?;
                Some((parameter.name.to_owned(), Value::of(&parameter.domain, gene)))
            };
            parameters.iter().filter_map(value).collect()
        })
    }

    /// The round of a trial by its index.
    #[must_use]
    pub fn round_of(&self, index: usize) -> u32 {
        (index / self.round_size()) as u32
    }

    fn round_size(&self) -> usize {
        self.spec.population.max(1) as usize
    }

    /// The value with more being better; absent before it was told, and of a trial that failed.
    fn fitness(&self, trial: &Trial) -> Option<f64> {
        match trial.outcome {
            Some(Outcome::Value(value)) => Some(if self.spec.minimise { -value } else { value }),
            _ => None,
        }
    }

    /// Every proposal of a round.
    fn round(&self, round: usize) -> Vec<Genome> {
        self.spec.with_parameters(|parameters| {
            let space = varied(&self.spec, parameters);
            space.map(|space| self.proposals(&space, round)).unwrap_or_default()
        })
    }

    fn proposals(&self, space: &Space, round: usize) -> Vec<Genome> {
        let (spec, seed) = (self.evolution(), self.spec.seed);
        // A study's rounds are no generations of an experiment of the same seed.
        let seed_of_round = Address::new(seed, "study/round/v1").at(round as u32).stream().bits();
        match (self.spec.method, round) {
            (Method::Random, _) => {
                // One stratum is the whole range: each is a draw of its own.
                let alone = EvolutionSpec { population: 1, ..spec };
                let draw = |place: u32| {
                    let seed = Address::new(seed_of_round, "study/random/v1").at(place).stream().bits();
                    genetic::first_generation(space, &alone, seed)
                };
                (0..self.spec.population).flat_map(draw).map(|one| one.genome).collect()
            }
            (Method::LatinHypercube, _) | (Method::Genetic, 0) => {
                genetic::first_generation(space, &spec, seed_of_round).into_iter().map(|one| one.genome).collect()
            }
            (Method::Genetic, _) => {
                let before = (round - 1) * self.round_size()..round * self.round_size();
                let evaluated: Vec<_> =
                    (0..).zip(&self.trials[before]).map(|(at, trial)| self.evaluated(at, trial)).collect();
                let next = genetic::next_generation(space, &evaluated, &spec, seed, round as u32);
                next.into_iter().map(|one| one.genome).collect()
            }
        }
    }

    fn evaluated(&self, position: u32, trial: &Trial) -> Evaluated {
        // Whatever failed is below every number.
        Evaluated { position, genome: Genome(trial.genes.clone()), fitness: self.fitness(trial).unwrap_or(f64::NAN) }
    }

    fn evolution(&self) -> EvolutionSpec {
        let default = EvolutionSpec::default();
        EvolutionSpec {
            population: self.spec.population,
            elites: default.elites.min(self.spec.population / 2),
            ..default
        }
    }
}

impl StudySpec {
    fn with_parameters<T>(&self, look: impl FnOnce(&[Parameter]) -> T) -> T {
        if self.space.is_empty() {
            return look(decision::find(&self.policy).map_or(&[][..], |policy| policy.parameters));
        }
        space::with_parameters(&self.space, look)
    }
}

/// What is wrong with a study of a policy's parameters.
fn of_policy(spec: &StudySpec) -> Vec<Violation> {
    if spec.policy.is_empty() {
        let help = "name the policy whose parameters are tried, or give parameters of your own in `study.space`";
        return vec![Violation::new("study.policy", "is missing").with_help(help)];
    }
    let Some(policy) = decision::find(&spec.policy) else {
        let known = decision::POLICIES.iter().map(|policy| policy.name);
        return vec![Violation::unknown("study.policy", "policy", &spec.policy, known)];
    };
    let mut found = Genome(spec.base.clone()).violations(policy.parameters, "study.base");
    found.extend(varied(spec, policy.parameters).err().into_iter().flatten());
    found
}

/// What is wrong with a study of parameters of its own.
fn of_its_own(spec: &StudySpec) -> Vec<Violation> {
    let StudySpec { policy, parameters, base, space, .. } = spec;
    let given = [("policy", !policy.is_empty()), ("parameters", !parameters.is_empty()), ("base", !base.is_empty())];
    let beside = given.into_iter().filter(|&(_, given)| given);
    let besides = |(name, _)| {
        let message = "is of a policy, but `study.space` says what is tried";
        Violation::new(format!("study.{name}"), message).with_help("leave one of them out")
    };
    beside.map(besides).chain(space::violations(space, "study.space")).collect()
}

/// The parameters that are tried.
fn varied<'a>(spec: &StudySpec, parameters: &[Parameter<'a>]) -> Result<Space<'a>, Vec<Violation>> {
    let chosen = (!spec.parameters.is_empty()).then_some(spec.parameters.as_slice());
    Space::new(parameters, chosen, &Genome(spec.base.clone())).map_err(|found| {
        let at_home = |violation: Violation| {
            let path = violation.path.replacen("evolution.genes", "study.parameters", 1);
            Violation { path, ..violation }
        };
        found.into_iter().map(at_home).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::Range;

    fn spec(method: Method) -> StudySpec {
        StudySpec {
            policy: "aim".into(),
            parameters: vec![],
            base: BTreeMap::new(),
            method,
            seed: 7,
            population: 8,
            minimise: false,
            space: vec![],
        }
    }

    /// Asks for `count` trials one by one and tells each the value that `of` gives it.
    fn play(study: &mut Study, count: usize, of: impl Fn(&Trial) -> f64) {
        for _ in 0..count {
            let index = study.ask(1).unwrap().start;
            let value = of(&study.trials[index]);
            study.tell(index as u64 + 1, Outcome::Value(value)).unwrap();
        }
    }

    fn tolerance(trial: &Trial) -> f64 {
        trial.genes["tolerance"]
    }

    #[test]
    fn the_same_answers_lead_to_the_same_questions_however_they_are_asked() {
        for method in [Method::Random, Method::LatinHypercube, Method::Genetic] {
            let (mut one_by_one, mut at_once) = (Study::new(spec(method)).unwrap(), Study::new(spec(method)).unwrap());
            play(&mut one_by_one, 24, tolerance);
            while at_once.trials.len() < 24 {
                let asked = at_once.ask(1000).unwrap();
                assert_eq!(asked.len(), 8, "a round ends");
                for index in asked {
                    let value = tolerance(&at_once.trials[index]);
                    at_once.tell(index as u64 + 1, Outcome::Value(value)).unwrap();
                }
            }
            assert_eq!(one_by_one, at_once, "{method:?}");
            let distinct: std::collections::BTreeSet<_> =
                at_once.trials[..8].iter().map(|t| format!("{:?}", t.genes)).collect();
            assert_eq!(distinct.len(), 8, "{method:?}");
        }
    }

    #[test]
    fn a_genetic_round_waits_for_the_one_before_and_gets_better() {
        let mut study = Study::new(StudySpec { minimise: true, ..spec(Method::Genetic) }).unwrap();
        let asked = study.ask(100).unwrap();
        assert_eq!(study.ask(1), Err(Told::Waiting(8)));
        for index in asked {
            let value = tolerance(&study.trials[index]);
            let outcome = if index == 3 { Outcome::Failure("crashed".into()) } else { Outcome::Value(value) };
            study.tell(index as u64 + 1, outcome).unwrap();
        }
        let first = tolerance(&study.trials[study.best().unwrap()]);
        play(&mut study, 80, tolerance);
        let best = tolerance(&study.trials[study.best().unwrap()]);
        assert!(best < first, "{best} {first}");
        assert_eq!(study.counts(), (88, 0));
        assert_eq!(study.round_of(15), 1);
    }

    #[test]
    fn results_are_taken_once_and_nonsense_is_refused() {
        let mut study = Study::new(spec(Method::Random)).unwrap();
        study.ask(2).unwrap();
        study.tell(1, Outcome::Value(2.0)).unwrap();
        study.tell(1, Outcome::Value(2.0)).unwrap();
        assert_eq!(study.tell(1, Outcome::Value(3.0)), Err(Told::Known(1)));
        assert_eq!(study.tell(0, Outcome::Value(3.0)), Err(Told::Unknown(0)));
        assert_eq!(study.tell(3, Outcome::Value(3.0)), Err(Told::Unknown(3)));
        assert_eq!(study.tell(2, Outcome::Value(f64::NAN)), Err(Told::NotFinite));
        assert_eq!((study.best(), study.counts()), (Some(0), (1, 1)));
    }

    #[test]
    fn a_study_of_parameters_of_its_own_finds_what_is_best_on_every_scale() {
        let own = |name: &str, range| OwnParameter { name: name.into(), range };
        let names = ["left", "middle", "right"].map(str::to_owned).to_vec();
        let space = vec![
            own("rate", Range::Real { low: 1e-4, high: 1.0, logarithmic: true }),
            own("depth", Range::Integer { low: 1, high: 9, logarithmic: false }),
            own("side", Range::Category { names }),
            own("deep", Range::Flag),
        ];
        let of_own = |method| StudySpec { policy: String::new(), space: space.clone(), ..spec(method) };
        // Best at a rate of 0.001, a depth of 7, in the middle and deep.
        let distance = |values: &BTreeMap<String, Value>| {
            let Value::Real(rate) = values["rate"] else { panic!("{values:?}") };
            let Value::Integer(depth) = values["depth"] else { panic!("{values:?}") };
            let wrong = f64::from(values["side"] != Value::Category("middle".into()));
            let flat = f64::from(values["deep"] != Value::Flag(true));
            (libm::log10(rate) + 3.0).abs() + f64::from((depth - 7).abs()) + wrong + flat
        };
        for method in [Method::Random, Method::LatinHypercube, Method::Genetic] {
            let mut study = Study::new(StudySpec { minimise: true, population: 16, ..of_own(method) }).unwrap();
            let low_rates = (0..160).filter(|_| {
                let index = study.ask(1).unwrap().start;
                let values = study.values(&study.trials[index]);
                study.tell(index as u64 + 1, Outcome::Value(distance(&values))).unwrap();
                assert_eq!(values.len(), 4);
                matches!(values["rate"], Value::Real(rate) if (1e-4..=1e-2).contains(&rate))
            });
            let low_rates = low_rates.count();
            assert!(low_rates > 60, "{method:?}: half of a logarithmic scale had {low_rates} of 160");
            let best = study.values(&study.trials[study.best().unwrap()]);
            let bound = if method == Method::Genetic { 0.6 } else { 3.0 };
            assert!(distance(&best) < bound, "{method:?}: {best:?}");
            let stored = serde_json::to_string(&study).unwrap();
            assert_eq!(serde_json::from_str::<Study>(&stored).unwrap(), study);
        }
    }

    #[test]
    fn a_study_is_of_a_policy_or_of_its_own_and_of_nothing_else() {
        let paths = |spec| -> Vec<_> { Study::new(spec).unwrap_err().into_iter().map(|found| found.path).collect() };
        let space = vec![OwnParameter { name: "deep".into(), range: Range::Flag }];
        let both = StudySpec {
            parameters: vec!["tolerance".into()],
            base: [("tolerance".to_owned(), 1.0)].into(),
            space,
            ..spec(Method::Random)
        };
        assert_eq!(paths(both), ["study.policy", "study.parameters", "study.base"]);
        assert_eq!(paths(StudySpec { policy: String::new(), ..spec(Method::Random) }), ["study.policy"]);
        let twice = vec![OwnParameter { name: "deep".into(), range: Range::Flag }; 2];
        let own = StudySpec { policy: String::new(), space: twice, population: 1, ..spec(Method::Random) };
        assert_eq!(paths(own), ["study.population", "study.space[1].name"]);
        assert!(!serde_json::to_string(&spec(Method::Random)).unwrap().contains("space"), "stored as before");
    }

    #[test]
    fn everything_wrong_with_a_study_is_told_at_once() {
        let wrong = StudySpec {
            parameters: vec!["colour".into()],
            base: [("tolerance".to_owned(), 1e9)].into(),
            population: 1,
            ..spec(Method::Genetic)
        };
        let paths: Vec<_> = Study::new(wrong).unwrap_err().into_iter().map(|violation| violation.path).collect();
        assert_eq!(paths, ["study.population", "study.base.tolerance", "study.parameters[0]"]);
        let unknown = StudySpec { policy: "aimm".into(), ..spec(Method::Genetic) };
        assert_eq!(Study::new(unknown).unwrap_err()[0].path, "study.policy");
        assert_eq!(Study::new(StudySpec { population: 0, ..spec(Method::Random) }).unwrap().spec.population, 16);
    }
}
