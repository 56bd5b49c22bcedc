use domain::genome::{Condition, Domain, Scale};
use domain::seed::Draws;
use proptest::prelude::*;

use super::*;

const FIRE: Parameter =
    Parameter { name: "fire", domain: Domain::Choice { names: &["single", "burst", "hold"] }, ..Parameter::PLAIN };
const LENGTH: Parameter = Parameter {
    name: "length",
    domain: Domain::Integer { low: 1, high: 64 },
    default: 8.0,
    scale: Scale::Log,
    when: Some(Condition { parameter: "fire", values: &[1.0] }),
    ..Parameter::PLAIN
};
const GAIN: Parameter = Parameter {
    name: "gain",
    domain: Domain::Real { low: 0.001, high: 10.0 },
    default: 1.0,
    scale: Scale::Log,
    ..Parameter::PLAIN
};
const OFFSET: Parameter =
    Parameter { name: "offset", domain: Domain::Real { low: -2.0, high: 2.0 }, ..Parameter::PLAIN };
const PARAMETERS: &[Parameter] = &[FIRE, LENGTH, GAIN, OFFSET];

fn space() -> Space<'static> {
    Space::new(PARAMETERS, None, &Genome::default()).unwrap()
}

proptest! {
    #[test]
    fn every_point_is_a_genome_without_faults(point in prop::collection::vec(-9.0..9.0f64, 6)) {
        let genome = space().at_point(&point);
        prop_assert!(genome.violations(PARAMETERS, "").is_empty(), "{genome:?}");
        prop_assert_eq!(genome.0.contains_key("length"), genome.0["fire"] == 1.0);
    }

    #[test]
    fn a_genome_is_found_again_at_its_point(key: u64) {
        let mut draws = Draws::new(key);
        let genes: Vec<_> = PARAMETERS.iter().map(|p| Axis::from(p).at_share(draws.unit())).collect();
        let genome = space().genome(&genes);
        let found = space().at_point(&space().point(&genome));
        for (name, value) in &genome.0 {
            prop_assert!((found.0[name] - value).abs() < 1e-12 * value.abs().max(1.0), "{genome:?} {found:?}");
        }
        prop_assert_eq!(found.0.len(), genome.0.len());
    }
}

#[test]
fn what_evolves_and_what_stays_are_told_apart() {
    let base = Genome([("gain".to_owned(), 2.0), ("offset".to_owned(), 1.0)].into());
    let space = Space::new(PARAMETERS, Some(&["fire".to_owned(), "gain".to_owned()]), &base).unwrap();
    assert_eq!(space.names().collect::<Vec<_>>(), ["fire", "gain"]);
    assert_eq!(space.fixed(), Genome([("offset".to_owned(), 1.0)].into()));
}

#[test]
fn equal_shares_of_a_logarithmic_scale_are_equal_ratios() {
    let gain = |share| Axis::from(&GAIN).at_share(share);
    assert!((gain(0.25) - 0.01).abs() < 1e-12 && (gain(0.5) - 0.1).abs() < 1e-12);
    assert!((gain(0.0) - 0.001).abs() < 1e-15 && gain(1.0) == 10.0);
    let lengths: Vec<_> = (0..1000).map(|share| Axis::from(&LENGTH).at_share(f64::from(share) / 1000.0)).collect();
    let share = |low: f64, high: f64| lengths.iter().filter(|&&length| low <= length && length < high).count();
    // What is rounded to 1 reaches from 0.5 to 1.5, and what is rounded to 32 or more from 31.5 to 64.5.
    assert_eq!(share(1.0, 2.0), (1000.0 * libm::log(3.0) / libm::log(129.0)).ceil() as usize);
    assert_eq!(share(32.0, 65.0), (1000.0 * libm::log(64.5 / 31.5) / libm::log(129.0)) as usize);
}

#[test]
fn names_of_a_choice_are_equally_far_from_each_other() {
    let points: Vec<_> = [0.0, 1.0, 2.0].map(|fire| space().point(&space().genome(&[fire, 8.0, 1.0, 0.0]))).into();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    assert_eq!(distance(&points[0], &points[1]), distance(&points[0], &points[2]));
    assert_eq!(distance(&points[0], &points[1]), distance(&points[1], &points[2]));
}

#[test]
fn what_has_no_effect_leaves_the_genome_even_where_it_does_not_evolve() {
    let base = Genome([("fire".to_owned(), 1.0), ("length".to_owned(), 20.0)].into());
    let space = Space::new(PARAMETERS, Some(&["fire".to_owned()]), &base).unwrap();
    assert_eq!(space.genome(&[1.0]), base);
    assert_eq!(space.genome(&[2.0]).0.keys().collect::<Vec<_>>(), ["fire"]);
    assert_eq!(self::space().active(&[0.0, 8.0, 1.0, 0.0]), [true, false, true, true]);
}

#[test]
fn parameters_that_are_declared_wrongly_are_refused() {
    let zero = Parameter { domain: Domain::Real { low: 0.0, high: 1.0 }, ..GAIN };
    assert_eq!(Space::new(&[zero], None, &Genome::default()).unwrap_err()[0].path, "gain");
}

#[test]
fn a_series_of_names_evolves_as_a_whole() {
    let weights = ["w_0", "w_1", "w_2"].map(|name| Parameter { name, ..OFFSET });
    let size =
        |gene: &str| Space::new(&weights, Some(&[gene.to_owned()]), &Genome::default()).map(|space| space.size());
    assert_eq!(size("w_1..2"), Ok(2));
    assert_eq!(size("w_0"), Ok(1));
    let unknown = size("w_5..9").unwrap_err();
    assert_eq!(unknown[0].path, "evolution.genes[0]");
}
