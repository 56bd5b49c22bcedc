use domain::experiment::FoldOver;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn spec(kind: &str, factors: usize, more: Value) -> DesignSpec {
    let factors: Vec<_> =
        (0..factors).map(|n| json!({ "parameter": format!("agent.genome.g{n}"), "low": n, "high": n + 10 })).collect();
    let mut given = json!({ "type": kind, "factors": factors });
    given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(given).unwrap()
}

fn made(spec: &DesignSpec) -> Design {
    design(spec, 7, |_| false).unwrap()
}

/// The path and the words of the only thing that is wrong.
fn refused(spec: &DesignSpec) -> (String, String) {
    let audited = design(spec, 7, |_| false).and_then(|made| audit(spec, &made).map(|_| ()));
    let found = audited.unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].path.clone(), found[0].message.clone())
}

#[test]
fn fractions_are_made_by_whatever_says_them() {
    for (more, conditions, resolution) in [
        (json!({ "generators": ["E=ABCD"] }), 16, 5),
        (json!({ "resolution": 5 }), 16, 5),
        (json!({ "runs": 8 }), 8, 3),
        (json!({ "clear": ["A:B", "g0:g2"] }), 16, 3),
        (json!({ "generators": ["D=AB", "E=AC"], "fold_over": true }), 16, 4),
        (json!({ "generators": ["D=AB", "E=AC"], "fold_over": ["A"] }), 16, 4),
    ] {
        let spec = spec("fractional_factorial", 5, more);
        let made = made(&spec);
        let audit = audit(&spec, &made).unwrap();
        let truth = audit.resolution.map(|truth| truth.length);
        assert_eq!((made.conditions.len() as u64, truth), (conditions, Some(resolution)), "{spec:?}");
        assert_eq!(count(&spec), conditions);
    }
}

#[test]
fn a_false_claim_is_refused_with_its_counter_example() {
    let fraction = |more| spec("fractional_factorial", 5, more);
    for (spec, path, words) in [
        (
            fraction(json!({ "generators": ["E=ABC"], "resolution": 5 })),
            "design.resolution",
            "does not have resolution 5: g0×g1 is aliased with g2×g4 (correlation 1.000)",
        ),
        (
            fraction(json!({ "generators": ["E=ABC"], "clear": ["A:D", "A:B"] })),
            "design.clear[1]",
            "g0×g1 is not clear: it is aliased with g2×g4 (correlation 1.000)",
        ),
        (
            fraction(json!({ "generators": ["E=ABC"], "estimable": ["A:B", "C:E"] })),
            "design.estimable[0]",
            "g0×g1 cannot be estimated: the runs do not tell it apart from g2×g4",
        ),
        (
            fraction(json!({ "generators": ["E=A"] })),
            "design.generators",
            "g0 cannot be estimated: the runs do not tell it apart from g4",
        ),
        (
            spec("plackett_burman", 7, json!({ "runs": 12, "resolution": 4 })),
            "design.resolution",
            "does not have resolution 4",
        ),
        (spec("latin_hypercube", 5, json!({ "runs": 4 })), "design.runs", "g0 cannot be estimated"),
        (
            spec("one_factor_at_a_time", 3, json!({ "estimable": ["A:C"] })),
            "design.estimable[0]",
            "g0×g2 cannot be estimated",
        ),
    ] {
        let (at, told) = refused(&spec);
        assert!(at == path && told.contains(words), "{at}: {told}");
    }
}

#[test]
fn what_cannot_be_made_is_told_at_its_field() {
    let fraction = |more| spec("fractional_factorial", 5, more);
    for (spec, path, words) in [
        (fraction(json!({ "generators": ["D=AB", "F=AB"] })), "design.generators[1]", "F is not among them"),
        (fraction(json!({ "runs": 12 })), "design.runs", "it has 2, 4, 8, 16, 32 or 64"),
        (fraction(json!({ "generators": ["E=ABCD"], "runs": 8 })), "design.runs", "the generators make 16 runs, not 8"),
        (fraction(json!({ "clear": ["A:X"] })), "design.clear[0]", "unknown factor `X`"),
        (fraction(json!({ "clear": ["A:A"] })), "design.clear[0]", "names a factor twice"),
        (fraction(json!({ "clear": ["A:B:C"] })), "design.clear", "only main effects and two-factor interactions"),
        (fraction(json!({ "runs": 16, "fold_over": ["Q"] })), "design.fold_over[0]", "unknown factor `Q`"),
        (fraction(json!({ "generators": ["E=ABC"], "fold_over": true })), "design.fold_over", "repeat the old ones"),
        (spec("box_behnken", 9, json!({})), "design.factors", "takes 3 to 7 factors, not 9"),
        (spec("central_composite", 5, json!({ "resolution": 3 })), "design.resolution", "share a column"),
        (
            spec("central_composite", 5, json!({ "generators": ["E=ABC"], "resolution": 5 })),
            "design.resolution",
            "the cube does not have resolution 5: ABCE is constant",
        ),
        (spec("plackett_burman", 5, json!({ "fold_over": ["A"] })), "design.fold_over", "folded over as a whole"),
        (spec("plackett_burman", 2, json!({ "runs": 12 })), "design.runs", "are the same (g0=0, g1=11)"),
    ] {
        let (at, told) = refused(&spec);
        assert!(at == path && told.contains(words), "{at}: {told}");
    }
}

#[test]
fn a_centre_point_is_one_more_condition_and_needs_numbers() {
    let with_centre = spec("fractional_factorial", 4, json!({ "resolution": 4, "centre_points": 1 }));
    let centred = made(&with_centre);
    assert_eq!((centred.conditions.len(), centred.centre), (9, Some(8)));
    assert_eq!(centred.conditions[8], [json!(5), json!(6), json!(7), json!(8)]);
    assert_eq!(audit(&with_centre, &centred).unwrap().runs, 8);

    let mut narrow = spec("full_factorial", 1, json!({ "centre_points": 1 }));
    narrow.factors[0].high = Some(1.0);
    let found = design(&narrow, 7, |_| true).unwrap_err();
    assert!(found[0].message.contains("conditions 2 and 3 are the same (g0=1)"), "{found:?}");

    let mut named = with_centre;
    named.factors[2].levels = vec!["aim".into(), "random".into()];
    (named.factors[2].low, named.factors[2].high) = (None, None);
    assert!(refused(&named).1.contains("the factor C (`g2`) has no centre"));
}

#[test]
fn surfaces_have_one_centre_and_ends_where_they_were_asked_for() {
    let numbers = |made: &Design, factor: usize| {
        let values = made.conditions.iter().map(|levels| levels[factor].as_f64().unwrap());
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let outside = made(&spec("central_composite", 2, json!({})));
    assert_eq!((outside.conditions.len(), numbers(&outside, 0)), (9, (-2.071, 12.071)));
    let inside = made(&spec("central_composite", 2, json!({ "inscribed": true })));
    assert_eq!(numbers(&inside, 0), (0.0, 10.0));
    let faces = made(&spec("central_composite", 3, json!({ "alpha": "face_centred" })));
    assert_eq!((faces.conditions.len(), numbers(&faces, 1)), (15, (1.0, 11.0)));
    assert_eq!(made(&spec("box_behnken", 4, json!({}))).conditions.len(), 25);
}

#[test]
fn whole_numbers_are_rounded_and_the_audit_sees_it() {
    let mut narrow = spec("box_behnken", 3, json!({}));
    let rounded = design(&narrow, 7, |_| true).unwrap();
    assert!(rounded.conditions.iter().flatten().all(Value::is_i64));
    assert!(audit(&narrow, &rounded).is_ok());
    // Between 0 and 1 there is no whole number, so no square can be estimated.
    narrow.factors[0].high = Some(1.0);
    let found = design(&narrow, 7, |_| true).and_then(|made| audit(&narrow, &made).map(|_| ())).unwrap_err();
    assert!(found[0].message.contains("are the same") || found[0].message.contains("cannot be estimated"), "{found:?}");
}

#[test]
fn levels_that_are_listed_are_spread_over_a_hypercube() {
    let mut spec = spec("latin_hypercube", 2, json!({ "runs": 12 }));
    spec.factors[1].levels = vec!["aim".into(), "random".into(), "rule_only".into()];
    (spec.factors[1].low, spec.factors[1].high) = (None, None);
    let spread = made(&spec);
    for level in ["aim", "random", "rule_only"] {
        assert_eq!(spread.conditions.iter().filter(|levels| levels[1] == level).count(), 4);
    }
    assert!(audit(&spec, &spread).is_ok());
}

#[test]
fn the_order_is_random_but_for_the_old_kinds_and_follows_from_the_seed() {
    let plain = made(&spec("full_factorial", 3, json!({})));
    assert!(plain.order.is_sorted());
    let fraction = spec("fractional_factorial", 5, json!({ "resolution": 5 }));
    let [one, again, other] = [1, 1, 2].map(|seed| design(&fraction, seed, |_| false).unwrap());
    assert_eq!(one, again);
    assert_eq!(one.conditions, other.conditions);
    assert_ne!(one.order, other.order);
    let standard = DesignSpec { order: Some(PlayOrder::Standard), ..fraction };
    assert!(made(&standard).order.is_sorted());
}

#[test]
fn a_fold_over_of_a_screening_frees_main_effects_of_interactions() {
    let mut screening = spec("plackett_burman", 6, json!({ "fold_over": true, "resolution": 4 }));
    assert_eq!(audit(&screening, &made(&screening)).unwrap().resolution.unwrap().length, 4);
    screening.fold_over = Some(FoldOver::Whole(false));
    assert_eq!(refused(&screening).0, "design.resolution");
}

fn any_design() -> impl Strategy<Value = DesignSpec> {
    let fraction = (3usize..9, 3u32..6).prop_map(|(factors, resolution)| {
        spec("fractional_factorial", factors, json!({ "resolution": resolution, "centre_points": factors % 2 }))
    });
    let screening = (3usize..20, any::<bool>())
        .prop_map(|(factors, fold)| spec("plackett_burman", factors, json!({ "fold_over": fold })));
    let composite = (2usize..6, 0usize..4, any::<bool>()).prop_map(|(factors, alpha, inscribed)| {
        let alpha = ["rotatable", "orthogonal", "spherical", "face_centred"][alpha];
        spec("central_composite", factors, json!({ "alpha": alpha, "inscribed": inscribed && factors > 2 }))
    });
    let behnken = (3usize..8).prop_map(|factors| spec("box_behnken", factors, json!({})));
    let space = (1usize..5, 8u32..30, any::<bool>()).prop_map(|(factors, runs, latin)| {
        spec(if latin { "latin_hypercube" } else { "sobol" }, factors, json!({ "runs": runs }))
    });
    let full = (1usize..5).prop_map(|factors| spec("full_factorial", factors, json!({})));
    prop_oneof![fraction, screening, composite, behnken, space, full]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_design_passes_its_own_audit(spec in any_design(), seed: u64) {
        let made = design(&spec, seed, |_| false).unwrap();

        prop_assert_eq!(count(&spec), made.conditions.len() as u64);
        let mut order = made.order.clone();
        order.sort_unstable();
        prop_assert!(order.into_iter().eq(0..made.conditions.len()));
        let audit = audit(&spec, &made);
        prop_assert!(audit.is_ok(), "{:?}: {:?}", spec, audit);
        let audit = audit.unwrap();
        prop_assert_eq!(audit.rank, audit.coefficients, "{:?}", spec);
        if let (Some(claimed), true) = (spec.resolution, spec.kind.is_two_level()) {
            prop_assert!(audit.resolution.is_none_or(|truth| truth.length >= claimed as usize));
        }
    }
}
