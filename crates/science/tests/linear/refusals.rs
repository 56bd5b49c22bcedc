//! What cannot be computed is refused in a sentence or absent with its reason.

use science::linear::{Adjustment, Frame, LinearError, Squares, Term, Terms, Untested, fit};

fn frame(y: &[f64]) -> Frame {
    Frame::new("kills", y.to_vec()).unwrap()
}

#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, LinearError>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn bad_columns_are_refused() {
    says(Frame::new("kills", vec![1.0]), "the response kills has 1 rows; a model needs at least two");
    says(
        Frame::new("kills", vec![1.0, f64::NAN]),
        "column kills has a value in row 1 that is not a usable number; drop the row or correct the value",
    );
    says(
        Frame::new("kills", vec![3.0; 5]),
        "column kills has the same value in every row, so nothing can be learnt from it; leave it out",
    );
    says(
        frame(&[1.0, 2.0]).labels("a", &["u"]),
        "column a has 1 values, but the response has 2; give one value per row",
    );
    says(frame(&[1.0, 2.0]).labels("kills", &["u", "v"]), "the name kills is used twice; rename one");
    says(
        frame(&[1.0, 2.0]).categorical("a", &[0, 2], &["u".to_owned(), "v".to_owned()]),
        "factor a has level number 2 in row 1, but names of 2 levels",
    );
    assert!(matches!(frame(&[1.0, 2.0]).continuous("x", vec![0.0, 1e300]), Err(LinearError::NotFinite { row: 1, .. })));
    assert!(matches!(frame(&[1.0, 2.0]).continuous("x", vec![7.0; 2]), Err(LinearError::Constant { .. })));
}

#[test]
fn bad_terms_are_refused() {
    let data = frame(&[1.0, 2.0, 4.0]).labels("a", &["u", "v", "v"]).unwrap().labels("b", &["p", "p", "p"]).unwrap();
    says(Terms::parse(&data, "a:b"), "the model has a:b but not b, which is part of it; add b");
    says(Terms::parse(&data, "a + c"), "there is no factor c; the factors are a, b");
    says(
        Terms::parse(&data, "a + "),
        "the formula \"a + \" cannot be read: a name is missing; write for example a*b + c",
    );
    assert!(matches!(Terms::parse(&data, "a*b:a"), Err(LinearError::Formula { .. })));
    assert!(matches!(Terms::parse(&data, "`a"), Err(LinearError::Formula { .. })));
    assert_eq!(Terms::new(&data, &[]), Err(LinearError::NoTerms));
    assert!(matches!(Terms::new(&data, &[Term::of(&[7])]), Err(LinearError::NoSuchFactor { .. })));
    let terms = Terms::parse(&data, "a*b").unwrap();
    says(fit(&data, &terms), "factor b has one level, p, in all rows; leave it out or add rows with another level");
}

#[test]
fn quoted_names_and_all_orders_are_read() {
    let data = frame(&[1.0, 2.0, 4.0, 8.0]).labels("a+b", &["u", "v", "u", "v"]).unwrap();
    let data = data.labels("c", &["p", "p", "q", "q"]).unwrap().block("seed", &["1", "2", "2", "1"]).unwrap();
    let terms = Terms::parse(&data, "`a+b` * c").unwrap();
    assert_eq!(terms, Terms::up_to(&data, 2).unwrap());
    assert_eq!(terms.terms().iter().map(|term| term.name(&data)).collect::<Vec<_>>(), ["seed", "a+b", "c", "a+b:c"]);
}

#[test]
fn one_replicate_leaves_no_test() {
    let data = frame(&[1.0, 2.0, 4.0]).labels("a", &["u", "v", "w"]).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 1).unwrap()).unwrap();
    let table = fit.anova(Squares::Marginal).unwrap();
    let row = &table.rows[0];
    assert_eq!((row.f, row.p, row.untested), (None, None, Some(Untested::NoResidual)));
    assert_eq!((table.residual_df, table.residual_ms, fit.sigma()), (0, None, None));
    let means = fit.marginal_means(&Term::of(&[0]), 0.95).unwrap();
    assert_eq!((means.means[2].mean, means.means[2].se), (Some(4.0), None));
    let pairs = means.pairwise(Adjustment::Holm, 0.95).unwrap();
    assert_eq!((pairs[0].estimate, pairs[0].p, pairs[0].adjusted_p), (Some(-1.0), None, None));
    assert!(fit.influence().standardized.iter().all(Option::is_none));
}

#[test]
fn a_perfect_fit_leaves_no_test() {
    let y: Vec<f64> = (0..12).map(|row| 0.1 * f64::from(row % 3) + 1e3).collect();
    let levels: Vec<String> = (0..12).map(|row| (row % 3).to_string()).collect();
    let x: Vec<f64> = y.iter().map(|value| 3.0 * value - 0.7).collect();
    let data = frame(&y).labels("a", &levels).unwrap().continuous("x", x).unwrap();
    for formula in ["a", "x", "a + x"] {
        let fit = fit(&data, &Terms::parse(&data, formula).unwrap()).unwrap();
        let row = &fit.anova(Squares::Sequential).unwrap().rows[0];
        assert_eq!((row.f, row.untested), (None, Some(Untested::PerfectFit)), "{formula}");
    }
}

#[test]
fn what_is_confounded_is_named() {
    let data = frame(&[1.0, 2.5, 4.0, 8.0, 3.0, 2.0]).labels("a", &["u", "v", "w", "u", "v", "w"]).unwrap();
    let data = data.labels("copy", &["1", "2", "3", "1", "2", "3"]).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 1).unwrap()).unwrap();
    let aliases = fit.aliases();
    assert_eq!((aliases.len(), aliases[0].term.as_str(), aliases[0].lost, aliases[0].coefficients), (1, "copy", 2, 2));
    assert_eq!(aliases[0].with, ["a"]);
    for squares in [Squares::Sequential, Squares::Hierarchical, Squares::Marginal] {
        let row = &fit.anova(squares).unwrap().rows[1];
        assert_eq!((row.df, row.lost, row.ss, row.untested), (0, 2, None, Some(Untested::Confounded)));
    }
    let means = fit.marginal_means(&Term::of(&[0]), 0.95).unwrap();
    assert!(means.means.iter().all(|mean| mean.mean.is_none()));
}

#[test]
fn missing_cells_are_named_and_what_needs_them_is_not_tested() {
    let a = ["u", "u", "u", "u", "v", "v", "w", "w"];
    let b = ["p", "p", "q", "q", "p", "p", "q", "q"];
    let data = frame(&[1.0, 2.0, 4.0, 3.0, 5.0, 7.0, 1.5, 2.0]).labels("a", &a).unwrap().labels("b", &b).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 2).unwrap()).unwrap();
    let missing = fit.missing_cells();
    assert_eq!((missing.len(), missing[0].count, missing[0].combinations), (1, 2, 6));
    assert_eq!(missing[0].cells, [["v", "q"], ["w", "p"]]);
    let table = fit.anova(Squares::Marginal).unwrap();
    let reasons: Vec<_> = table.rows.iter().map(|row| row.untested).collect();
    assert_eq!(reasons, [Some(Untested::MissingCells), Some(Untested::MissingCells), Some(Untested::Confounded)]);
    assert!(fit.anova(Squares::Hierarchical).unwrap().rows[0].p.is_some());
}

#[test]
fn a_hypothesis_far_from_all_rows_is_not_tested() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let empty = frame(&[1.0, 2.5, 4.0, 8.0, 3.0, 2.0, 7.0, 1.5, 0.5, 2.0, 6.0, 5.0]);
    let data = names.iter().enumerate().fold(empty, |data, (place, name)| {
        let values = (0..12).map(|row| 4.5e15 + ((row * row + place * row) % 11) as f64);
        data.continuous(name, values.collect()).unwrap()
    });
    let fit = fit(&data, &Terms::up_to(&data, 8).unwrap()).unwrap();
    let row = &fit.anova(Squares::Marginal).unwrap().rows[0];
    assert_eq!((row.df, row.ss, row.p, row.untested), (1, None, None, Some(Untested::FarFromZero)));
}

#[test]
fn too_many_levels_are_refused_where_they_would_not_fit() {
    let rows = 1_000_000;
    let y: Vec<f64> = (0..rows).map(|row| f64::from(row % 7) + f64::from(row % 11)).collect();
    let codes: Vec<usize> = (0..rows as usize).collect();
    let names: Vec<String> = (0..rows).map(|level| level.to_string()).collect();
    let halves: Vec<usize> = codes.iter().map(|code| code % 2).collect();
    let two = ["u".to_owned(), "v".to_owned()];
    let data = frame(&y).categorical("id", &codes, &names).unwrap().categorical("a", &halves, &two).unwrap();
    let crossed = fit(&data, &Terms::parse(&data, "id*a").unwrap()).unwrap_err();
    assert!(matches!(crossed, LinearError::TooLarge { .. }), "{crossed}");
    let single = fit(&data, &Terms::parse(&data, "id").unwrap()).unwrap();
    assert_eq!(single.anova(Squares::Marginal).unwrap().rows[0].untested, Some(Untested::NoResidual));
    assert!(matches!(single.marginal_means(&Term::of(&[0]), 0.95), Err(LinearError::TooLarge { .. })));
}

#[test]
fn bad_questions_are_refused() {
    let data = frame(&[1.0, 2.0, 4.0, 3.0]).labels("a", &["u", "v", "u", "v"]).unwrap();
    let data = data.continuous("x", vec![1.0, 2.0, 3.0, 5.0]).unwrap().labels("b", &["p", "p", "q", "q"]).unwrap();
    let fit = fit(&data, &Terms::parse(&data, "a + x").unwrap()).unwrap();
    assert_eq!(fit.marginal_means(&Term::of(&[0]), 1.0).unwrap_err(), LinearError::Level { got: 1.0 });
    assert!(matches!(fit.marginal_means(&Term::of(&[1]), 0.9), Err(LinearError::NotCategorical { .. })));
    assert!(matches!(fit.marginal_means(&Term::of(&[2]), 0.9), Err(LinearError::NotInModel { .. })));
    assert!(matches!(fit.marginal_means(&Term::of(&[9]), 0.9), Err(LinearError::NoSuchFactor { .. })));
    let means = fit.marginal_means(&Term::of(&[0]), 0.95).unwrap();
    assert!(matches!(means.versus(2, Adjustment::None, 0.95), Err(LinearError::NoSuchControl { .. })));
    says(
        means.versus(0, Adjustment::Tukey, 0.95),
        "Tukey adjusts all pairs of means only; use Holm's adjustment for these contrasts",
    );
    let weights = [("u".to_owned(), vec![1.0])];
    assert!(matches!(means.custom(&weights, Adjustment::None, 0.95), Err(LinearError::Weights { got: 1, .. })));
}
