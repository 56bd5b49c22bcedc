use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{
    Alpha, CompositeKind, Fraction, Layout, Word, box_behnken, central_composite, full_factorial, one_factor_at_a_time,
    plackett_burman,
};
use super::*;

fn close(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

fn of(fraction: &Fraction) -> DesignMatrix {
    DesignMatrix::of_conditions(&fraction.conditions()).unwrap()
}

fn term(text: &str) -> Term {
    Term::interaction(&Word::parse(text).unwrap().iter().collect::<Vec<_>>())
}

fn word(term: &Term) -> u64 {
    term.factors().iter().map(|&(factor, _)| 1 << factor).sum()
}

fn any_fraction() -> impl Strategy<Value = Fraction> {
    const WORDS: [&str; 8] = ["AB", "AC", "BD", "CD", "ABC", "BCD", "ABD", "ABCD"];
    let signed = (prop::sample::select(&WORDS[..]), any::<bool>());
    prop::collection::vec(signed, 0..4).prop_map(|generators| {
        let text = |(place, (word, minus)): (usize, (&str, bool))| {
            format!("{}={}{word}", ["E", "F", "G"][place], if minus { "-" } else { "" })
        };
        let texts: Vec<_> = generators.into_iter().enumerate().map(text).collect();
        Fraction::from_generators(4 + texts.len(), &texts).unwrap()
    })
}

proptest! {
    #[test]
    fn the_audit_finds_what_the_defining_relation_says(fraction in any_fraction()) {
        let design = of(&fraction);
        let resolution = true_resolution(&design).unwrap();
        prop_assert_eq!(resolution.as_ref().map(|found| found.length), fraction.resolution());
        if let Some(found) = resolution {
            let words = fraction.defining_words().unwrap();
            let bits = found.word.iter().map(|factor| 1u64 << factor).sum::<u64>();
            prop_assert!(words.iter().any(|word| (word.factors, word.negative) == (bits, found.correlation < 0.0)));
            prop_assert_eq!(found.generalised(), found.length as f64);
        }

        let terms = Term::up_to(fraction.factors(), 3);
        let found: BTreeSet<_> = aliases(&design, &terms).unwrap().iter().map(|alias| {
            assert!(alias.confounded && close(alias.correlation, 1.0));
            [word(&alias.left), word(&alias.right)].into_iter().collect::<BTreeSet<_>>()
        }).collect();
        let mut expected = BTreeSet::new();
        for set in fraction.aliases(3).unwrap() {
            for (place, a) in set.effects.iter().enumerate() {
                expected.extend(set.effects[..place].iter().map(|b| BTreeSet::from([a.factors, b.factors])));
            }
        }
        // Constant effects are reported against the mean only.
        expected.retain(|pair| pair.contains(&0) || !pair.iter().any(|&e| expected_constant(&fraction, e)));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn terms_are_estimable_if_their_alias_set_holds_no_other(fraction in any_fraction(), order in 1usize..4) {
        let design = of(&fraction);
        let terms = Term::up_to(fraction.factors(), order);
        let found = audit(&design, &terms, &Claims::default()).unwrap();
        let sets = fraction.aliases(order).unwrap();
        let alone: BTreeSet<_> =
            sets.iter().filter(|set| set.effects.len() == 1).map(|set| set.effects[0].factors).collect();
        prop_assert_eq!(found.estimable.iter().map(word).collect::<BTreeSet<_>>(), &alone - &BTreeSet::from([0]));
        prop_assert_eq!(found.rank, sets.len());
        prop_assert!(found.exact);
        prop_assert_eq!(found.efficiency.is_some(), found.rank == found.coefficients);
        let false_claims = terms.iter().filter(|term| !alone.contains(&word(term)));
        for estimable in false_claims.map(|term| vec![term.clone()]) {
            let refused = audit(&design, &terms, &Claims { estimable, ..Claims::default() });
            let is_refused = matches!(refused, Err(AuditError::NotEstimable { .. }));
            prop_assert!(is_refused);
        }
    }

    #[test]
    fn true_claims_pass_and_larger_ones_are_refused(fraction in any_fraction()) {
        let design = of(&fraction);
        let check = |claimed| audit(&design, &[], &Claims { resolution: Some(claimed), ..Claims::default() });
        let Some(resolution) = fraction.resolution() else {
            prop_assert!(check(99).is_ok());
            return Ok(());
        };
        prop_assert!(check(resolution).is_ok());
        let refused = check(resolution + 1).unwrap_err();
        let AuditError::FalseResolution { effect, alias, .. } = &refused else { panic!("{refused}") };
        let [effect, alias] = [effect, alias].map(|name| Word::parse(&name.replace('×', "")).unwrap());
        prop_assert!(effect.length() + alias.length() == resolution);
        let aliased = fraction.aliases_of(effect, resolution).unwrap();
        prop_assert!(aliased.iter().any(|other| other.factors == alias.factors), "{refused}");
    }

    #[test]
    fn full_factorials_of_categories_are_perfect(levels in prop::collection::vec(2usize..4, 1..4)) {
        let design = DesignMatrix::of_conditions(&full_factorial(&levels)).unwrap();
        let terms = Term::up_to(levels.len(), levels.len());
        let claims = Claims { estimable: terms.clone(), clear: Term::up_to(levels.len(), 2), resolution: None };
        let found = audit(&design, &terms, &claims).unwrap();
        let efficiency = found.efficiency.unwrap();
        prop_assert!(close(efficiency.d, 1.0) && close(efficiency.a, 1.0) && close(efficiency.g.unwrap(), 1.0));
        prop_assert!(found.inflation.as_ref().unwrap().iter().all(|(_, inflation)| close(*inflation, 1.0)));
        prop_assert_eq!(&found.estimable, &terms);
        prop_assert!(found.aliases.is_empty() && found.is_orthogonal());
        prop_assert!(found.factors.iter().all(FactorBalance::is_balanced));
        prop_assert!(found.pairs.iter().all(PairBalance::is_balanced));
    }

    /// Two ways to the same answer: ranks of the model with and without the term.
    #[test]
    fn a_term_is_estimable_if_the_rank_falls_by_all_its_columns_without_it(
        levels in prop::collection::vec(prop::collection::vec(0usize..3, 3), 1..14),
    ) {
        let design = DesignMatrix::of_conditions(&levels).unwrap();
        let terms = Term::up_to(3, 2);
        let found = audit(&design, &terms, &Claims::default()).unwrap();
        for term in &terms {
            let others: Vec<_> = terms.iter().filter(|other| *other != term).cloned().collect();
            let without = audit(&design, &others, &Claims::default()).unwrap();
            let columns = found.coefficients - without.coefficients;
            let falls = columns > 0 && found.rank - without.rank == columns;
            prop_assert_eq!(falls, found.estimable.contains(term), "{}", term.name(&design));
        }
    }

    #[test]
    fn no_levels_make_the_audit_panic(
        points in prop::collection::vec(prop::collection::vec(-1e6f64..1e6, 2), 0..6),
        small in prop::collection::vec(prop::collection::vec(-2i8..3, 2), 0..6),
    ) {
        let small: Vec<Vec<f64>> = small.iter().map(|point| point.iter().map(|&level| f64::from(level)).collect()).collect();
        for design in [points, small].iter().filter_map(|points| DesignMatrix::of_points(points).ok()) {
            let found = audit(&design, &Term::quadratic(2), &Claims::default()).unwrap();
            prop_assert!(found.rank <= found.coefficients.min(found.runs));
        }
    }

    #[test]
    fn exact_and_floating_ranks_agree(points in prop::collection::vec(prop::collection::vec(-1i8..2, 3), 1..16)) {
        let exact: Vec<Vec<f64>> = points.iter().map(|point| point.iter().map(|&level| f64::from(level)).collect()).collect();
        // A third is not an integer over a power of two.
        let rounded: Vec<Vec<f64>> = exact.iter().map(|point| point.iter().map(|level| level / 3.0).collect()).collect();
        let [exact, rounded] = [exact, rounded].map(|points| {
            audit(&DesignMatrix::of_points(&points).unwrap(), &Term::quadratic(3), &Claims::default()).unwrap()
        });
        prop_assert!(exact.exact);
        prop_assert_eq!(exact.rank, rounded.rank);
        prop_assert_eq!(exact.estimable, rounded.estimable);
    }
}

fn expected_constant(fraction: &Fraction, effect: u64) -> bool {
    effect != 0 && fraction.defining_words().unwrap().iter().any(|word| word.factors == effect)
}

#[test]
fn minimum_aberration_designs_have_the_resolution_that_multiplying_out_finds() {
    for (runs, most) in [(4, 3), (8, 7), (16, 15), (32, 31), (64, 32)] {
        for factors in (1..=most).filter(|factors| 1 << factors > runs) {
            let fraction = Fraction::minimum_aberration(factors, runs).unwrap();
            let found = true_resolution(&of(&fraction)).unwrap().unwrap();
            assert_eq!(Some(found.length), fraction.resolution(), "{factors} factors in {runs} runs");
            assert!(close(found.correlation.abs(), 1.0));
        }
    }
}

#[test]
fn designs_that_are_too_large_are_refused() {
    let wide = vec![(0..600).collect::<Vec<usize>>(); 2];
    let wide = DesignMatrix::of_conditions(&wide).unwrap();
    let refused = audit(&wide, &Term::up_to(600, 1), &Claims::default());
    assert!(matches!(refused, Err(AuditError::TooLarge { .. })), "{refused:?}");
    let long: Vec<_> = (0..3000).map(|run| vec![run, run * 7 % 3000, run * 11 % 3000]).collect();
    let long = DesignMatrix::of_conditions(&long).unwrap();
    assert!(matches!(pair_balance(&long), Err(AuditError::TooLarge { .. })));
    assert!(matches!(audit(&long, &[Term::main(0)], &Claims::default()), Err(AuditError::TooLarge { .. })));
    assert!(true_resolution(&of(&Fraction::full(16).unwrap())).unwrap().is_none());
}

#[test]
fn false_claims_are_refused_in_words() {
    let design = of(&Fraction::from_generators(5, &["D=AB", "E=-AC"]).unwrap());
    let terms = Term::up_to(5, 2);
    let refuse = |claims| audit(&design, &terms, &claims).unwrap_err().to_string();

    let resolution = refuse(Claims { resolution: Some(4), ..Claims::default() });
    assert_eq!(resolution, "the design does not have resolution 4: A is aliased with B×D (correlation 1.000)");
    let clear = refuse(Claims { clear: vec![term("E")], ..Claims::default() });
    assert_eq!(clear, "E is not clear: it is aliased with A×C (correlation 1.000)");
    let estimable = refuse(Claims { estimable: vec![term("C")], ..Claims::default() });
    assert_eq!(estimable, "C cannot be estimated: the runs do not tell it apart from A×E");
    let foreign = refuse(Claims { estimable: vec![term("ABC")], ..Claims::default() });
    assert!(foreign.contains("A×B×C is not a term of the model"), "{foreign}");
    let good = Claims { resolution: Some(3), clear: vec![], estimable: vec![term("BC")] };
    assert!(audit(&design, &[term("BC"), term("A")], &good).is_ok());
}

/// The 12 runs of Plackett and Burman alias each main effect with every two-factor interaction of other factors by a third,
/// and have generalised resolution 3.67 (Deng and Tang 1999).
#[test]
fn partial_aliases_of_plackett_and_burman_are_found() {
    let design = DesignMatrix::of_conditions(&plackett_burman(11, 12).unwrap()).unwrap();
    let mains = Term::up_to(11, 1);
    let claims = Claims { resolution: Some(3), estimable: mains.clone(), clear: vec![] };
    let found = audit(&design, &mains, &claims).unwrap();
    assert!(close(found.resolution.unwrap().generalised(), 3.0 + 2.0 / 3.0));
    assert!(close(found.efficiency.unwrap().d, 1.0));

    let with_main: Vec<_> = found.aliases.iter().filter(|alias| alias.left.factors().len() == 1).collect();
    assert_eq!(with_main.len(), 11 * 45);
    assert!(with_main.iter().all(|alias| close(alias.correlation, 1.0 / 3.0) && !alias.confounded));

    let refused = audit(&design, &mains, &Claims { resolution: Some(4), ..Claims::default() }).unwrap_err();
    assert!(refused.to_string().contains("A is aliased with B×C (correlation"), "{refused}");
    let refused = audit(&design, &mains, &Claims { clear: vec![term("A")], ..Claims::default() }).unwrap_err();
    assert!(matches!(refused, AuditError::NotClear { .. }), "{refused}");
}

/// A Latin square: the third factor is a part of the interaction of the other two.
#[test]
fn parts_of_interactions_of_three_levels_are_found() {
    let square: Vec<_> = full_factorial(&[3, 3]).into_iter().map(|c| vec![c[0], c[1], (c[0] + c[1]) % 3]).collect();
    let design = DesignMatrix::of_conditions(&square).unwrap();
    let found = aliases(&design, &[term("A"), term("B"), term("C"), term("AB")]).unwrap();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&only.left, &only.right, only.confounded), (&term("C"), &term("AB"), true));
    let error = audit(&design, &[term("AB"), term("C")], &Claims { estimable: vec![term("C")], ..Claims::default() });
    assert!(error.unwrap_err().to_string().contains("apart from A×B"));
}

#[test]
fn one_factor_at_a_time_is_seen_to_be_inefficient() {
    let design = DesignMatrix::of_conditions(&one_factor_at_a_time(&[2, 3])).unwrap();
    let found =
        audit(&design, &Term::up_to(2, 1), &Claims { estimable: Term::up_to(2, 1), ..Claims::default() }).unwrap();
    assert!(!found.is_orthogonal() && !found.factors[0].is_balanced());
    // numpy 2: det(X'X)^(1/p)/n, p/(n tr inv(X'X)), p/(n max x inv(X'X) x) over all six combinations.
    let efficiency = found.efficiency.unwrap();
    assert!(close(efficiency.d, 0.8059274488676564) && close(efficiency.a, 0.6));
    assert!(close(efficiency.g.unwrap(), 1.0 / 3.0));
    let inflation: Vec<_> = found.inflation.unwrap().into_iter().map(|(_, inflation)| inflation).collect();
    assert!(close(inflation[0], 1.5) && close(inflation[1], 1.375), "{inflation:?}");
}

#[test]
fn surface_designs_estimate_the_quadratic_model() {
    for factors in 3..=7 {
        let surface = box_behnken(factors, 2).unwrap();
        let design = DesignMatrix::of_points(surface.points()).unwrap();
        let blocks = Levels::Categories(surface.blocks().to_vec());
        let terms = Term::quadratic(factors);
        let claims = Claims { estimable: terms.clone(), ..Claims::default() };
        assert!(audit(&design, &terms, &claims).unwrap().exact);

        let blocked = design.with("block", blocks).unwrap();
        let block = Term::main(factors);
        assert!(aliases_of(&blocked, &block, &terms).unwrap().is_empty() || factors == 3, "{factors} factors");
    }
    for factors in 2..=5 {
        let cube = Fraction::with_resolution(factors, 5).unwrap();
        for kind in [
            CompositeKind::FaceCentred,
            CompositeKind::Circumscribed(Alpha::Rotatable),
            CompositeKind::Inscribed(Alpha::Spherical),
        ] {
            let surface = central_composite(&cube, kind, [1, 2]).unwrap().surface;
            let terms = Term::quadratic(factors);
            let claims = Claims { estimable: terms.clone(), ..Claims::default() };
            audit(&DesignMatrix::of_points(surface.points()).unwrap(), &terms, &claims).unwrap();
        }
    }
}

/// Hartley (1959): a cube of resolution III serves, because the axial points estimate the main effects.
#[test]
fn a_small_composite_design_estimates_the_quadratic_model() {
    let cube = Fraction::from_generators(4, &["D=AB"]).unwrap();
    let surface = central_composite(&cube, CompositeKind::Circumscribed(Alpha::Rotatable), [0, 1]).unwrap().surface;
    let points = surface.points();
    assert_eq!(points.len(), 8 + 8 + 1);
    let terms = Term::quadratic(4);
    let claims = Claims { estimable: terms.clone(), ..Claims::default() };
    audit(&DesignMatrix::of_points(points).unwrap(), &terms, &claims).unwrap();
}

#[test]
fn a_spherical_design_without_centre_is_refused_with_the_dependency() {
    let mut points = box_behnken(3, 1).unwrap().points().to_vec();
    points.retain(|point| point.iter().any(|&level| level != 0.0));
    let terms = Term::quadratic(3);
    let squares = vec![Term::product(&[(2, 2)])];
    let claims = Claims { estimable: squares, ..Claims::default() };
    let refused = audit(&DesignMatrix::of_points(&points).unwrap(), &terms, &claims).unwrap_err().to_string();
    assert_eq!(refused, "C² cannot be estimated: the runs do not tell it apart from a combination of the mean, A², B²");
}

/// numpy 2 as above: Box and Behnken with 3 factors and 3 centre points, and the face-centred design of 2 factors.
#[test]
fn efficiencies_of_surface_designs_are_those_of_numpy() {
    let behnken = DesignMatrix::of_points(box_behnken(3, 3).unwrap().points()).unwrap();
    let found = efficiency(&behnken, &Term::quadratic(3)).unwrap().unwrap();
    assert!(close(found.d, 0.3664290160844365) && close(found.a, 0.2935779816513762));
    assert!(close(found.g.unwrap(), 0.47761194029850756));
    let inflated = inflation(&behnken, &Term::quadratic(3)).unwrap().unwrap();
    assert!(inflated.iter().all(|(term, inflation)| {
        close(*inflation, if term.factors()[0].1 == 2 { 1.011111111111111 } else { 1.0 })
    }));

    let faces = central_composite(&Fraction::full(2).unwrap(), CompositeKind::FaceCentred, [0, 1]).unwrap();
    let found =
        efficiency(&DesignMatrix::of_points(faces.surface.points()).unwrap(), &Term::quadratic(2)).unwrap().unwrap();
    assert!(close(found.d, 0.4622408495670898) && close(found.a, 0.3116883116883117));
    assert!(close(found.g.unwrap(), 0.8275862068965517));
}

#[test]
fn seeds_as_blocks_are_orthogonal_to_every_condition() {
    let conditions = Fraction::from_generators(5, &["E=ABCD"]).unwrap().conditions();
    let layout = Layout::crossed(conditions.len(), 3, 1).unwrap().randomised(7);
    let played: Vec<_> = layout.runs().iter().map(|run| conditions[run.condition].clone()).collect();
    let blocks = layout.runs().iter().map(|run| run.block).collect();
    let design = DesignMatrix::of_conditions(&played).unwrap().with("seed", Levels::Categories(blocks)).unwrap();
    let effects = Term::up_to(5, 2);
    let terms: Vec<_> = effects.iter().cloned().chain([Term::main(5)]).collect();
    let claims = Claims { resolution: None, clear: effects, estimable: terms.clone() };
    let found = audit(&design, &terms, &claims).unwrap();
    assert!(close(found.efficiency.unwrap().d, 1.0));
}

#[test]
fn words_that_make_blocks_are_confounded_with_them() {
    let fraction = Fraction::full(4).unwrap();
    let blocks = fraction.in_blocks(&[Word::parse("ABC").unwrap(), Word::parse("BCD").unwrap()]).unwrap();
    let design = of(&fraction).with("block", Levels::Categories(blocks)).unwrap();
    let found = aliases_of(&design, &Term::main(4), &Term::up_to(4, 4)).unwrap();
    let names: Vec<_> = found.iter().map(|alias| alias.right.name(&design)).collect();
    assert_eq!(names, ["A×D", "A×B×C", "B×C×D"]);
    assert!(found.iter().all(|alias| alias.confounded));
}

/// `1 - ncf.cdf(f.ppf(1 - alpha, df1, df2), df1, df2, ncp)` of scipy 1.17.
#[test]
fn the_power_of_textbook_designs_is_that_of_scipy() {
    let ask =
        |text: &str, effect, sd, alpha, replicates| PowerQuestion { term: term(text), effect, sd, alpha, replicates };
    let cube = DesignMatrix::of_conditions(&full_factorial(&[2, 2, 2])).unwrap();
    let one_way = DesignMatrix::of_conditions(&full_factorial(&[4])).unwrap();
    let alone = DesignMatrix::of_conditions(&one_factor_at_a_time(&[2, 3])).unwrap();
    for (design, order, question, ncp, freedom, expected) in [
        (&cube, 2, ask("B", 1.5, 1.0, 0.05, 2), 9.0, (1, 9), 0.7611566204263245),
        (&cube, 2, ask("AC", -1.5, 1.0, 0.05, 2), 9.0, (1, 9), 0.7611566204263245),
        (&cube, 1, ask("A", 2.0, 1.2, 0.05, 1), 50.0 / 9.0, (1, 4), 0.43595812612932416),
        (&one_way, 1, ask("A", 1.2, 0.8, 0.05, 5), 5.625, (3, 16), 0.3941483387891753),
        (&alone, 1, ask("A", 1.0, 0.5, 0.01, 3), 6.0, (1, 8), 0.27030169791255265),
        (&alone, 1, ask("B", 1.0, 0.5, 0.01, 3), 6.0, (2, 8), 0.16408367938289448),
    ] {
        let found = power(design, &Term::up_to(design.factors(), order), &question).unwrap();
        assert!(close(found.noncentrality, ncp), "{found:?}");
        assert_eq!((found.numerator, found.denominator), freedom);
        assert!((found.power - expected).abs() < 1e-9, "{found:?}");
    }
}

/// With unequal numbers of runs the two rarest levels are the hardest to tell apart: their difference has the variance
/// 1/1 + 1/1.
#[test]
fn power_is_that_of_the_pair_of_levels_that_is_hardest_to_tell_apart() {
    let levels = [0, 1, 2, 2, 2, 2].map(|level| vec![level]);
    let design = DesignMatrix::of_conditions(&levels).unwrap();
    let question = PowerQuestion { term: term("A"), effect: 3.0, sd: 1.0, alpha: 0.05, replicates: 2 };
    let found = power(&design, &[term("A")], &question).unwrap();
    assert!(close(found.noncentrality, 9.0 * 2.0 / 2.0), "{found:?}");
}

#[test]
fn power_without_an_answer_is_refused() {
    let cube = DesignMatrix::of_conditions(&full_factorial(&[2, 2])).unwrap();
    let ask = |text: &str| PowerQuestion { term: term(text), effect: 1.0, sd: 1.0, alpha: 0.05, replicates: 1 };
    let of = |order, question: &PowerQuestion| power(&cube, &Term::up_to(2, order), question).unwrap_err();
    assert_eq!(of(2, &ask("A")), AuditError::Saturated { runs: 4, columns: 4 });
    assert!(matches!(of(1, &ask("AB")), AuditError::NotInModel { .. }));
    for question in [
        PowerQuestion { effect: 0.0, ..ask("A") },
        PowerQuestion { effect: f64::NAN, ..ask("A") },
        PowerQuestion { sd: 0.0, ..ask("A") },
        PowerQuestion { sd: f64::INFINITY, ..ask("A") },
        PowerQuestion { alpha: 1.0, ..ask("A") },
        PowerQuestion { replicates: 0, ..ask("A") },
        PowerQuestion { term: Term::mean(), ..ask("A") },
    ] {
        assert!(matches!(of(1, &question), AuditError::Parameter { .. }), "{question:?}");
    }
    let half = self::of(&Fraction::from_generators(3, &["C=AB"]).unwrap());
    let error = power(&half, &Term::up_to(3, 2), &ask("A")).unwrap_err();
    assert!(matches!(error, AuditError::NotEstimable { .. }), "{error}");
}

#[test]
fn designs_that_are_none_are_refused() {
    assert_eq!(DesignMatrix::of_conditions(&[]), Err(AuditError::Empty));
    assert_eq!(DesignMatrix::of_conditions(&[vec![]]), Err(AuditError::Empty));
    let ragged = DesignMatrix::of_conditions(&[vec![0, 1], vec![0]]).unwrap_err().to_string();
    assert!(ragged.contains("factor B has 1 levels, but the design has 2 runs"), "{ragged}");
    let nan = DesignMatrix::of_points(&[vec![0.0], vec![f64::NAN]]).unwrap_err();
    assert_eq!(nan, AuditError::NotFinite { factor: "A".to_owned(), run: 1 });
    assert!(DesignMatrix::of_points(&[vec![1e7]]).is_err());
    let one = DesignMatrix::of_points(&[vec![0.0], vec![1.0]]).unwrap();
    assert!(one.with("B", Levels::Categories(vec![0])).is_err());
}

#[test]
fn terms_that_do_not_fit_are_refused() {
    let design = DesignMatrix::of_conditions(&full_factorial(&[2, 3])).unwrap();
    let refuse = |terms: &[Term], claims: &Claims| audit(&design, terms, claims).unwrap_err();
    let none = Claims::default();
    assert_eq!(refuse(&[term("C")], &none), AuditError::NoSuchFactor { factor: 2, factors: 2 });
    assert_eq!(refuse(&[Term::product(&[(1, 2)])], &none), AuditError::PowerOfCategories { term: "B²".to_owned() });
    let claims = Claims { resolution: Some(3), ..Claims::default() };
    assert_eq!(refuse(&[], &claims), AuditError::NotTwoLevel { factor: "B".to_owned(), levels: 3 });
    let points = DesignMatrix::of_points(&[vec![0.5], vec![1.0]]).unwrap();
    assert!(matches!(
        audit(&points, &[Term::product(&[(0, u32::MAX), (0, 5)])], &none),
        Err(AuditError::TooLarge { .. })
    ));
    let large = DesignMatrix::of_points(&[vec![1e6], vec![0.0]]).unwrap();
    let refused = audit(&large, &[Term::product(&[(0, 11)])], &none);
    assert_eq!(refused, Err(AuditError::Overflow { term: "A^11".to_owned() }));
}

/// B is A, and D is A + C: the shorter dependency is the one that is told.
#[test]
fn the_shortest_dependency_is_the_counter_example() {
    let points = [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 2.0]];
    let design = DesignMatrix::of_points(&points.map(Vec::from)).unwrap();
    let refuse = |text| {
        let claims = Claims { estimable: vec![term(text)], ..Claims::default() };
        audit(&design, &Term::up_to(4, 1), &claims).unwrap_err().to_string()
    };
    assert_eq!(refuse("A"), "A cannot be estimated: the runs do not tell it apart from B");
    assert_eq!(refuse("C"), "C cannot be estimated: the runs do not tell it apart from a combination of A, D");
}

#[test]
fn a_factor_that_does_not_vary_cannot_be_estimated() {
    let design = DesignMatrix::of_conditions(&[vec![0, 3], vec![1, 3]]).unwrap();
    let claims = Claims { estimable: vec![term("B")], ..Claims::default() };
    let refused = audit(&design, &[term("A"), term("B")], &claims).unwrap_err().to_string();
    assert!(refused.contains("its factor does not vary"), "{refused}");
    let coded = DesignMatrix::of_points(&[vec![0.0, 3.0], vec![1.0, 3.0]]).unwrap();
    let refused = audit(&coded, &[term("A"), term("B")], &claims).unwrap_err().to_string();
    assert!(refused.contains("B cannot be estimated: the runs do not tell it apart from the mean"), "{refused}");
}
