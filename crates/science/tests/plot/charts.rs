//! Any finite data give a figure.

use proptest::prelude::*;
use science::plot::*;

use crate::document::{check, check_labels};

const HEADING: Heading<'_> = Heading { id: "figure-1", title: "A <title> & \"more\"", note: "What it's about." };

/// Any number that may be drawn: small, huge, tiny, zero.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e3f64..1e3,
        2 => (-5i32..5).prop_map(f64::from),
        1 => (-1.0f64..1.0, -320i32..150).prop_map(|(digits, exponent)| digits * 10f64.powi(exponent)),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(1e150), Just(-1e150), Just(5e-324), Just(1e9), Just(1e9 + 1e-3)],
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", ".{0,40}", Just("<a & \"b\">".to_owned()), Just("long ".repeat(30))]
}

fn estimate() -> impl Strategy<Value = Estimate> {
    (value(), prop::option::of((value(), value())))
        .prop_map(|(value, ends)| Estimate { value, interval: ends.map(|(a, b)| (a.min(b), a.max(b))) })
}

fn cells(levels: std::ops::Range<usize>, groups: std::ops::Range<usize>) -> impl Strategy<Value = Cells> {
    (levels, groups).prop_flat_map(|(levels, groups)| {
        let row = prop::collection::vec(prop::option::weighted(0.9, estimate()), levels);
        let group = (name(), row).prop_map(|(name, estimates)| Group { name, estimates });
        let names = prop::collection::vec(name(), levels);
        (name(), name(), names, name(), prop::collection::vec(group, groups), estimate()).prop_map(
            |(measure, factor, levels, by, mut groups, first)| {
                groups[0].estimates[0] = Some(first);
                Cells { measure, factor, levels, by, groups }
            },
        )
    })
}

fn effects() -> impl Strategy<Value = Effects> {
    let limit = || prop::option::of(value().prop_map(f64::abs));
    let effect = (name(), value()).prop_map(|(name, value)| Effect { name, value });
    (name(), prop::collection::vec(effect, 1..80), limit(), limit(), limit()).prop_map(
        |(measure, effects, pse, margin, simultaneous)| Effects { measure, effects, pse, margin, simultaneous },
    )
}

fn place() -> impl Strategy<Value = (f64, f64)> {
    (value(), value())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn means_of_anything(cells in cells(1..60, 1..13)) {
        check(&means(&HEADING, &cells).unwrap());
    }

    #[test]
    fn interactions_of_anything(cells in cells(2..51, 2..13)) {
        check(&interaction(&HEADING, &cells).unwrap());
    }

    #[test]
    fn main_effects_of_anything(
        measure in name(),
        grand_mean in value(),
        factors in prop::collection::vec((name(), prop::collection::vec((name(), estimate()), 1..31)), 1..25),
    ) {
        let factors = factors.into_iter().map(|(name, levels)| {
            let (levels, means) = levels.into_iter().unzip();
            FactorMeans { name, levels, means }
        });
        let data = MainEffects { measure, grand_mean, factors: factors.collect() };
        check(&main_effects(&HEADING, &data).unwrap());
    }

    #[test]
    fn effects_of_anything(effects in effects()) {
        check(&half_normal(&HEADING, &effects).unwrap());
        check(&pareto(&HEADING, &effects).unwrap());
    }

    #[test]
    fn residuals_of_anything(pairs in prop::collection::vec(place(), 3..200), measure in name(), name in name()) {
        let (fitted, residuals_) = pairs.into_iter().unzip();
        check(&residuals(&HEADING, &Residuals { measure, fitted, residuals: residuals_, name }).unwrap());
    }

    #[test]
    fn fitness_of_anything(
        generations in prop::collection::vec((0u32..5000, estimate(), value()), 1..120),
        measure in name(),
    ) {
        let generations = generations.into_iter().map(|(number, mean, best)| {
            Generation { number, best, mean: mean.value, band: mean.interval }
        });
        let data = Fitness { measure, band: "band".to_owned(), generations: generations.collect() };
        check(&fitness(&HEADING, &data).unwrap());
    }

    #[test]
    fn differences_of_anything(
        pairs in prop::collection::vec((name(), estimate()), 1..150),
        overall in prop::option::of(estimate()),
    ) {
        let pairs = pairs.into_iter().map(|(name, difference)| Difference { name, difference }).collect();
        let data = Differences { measure: "Kills: a − b".to_owned(), pair: "Seed".to_owned(), pairs, overall };
        check(&differences(&HEADING, &data).unwrap());
    }

    #[test]
    fn distributions_of_anything(
        samples in prop::collection::vec((name(), prop::collection::vec(value(), 1..100)), 1..13),
    ) {
        let samples = samples.into_iter().map(|(name, values)| Sample { name, values }).collect();
        check(&ecdf(&HEADING, &Ecdf { measure: "Survival time (s)".to_owned(), samples }).unwrap());
    }

    #[test]
    fn maps_of_anything(
        lines in prop::collection::vec((place(), place(), any::<bool>()), 0..40),
        positions in prop::collection::vec(place(), 0..60),
        deaths in prop::collection::vec(place(), 1..20),
        many in any::<bool>(),
    ) {
        let lines = lines.into_iter().map(|(from, to, solid)| Segment { from, to, solid }).collect();
        let positions = if many { positions.repeat(40) } else { positions };
        check(&map(&HEADING, &Map { lines, positions, deaths }).unwrap());
    }

    #[test]
    fn flat_labels_stay_apart(
        names in prop::collection::vec("[a-z ]{1,60}", 1..60),
        values in prop::collection::vec(-1e7f64..1e7, 120),
        groups in 1usize..5,
    ) {
        let group = |index: usize| Group {
            name: format!("group {index}"),
            estimates: (0..names.len()).map(|level| Some(Estimate { value: values[level + index], interval: None })).collect(),
        };
        let cells = Cells {
            measure: "Damage".to_owned(),
            factor: "Condition".to_owned(),
            levels: names.clone(),
            by: "Movement".to_owned(),
            groups: (0..groups).map(group).collect(),
        };
        check_labels(&means(&HEADING, &cells).unwrap());
        let effects = names.iter().zip(&values).map(|(name, value)| Effect { name: name.clone(), value: *value });
        let effects = Effects {
            measure: "Damage".to_owned(),
            effects: effects.collect(),
            pse: Some(1e5),
            margin: Some(1e6),
            simultaneous: Some(3e6),
        };
        check_labels(&half_normal(&HEADING, &effects).unwrap());
        check_labels(&pareto(&HEADING, &effects).unwrap());
    }
}
