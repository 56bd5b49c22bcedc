use std::collections::BTreeSet;

use proptest::prelude::*;

use domain::genome::{Domain, Genome, Parameter};

use super::*;

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "real",
        about: "",
        domain: Domain::Real { low: -2.0, high: 3.0 },
        default: 0.0,
        ..Parameter::PLAIN
    },
    Parameter {
        name: "whole",
        about: "",
        domain: Domain::Integer { low: 1, high: 4 },
        default: 1.0,
        ..Parameter::PLAIN
    },
    Parameter { name: "flag", about: "", domain: Domain::Flag, default: 0.0, ..Parameter::PLAIN },
];

fn space() -> Space<'static> {
    Space::new(PARAMETERS, None, &Genome::default()).unwrap()
}

fn spec(population: u32, elites: u32) -> EvolutionSpec {
    EvolutionSpec { population, elites, ..EvolutionSpec::default() }
}

fn evaluated(fitness: &[f64], seed: u64) -> Vec<Evaluated> {
    let genomes = first_generation(&space(), &spec(fitness.len() as u32, 0), seed);
    (0..)
        .zip(genomes)
        .zip(fitness)
        .map(|((position, o), &fitness)| Evaluated { position, genome: o.genome, fitness })
        .collect()
}

fn is_within_domains(genome: &Genome) -> bool {
    genome.violations(PARAMETERS, "").is_empty() && genome.0.len() == PARAMETERS.len()
}

proptest! {
    #[test]
    fn a_generation_is_complete_repeatable_and_within_its_domains(
        fitness in prop::collection::vec(prop::num::f64::ANY, 1..12),
        population in 1u32..20, elites in 0u32..4, seed: u64, generation in 1u32..9,
        crossover_rate in 0.0..=1.0f64, mutation_rate in 0.0..=1.0f64,
    ) {
        let spec = EvolutionSpec { crossover_rate, mutation_rate, ..spec(population, elites) };
        let mut members = evaluated(&fitness, seed);
        let offspring = next_generation(&space(), &members, &spec, seed, generation);

        prop_assert_eq!(offspring.len(), population as usize);
        for child in &offspring {
            prop_assert!(is_within_domains(&child.genome), "{:?}", child);
            prop_assert!(!child.operators.is_empty() && !child.parents.is_empty());
            prop_assert!(child.parents.iter().all(|&parent| (parent as usize) < fitness.len()));
        }

        members.reverse();
        prop_assert_eq!(next_generation(&space(), &members, &spec, seed, generation), offspring);
    }

    #[test]
    fn elites_come_first_unchanged_and_in_rank_order(
        fitness in prop::collection::vec(-9i32..9, 3..12), elites in 1u32..3, seed: u64,
    ) {
        let fitness: Vec<_> = fitness.into_iter().map(f64::from).collect();
        let members = evaluated(&fitness, seed);
        let offspring = next_generation(&space(), &members, &spec(8, elites), seed, 1);
        for (member, elite) in rank(&members).into_iter().zip(&offspring[..elites as usize]) {
            prop_assert_eq!(&member.genome, &elite.genome);
            prop_assert_eq!(&elite.parents, &[member.position]);
            prop_assert_eq!(&elite.operators, &["elite"]);
        }
    }

    #[test]
    fn a_first_generation_uses_every_stratum_once(population in 2u32..30, seed: u64) {
        let first = first_generation(&space(), &spec(population, 0), seed);
        let mut strata: Vec<_> = first
            .iter()
            .map(|o| ((o.genome.0["real"] + 2.0) / 5.0 * f64::from(population)) as u32)
            .collect();
        strata.sort_unstable();
        prop_assert_eq!(strata, (0..population).collect::<Vec<_>>());
        prop_assert!(first.iter().all(|o| is_within_domains(&o.genome)));
        let flags = first.iter().filter(|o| o.genome.0["flag"] == 1.0).count() as u32;
        prop_assert!(flags.abs_diff(population - flags) <= 1);
    }

    #[test]
    fn another_seed_or_generation_is_another_offspring(seed: u64) {
        let members = evaluated(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1);
        let offspring = next_generation(&space(), &members, &spec(12, 1), seed, 1);
        prop_assert_ne!(&next_generation(&space(), &members, &spec(12, 1), seed ^ 1, 1), &offspring);
        prop_assert_ne!(&next_generation(&space(), &members, &spec(12, 1), seed, 2), &offspring);
        let first = |seed| first_generation(&space(), &spec(12, 1), seed);
        prop_assert_ne!(first(seed), first(seed ^ 1));
    }
}

#[test]
fn ties_go_to_the_lower_position_and_nan_is_last() {
    let members = evaluated(&[f64::NAN, 0.0, 2.0, -0.0, 2.0, f64::NEG_INFINITY], 1);
    let order: Vec<_> = rank(&members).into_iter().map(|member| member.position).collect();
    assert_eq!(order, [2, 4, 1, 3, 0, 5]);
}

#[test]
fn children_are_new_unless_both_operators_are_off() {
    let members = evaluated(&[1.0, 2.0, 3.0], 1);
    let with = |mutation_rate| EvolutionSpec { crossover_rate: 0.0, mutation_rate, ..spec(40, 0) };
    let mutants = next_generation(&space(), &members, &with(1e-9), 1, 1);
    assert!(mutants.iter().all(|child| child.operators == ["mutation"]));
    let copies = next_generation(&space(), &members, &with(0.0), 1, 1);
    assert!(copies.iter().all(|child| child.operators == ["copy"]));
}

#[test]
fn two_parents_are_never_the_same_member() {
    let members = evaluated(&[1.0, 2.0], 1);
    let spec = EvolutionSpec { crossover_rate: 1.0, ..spec(60, 0) };
    for child in next_generation(&space(), &members, &spec, 1, 1) {
        assert_ne!(child.parents[0], child.parents[1]);
    }
}

#[test]
fn siblings_have_the_same_parents_each_in_another_order() {
    let ranked: Vec<_> = rank(&evaluated(&[1.0, 5.0, 2.0, 4.0, 3.0, 6.0, 0.0], 1))
        .into_iter()
        .map(|member| Parent { position: member.position, genome: member.genome.clone(), step: 0.1 })
        .collect();
    for selection in [
        Selection::Tournament { size: 2 },
        Selection::UnbiasedTournament { size: 2 },
        Selection::Rank { pressure: 1.5 },
    ] {
        let spec = GeneticSpec {
            population: 12,
            elites: 2,
            immigrants: 1,
            selection,
            crossover_rate: 0.6,
            siblings: true,
            mutation_rate: 0.0,
            ..GeneticSpec::default()
        };
        let bred = |generation| {
            let nursery = Nursery { space: &space(), ranked: &ranked, spec: &spec, seed: 1, generation };
            nursery.children().into_iter().map(|(child, _)| child).collect::<Vec<_>>()
        };
        // After the elites there are four pairs, and one child whose sibling has no place.
        let children: Vec<_> = (1..9).flat_map(|generation| bred(generation).into_iter().skip(2).take(8)).collect();
        let of = |parents: &[u32]| {
            let genome = |position| &ranked.iter().find(|parent| parent.position == position).unwrap().genome;
            parents.iter().map(|&position| genome(position)).collect::<Vec<_>>()
        };
        for [first, second] in children.as_chunks().0 {
            assert_eq!(first.operators, second.operators);
            match first.parents[..] {
                [a, b] => {
                    assert_eq!(second.parents, [b, a]);
                    let flags = |members: &[&Genome]| members.iter().map(|genome| genome.0["flag"]).sum::<f64>();
                    assert_eq!(flags(&[&first.genome, &second.genome]), flags(&of(&[a, b])));
                }
                _ => assert_eq!([&first.genome, &second.genome], of(&[first.parents[0], second.parents[0]])[..]),
            }
        }
        let crossed = children.iter().filter(|child| child.parents.len() == 2).count();
        assert!((20..60).contains(&crossed), "{crossed}");
        assert_eq!(bred(1).len(), 12);
    }
}

#[test]
fn only_the_best_have_children_where_parents_are_limited() {
    let members = evaluated(&[1.0, 5.0, 2.0, 4.0, 3.0], 1);
    let ranked: Vec<_> = rank(&members)
        .into_iter()
        .map(|member| Parent { position: member.position, genome: member.genome.clone(), step: 0.1 })
        .collect();
    for selection in [Selection::UnbiasedTournament { size: 1 }, Selection::Rank { pressure: 1.5 }] {
        let spec = GeneticSpec { population: 40, elites: 0, parents: Some(2), selection, ..GeneticSpec::default() };
        let nursery = Nursery { space: &space(), ranked: &ranked, spec: &spec, seed: 1, generation: 1 };
        let parents: BTreeSet<_> = nursery.children().into_iter().flat_map(|(child, _)| child.parents).collect();
        assert_eq!(parents, [1, 3].into());
    }
}

#[test]
fn genes_that_do_not_evolve_keep_their_value() {
    let base = Genome([("flag".to_owned(), 1.0)].into());
    let genes = ["real".to_owned()];
    let space = Space::new(PARAMETERS, Some(&genes), &base).unwrap();
    for member in first_generation(&space, &spec(9, 1), 3) {
        assert_eq!(member.genome.0.len(), 2);
        assert_eq!(member.genome.0["flag"], 1.0);
    }
}

#[test]
fn an_unknown_gene_is_named_at_its_place() {
    let genes = ["real".to_owned(), "reel".to_owned()];
    let violations = Space::new(PARAMETERS, Some(&genes), &Genome::default()).unwrap_err();
    assert_eq!(violations[0].path, "evolution.genes[1]");
    assert_eq!(Space::new(&[], None, &Genome::default()).unwrap_err()[0].path, "evolution.genes");
}

#[test]
fn a_simple_target_is_approached() {
    let fitness = |genome: &Genome| -(genome.0["real"] - 1.7).abs() - (genome.0["whole"] - 3.0).abs();
    let spec = spec(16, 2);
    let mut population = first_generation(&space(), &spec, 5);
    let best = |population: &[Offspring]| population.iter().map(|o| fitness(&o.genome)).fold(f64::MIN, f64::max);
    let start = best(&population);
    for generation in 1..10 {
        let evaluated: Vec<_> = (0..)
            .zip(&population)
            .map(|(position, o)| Evaluated { position, genome: o.genome.clone(), fitness: fitness(&o.genome) })
            .collect();
        population = next_generation(&space(), &evaluated, &spec, 5, generation);
    }
    assert!(best(&population) > start && best(&population) > -0.05, "{start} {}", best(&population));
}

/// What the generations of an experiment were when their first digests were stored.
#[test]
fn stored_experiments_keep_their_offspring() {
    let fitness = |genome: &Genome| (genome.0["real"] * 3.0 + genome.0["whole"]) * (1.5 - genome.0["flag"]);
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    };
    for seed in [1, 42] {
        let spec = EvolutionSpec::default();
        let mut members = first_generation(&space(), &spec, seed);
        for generation in 1..9 {
            for member in &members {
                member.genome.0.values().for_each(|gene| add(&gene.to_bits().to_le_bytes()));
                member.parents.iter().for_each(|parent| add(&parent.to_le_bytes()));
                member.operators.iter().for_each(|operator| add(operator.as_bytes()));
            }
            let told: Vec<_> = (0..)
                .zip(members)
                .map(|(position, o)| Evaluated { position, fitness: fitness(&o.genome), genome: o.genome })
                .collect();
            members = next_generation(&space(), &told, &spec, seed, generation);
        }
    }
    assert_eq!(digest, 3840275116420701267);
}
