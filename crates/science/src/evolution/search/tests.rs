use domain::genome::{Condition, Domain, Genome, Parameter, Scale};
use proptest::prelude::*;

use super::*;
use crate::evolution::cma::{Covariance, Restarts};
use crate::evolution::genetic::{Crossover, Mutation, Selection};

const PARAMETERS: &[Parameter] = &[
    Parameter { name: "mode", domain: Domain::Choice { names: &["low", "mid", "high"] }, ..Parameter::PLAIN },
    Parameter { name: "real", domain: Domain::Real { low: -2.0, high: 3.0 }, ..Parameter::PLAIN },
    Parameter {
        name: "gain",
        domain: Domain::Real { low: 0.01, high: 100.0 },
        default: 1.0,
        scale: Scale::Log,
        ..Parameter::PLAIN
    },
    Parameter {
        name: "count",
        domain: Domain::Integer { low: 1, high: 50 },
        default: 5.0,
        when: Some(Condition { parameter: "mode", values: &[1.0, 2.0] }),
        ..Parameter::PLAIN
    },
    Parameter { name: "flag", ..Parameter::PLAIN },
];

fn space() -> Space<'static> {
    Space::new(PARAMETERS, None, &Genome::default()).unwrap()
}

/// Best at high, 1.7, 10, 30 and 1.
fn fitness(genome: &Genome) -> f64 {
    let square = |x: f64| x * x;
    let count = genome.0.get("count").map_or(-4.0, |count| -square((count - 30.0) / 15.0));
    genome.0["mode"] + count - square(genome.0["real"] - 1.7) - square(libm::log10(genome.0["gain"]) - 1.0)
        + genome.0["flag"]
}

fn algorithms() -> Vec<Algorithm> {
    let genetic = GeneticSpec { population: 12, ..GeneticSpec::default() };
    let cma = CmaSpec { population: Some(10), ..CmaSpec::default() };
    vec![
        Algorithm::Genetic(genetic),
        Algorithm::Genetic(GeneticSpec {
            selection: Selection::Rank { pressure: 1.8 },
            crossover: Crossover::SimulatedBinary { eta: 5.0 },
            mutation: Mutation::Polynomial { eta: 10.0 },
            immigrants: 2,
            ..genetic
        }),
        Algorithm::Genetic(GeneticSpec {
            crossover: Crossover::Uniform,
            mutation: Mutation::SelfAdaptive { scale: 0.2 },
            ..genetic
        }),
        Algorithm::Genetic(GeneticSpec { crossover: Crossover::Blend { alpha: 0.3 }, elites: 0, ..genetic }),
        Algorithm::Cma(cma),
        Algorithm::Cma(CmaSpec { covariance: Covariance::Separable, active: false, ..cma }),
        Algorithm::Sampling { sampling: Sampling::Random, population: 9 },
        Algorithm::Sampling { sampling: Sampling::LatinHypercube, population: 9 },
        Algorithm::Genetic(GeneticSpec {
            population: 13,
            elites: 5,
            parents: Some(5),
            selection: Selection::UnbiasedTournament { size: 2 },
            ..genetic
        }),
        Algorithm::Cma(CmaSpec { restarts: Restarts::Interlaced, ..cma }),
        Algorithm::Genetic(GeneticSpec { siblings: true, ..genetic }),
    ]
}

fn evaluated(asked: Vec<Offspring>, fitness: impl Fn(&Genome) -> f64) -> Vec<Evaluated> {
    (0..)
        .zip(asked)
        .map(|(position, o)| Evaluated { position, fitness: fitness(&o.genome), genome: o.genome })
        .collect()
}

fn play(search: &mut dyn Search, generations: u32) -> Vec<Vec<Offspring>> {
    let round = |_| {
        let asked = search.ask();
        search.tell(&evaluated(asked.clone(), fitness)).unwrap();
        asked
    };
    (0..generations).map(round).collect()
}

/// What a search is told in so many generations.
fn past(algorithm: &Algorithm, seed: u64, search: &mut dyn Search, generations: u32) -> Past {
    let round = |_| {
        let told = evaluated(search.ask(), fitness);
        search.tell(&told).unwrap();
        told
    };
    Past { algorithm: *algorithm, space: space(), seed, rounds: (0..generations).map(round).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_same_answers_lead_to_the_same_questions(seed: u64) {
        for algorithm in algorithms() {
            let mut first = search(&algorithm, &space(), seed).unwrap();
            let asked = play(first.as_mut(), 7);
            let mut again = search(&algorithm, &space(), seed).unwrap();
            prop_assert_eq!(&play(again.as_mut(), 7), &asked, "{:?}", algorithm);
            prop_assert_eq!(again.checkpoint(), first.checkpoint());
            let mut other = search(&algorithm, &space(), seed ^ 1).unwrap();
            prop_assert_ne!(&play(other.as_mut(), 7), &asked, "{:?}", algorithm);
        }
    }

    #[test]
    fn a_search_goes_on_from_a_checkpoint_as_if_nothing_had_happened(seed: u64, before in 0u32..6) {
        for algorithm in algorithms() {
            let mut whole = search(&algorithm, &space(), seed).unwrap();
            play(whole.as_mut(), before);
            let stored = serde_json::to_string(&whole.checkpoint()).unwrap();
            let mut rest = restore(&algorithm, &space(), seed, serde_json::from_str(&stored).unwrap()).unwrap();
            prop_assert_eq!(rest.checkpoint(), whole.checkpoint());
            prop_assert_eq!(rest.generation(), before);
            prop_assert_eq!(play(rest.as_mut(), 5), play(whole.as_mut(), 5), "{:?}", algorithm);
            prop_assert_eq!(
                serde_json::to_string(&rest.checkpoint()).unwrap(),
                serde_json::to_string(&whole.checkpoint()).unwrap()
            );
        }
    }

    #[test]
    fn a_search_goes_on_from_its_past_as_if_nothing_had_happened(seed: u64, before in 1u32..6) {
        for algorithm in algorithms() {
            let mut whole = search(&algorithm, &space(), seed).unwrap();
            let first = past(&algorithm, seed, whole.as_mut(), before);
            let mut rest = resumed(&algorithm, &space(), seed, std::slice::from_ref(&first)).unwrap();
            prop_assert_eq!((rest.generation(), rest.ask()), (before, whole.ask()), "{:?}", algorithm);

            // And so does the search that goes on from that one.
            let second = past(&algorithm, seed, rest.as_mut(), 2);
            let mut third = resumed(&algorithm, &space(), seed, &[first, second]).unwrap();
            play(whole.as_mut(), 2);
            prop_assert_eq!(play(third.as_mut(), 3), play(whole.as_mut(), 3), "{:?}", algorithm);
        }
    }

    #[test]
    fn a_genetic_algorithm_and_a_control_go_on_from_every_past(seed: u64) {
        let all = algorithms();
        for before in &all {
            let mut search = search(before, &space(), seed).unwrap();
            let past = past(before, seed, search.as_mut(), 3);
            let best = past.rounds[2].iter().map(|member| fitness(&member.genome)).fold(f64::MIN, f64::max);
            for (place, algorithm) in all.iter().enumerate() {
                let resumed = resumed(algorithm, &space(), seed ^ 1, std::slice::from_ref(&past));
                let is_normal = |algorithm: &Algorithm| matches!(algorithm, Algorithm::Cma(_));
                if is_normal(algorithm) && !is_normal(before) {
                    prop_assert_eq!(&resumed.unwrap_err()[0].path, "evolution.algorithm");
                } else if let Ok(resumed) = resumed {
                    prop_assert_eq!(resumed.generation(), 3);
                    if place == 0 {
                        prop_assert_eq!(fitness(&resumed.ask()[0].genome), best, "the best passes unchanged");
                    }
                } else {
                    prop_assert!(is_normal(algorithm), "{:?} after {:?}", algorithm, before);
                }
            }
        }
    }

    #[test]
    fn members_are_genomes_without_faults_whatever_is_told(
        seed: u64, answers in prop::collection::vec(prop::num::f64::ANY, 13),
    ) {
        for algorithm in algorithms() {
            let mut search = search(&algorithm, &space(), seed).unwrap();
            for generation in 0..6 {
                let asked = search.ask();
                for member in &asked {
                    let faults = member.genome.violations(PARAMETERS, "");
                    prop_assert!(faults.is_empty(), "{:?} {:?} {:?}", algorithm, member, faults);
                    prop_assert!(!member.operators.is_empty());
                    prop_assert_eq!(member.genome.0.contains_key("count"), member.genome.0["mode"] != 0.0);
                    prop_assert!(generation > 0 || member.parents.is_empty());
                }
                let mut told = evaluated(asked, |_| 0.0);
                told.iter_mut().zip(answers.iter().cycle().skip(generation)).for_each(|(one, &f)| one.fitness = f);
                search.tell(&told).unwrap();
                let stored = serde_json::to_string(&search.checkpoint()).unwrap();
                prop_assert_eq!(serde_json::from_str::<Checkpoint>(&stored).unwrap(), search.checkpoint());
            }
        }
    }

    #[test]
    fn the_order_in_which_members_are_told_changes_nothing(seed: u64) {
        for algorithm in algorithms() {
            let (mut forth, mut back) = (search(&algorithm, &space(), seed).unwrap(), search(&algorithm, &space(), seed).unwrap());
            for _ in 0..3 {
                let mut told = evaluated(forth.ask(), fitness);
                forth.tell(&told).unwrap();
                told.reverse();
                back.tell(&told).unwrap();
            }
            prop_assert_eq!(forth.checkpoint(), back.checkpoint());
        }
    }
}

#[test]
fn what_learns_finds_better_members_than_what_does_not() {
    let best = |algorithm: &Algorithm| {
        let of_seed = |seed| {
            let mut search = search(algorithm, &space(), seed).unwrap();
            let asked = play(search.as_mut(), 30);
            asked.iter().flatten().map(|member| fitness(&member.genome)).fold(f64::MIN, f64::max)
        };
        let mut all: Vec<_> = (0..9).map(of_seed).collect();
        all.sort_by(f64::total_cmp);
        all[4]
    };
    let all: Vec<_> = algorithms().iter().map(best).collect();
    let control = all[6].max(all[7]);
    assert!(control < 2.95, "{all:?}");
    assert!(all[..6].iter().chain(&all[8..]).all(|&found| found > 2.97), "{all:?}");
}

#[test]
fn what_was_not_asked_for_is_refused_and_changes_nothing() {
    for algorithm in algorithms() {
        let mut search = search(&algorithm, &space(), 1).unwrap();
        let told = evaluated(search.ask(), fitness);
        let population = told.len() as u32;
        let before = search.checkpoint();
        let beyond = Evaluated { position: population, ..told[0].clone() };
        assert_eq!(search.tell(&[beyond]), Err(Misfit::Unknown { position: population, population }));
        assert_eq!(search.tell(&[told[1].clone(), told[1].clone()]), Err(Misfit::Twice(1)));
        assert_eq!(search.tell(&[]), Err(Misfit::Empty));
        assert_eq!(search.checkpoint(), before);
    }
    let mut cma = search(&algorithms()[4], &space(), 1).unwrap();
    let foreign = Evaluated { position: 2, genome: Genome::default(), fitness: 1.0 };
    assert_eq!(cma.tell(&[foreign]), Err(Misfit::Genome(2)));
}

#[test]
fn members_left_out_are_the_worst() {
    for algorithm in algorithms() {
        let (mut without, mut nan) =
            (search(&algorithm, &space(), 1).unwrap(), search(&algorithm, &space(), 1).unwrap());
        let mut told = evaluated(without.ask(), fitness);
        let last = told.pop().unwrap();
        without.tell(&told).unwrap();
        told.push(Evaluated { fitness: f64::NAN, ..last });
        nan.tell(&told).unwrap();
        if !matches!(algorithm, Algorithm::Genetic(_)) {
            assert_eq!(without.ask(), nan.ask());
        }
    }
}

#[test]
fn a_checkpoint_of_another_search_is_refused() {
    let all = algorithms();
    let narrow = Space::new(PARAMETERS, Some(&["real".to_owned()]), &Genome::default()).unwrap();
    let of = |algorithm: &Algorithm, space: &Space<'static>| search(algorithm, space, 1).unwrap().checkpoint();
    assert!(restore(&all[0], &space(), 1, of(&all[4], &space())).is_err());
    assert!(restore(&all[4], &space(), 1, of(&all[5], &space())).is_err());
    assert!(restore(&all[4], &space(), 1, of(&all[4], &narrow)).is_err());
    assert!(restore(&all[4], &space(), 1, of(&all[9], &space())).is_err());
    assert!(restore(&all[6], &space(), 1, of(&all[6], &space())).is_ok());
}

#[test]
fn a_past_that_is_none_of_the_search_is_refused() {
    let cma = algorithms()[4];
    let mut whole = search(&cma, &space(), 1).unwrap();
    let mut past = past(&cma, 1, whole.as_mut(), 2);
    past.seed = 2;
    let found = resumed(&cma, &space(), 1, &[past]).unwrap_err();
    assert!(found[0].path == "evolution.start" && found[0].message.starts_with("round 0: "), "{found:?}");
    assert_eq!(resumed(&cma, &space(), 1, &[]).unwrap().ask(), search(&cma, &space(), 1).unwrap().ask());
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let paths = |algorithm: Algorithm| {
        let found = search(&algorithm, &space(), 1).unwrap_err();
        found.into_iter().map(|violation| violation.path).collect::<Vec<_>>()
    };
    let genetic = GeneticSpec {
        population: 4,
        elites: 4,
        parents: Some(0),
        selection: Selection::Rank { pressure: 3.0 },
        crossover: Crossover::SimulatedBinary { eta: f64::NAN },
        crossover_rate: 1.5,
        siblings: false,
        mutation: Mutation::Polynomial { eta: -1.0 },
        mutation_rate: f64::NAN,
        immigrants: 1,
        own_genome: false,
    };
    assert_eq!(
        paths(Algorithm::Genetic(genetic)),
        [
            "evolution.elites",
            "evolution.parents",
            "evolution.immigrants",
            "evolution.crossover_rate",
            "evolution.mutation_rate",
            "evolution.selection.pressure",
            "evolution.crossover.eta",
            "evolution.mutation.eta",
        ]
    );
    let cma = CmaSpec { population: Some(3), step: 0.0, growth: f64::NAN, ..CmaSpec::default() };
    assert_eq!(paths(Algorithm::Cma(cma)), ["evolution.population", "evolution.step", "evolution.growth"]);
    assert_eq!(paths(Algorithm::Sampling { sampling: Sampling::Random, population: 0 }), ["evolution.population"]);
}

#[test]
fn a_control_begins_as_a_genetic_algorithm_does_and_never_repeats_itself() {
    let all = algorithms();
    let genetic = search(&Algorithm::Genetic(GeneticSpec { population: 9, ..GeneticSpec::default() }), &space(), 3);
    let mut control = search(&all[7], &space(), 3).unwrap();
    assert_eq!(control.ask(), genetic.unwrap().ask());
    let rounds = play(control.as_mut(), 3);
    assert_ne!(rounds[0], rounds[1]);
    assert_ne!(rounds[1], rounds[2]);
}

#[test]
fn what_is_known_already_can_take_part_from_the_beginning() {
    let spec = GeneticSpec { own_genome: true, ..GeneticSpec::default() };
    let base = Genome([("real".to_owned(), 1.25), ("mode".to_owned(), 2.0)].into());
    let space = Space::new(PARAMETERS, None, &base).unwrap();
    let known = search(&Algorithm::Genetic(spec), &space, 7).unwrap().ask();
    let others = search(&Algorithm::Genetic(GeneticSpec::default()), &space, 7).unwrap().ask();
    assert_eq!((known[0].genome.0["real"], known[0].genome.0["mode"]), (1.25, 2.0));
    assert_eq!(known[0].operators, ["own"]);
    assert_eq!(known[1..], others[1..]);
}
