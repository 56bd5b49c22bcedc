//! Large data and invariances.

use proptest::prelude::*;
use science::linear::{Adjustment, Frame, LinearError, Squares, Term, Terms, fit};

use crate::close::{assert_close, distance};

/// A fixed scatter without a generator.
fn scatter(row: usize) -> f64 {
    ((row * 7919) % 1009) as f64 / 1009.0
}

fn labels(rows: usize, level: impl Fn(usize) -> usize) -> Vec<String> {
    (0..rows).map(|row| format!("{:05}", level(row))).collect()
}

#[test]
fn thousands_of_blocks_give_what_columns_would_give() {
    let (blocks, rows) = (60, 60 * 3);
    let y: Vec<f64> = (0..rows).map(|row| scatter(row) + (row % 3) as f64 * 0.1 + scatter(row / 3)).collect();
    let (seed, a) = (labels(rows, |row| row / 3), labels(rows, |row| row % 3));
    let whole = Frame::new("y", y).unwrap();
    let blocked = whole.clone().block("seed", &seed).unwrap().labels("a", &a).unwrap();
    // As a later term, the seed has columns of its own.
    let plain = whole.labels("a", &a).unwrap().labels("seed", &seed).unwrap();
    let (first, second) = (Terms::up_to(&blocked, 1).unwrap(), Terms::up_to(&plain, 1).unwrap());
    let (first, second) = (fit(&blocked, &first).unwrap(), fit(&plain, &second).unwrap());
    assert_eq!(first.residual_df(), (blocks - 1) * 2);
    for squares in [Squares::Sequential, Squares::Hierarchical, Squares::Marginal] {
        let (one, two) = (first.anova(squares).unwrap(), second.anova(squares).unwrap());
        for (one, two) in [(0, 1), (1, 0)].map(|(i, j)| (&one.rows[i], &two.rows[j])) {
            assert_eq!((one.name.as_str(), one.df), (two.name.as_str(), two.df));
            assert_close(one.f.unwrap(), two.f.unwrap(), 1e-11, &one.name);
        }
    }
    let mean = |fit: &science::linear::Fit<'_>, factor| fit.marginal_means(&Term::of(&[factor]), 0.95).unwrap().means;
    for (one, two) in mean(&first, 1).iter().zip(mean(&second, 0)) {
        assert_close(one.mean.unwrap(), two.mean.unwrap(), 1e-11, "mean");
        assert_close(one.se.unwrap(), two.se.unwrap(), 1e-11, "se");
    }
}

#[test]
fn five_thousand_incomplete_blocks_are_no_burden() {
    let rows = 20_000;
    let y: Vec<f64> = (0..rows).map(|row| scatter(row) + (row % 7) as f64 * 0.1).collect();
    let data = Frame::new("y", y).unwrap().block("seed", &labels(rows, |row| row / 4)).unwrap();
    let data = data.labels("a", &labels(rows, |row| row % 7)).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 1).unwrap()).unwrap();
    assert_eq!(fit.residual_df(), rows - 5_000 - 6);
    assert!(fit.anova(Squares::Marginal).unwrap().rows.iter().all(|row| row.p.is_some()));
    let means = fit.marginal_means(&Term::of(&[1]), 0.95).unwrap();
    assert_eq!(means.pairwise(Adjustment::Holm, 0.95).unwrap().len(), 21);
}

#[test]
fn custom_contrasts_are_what_their_weights_say() {
    let y: Vec<f64> = (0..24).map(|row| 1e6 + scatter(row) + (row % 4) as f64).collect();
    let data = Frame::new("y", y).unwrap().labels("a", &labels(24, |row| row % 4)).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 1).unwrap()).unwrap();
    let means = fit.marginal_means(&Term::of(&[0]), 0.9).unwrap();
    let asked = [
        ("first - second".to_owned(), vec![1.0, -1.0, 0.0, 0.0]),
        ("mean of all".to_owned(), vec![0.25; 4]),
        ("third".to_owned(), vec![0.0, 0.0, 1.0, 0.0]),
    ];
    let own = means.custom(&asked, Adjustment::None, 0.9).unwrap();
    let pair = &means.pairwise(Adjustment::None, 0.9).unwrap()[0];
    assert_eq!((own[0].estimate, own[0].se, own[0].p), (pair.estimate, pair.se, pair.p));
    assert_close(own[1].estimate.unwrap(), data.values().iter().sum::<f64>() / 24.0, 1e-14, "mean");
    assert_close(own[1].se.unwrap(), fit.sigma().unwrap() / 24f64.sqrt(), 1e-12, "se");
    let third = &means.means[2];
    assert_eq!((own[2].estimate, own[2].se, own[2].low), (third.mean, third.se, third.low));
}

#[test]
fn control_comparisons_that_dunnett_does_not_cover_are_refused() {
    let rows = 40;
    let y: Vec<f64> = (0..rows).map(scatter).collect();
    // Levels meet the blocks unevenly, so no comparison shares its correlations in a simple way.
    let data = Frame::new("y", y).unwrap().block("seed", &labels(rows, |row| row / 5)).unwrap();
    let data = data.labels("a", &labels(rows, |row| (row * row / 3 + row / 7) % 5)).unwrap();
    let fit = fit(&data, &Terms::up_to(&data, 1).unwrap()).unwrap();
    let means = fit.marginal_means(&Term::of(&[1]), 0.95).unwrap();
    assert_eq!(means.versus(0, Adjustment::Dunnett, 0.95), Err(LinearError::Correlated));
    assert!(means.versus(0, Adjustment::Holm, 0.95).unwrap().iter().all(|contrast| contrast.adjusted_p.is_some()));
}

proptest! {
    #[test]
    fn nothing_depends_on_the_order_of_rows_or_the_unit(
        rows in prop::collection::vec((0usize..3, 0usize..2, -5.0f64..5.0, -5.0f64..5.0), 12..30),
    ) {
        let build = |rows: &[(usize, usize, f64, f64)], shift: f64, unit: f64| {
            let y = rows.iter().map(|row| shift + unit * row.3).collect();
            let a: Vec<_> = rows.iter().map(|row| row.0.to_string()).collect();
            let b: Vec<_> = rows.iter().map(|row| row.1.to_string()).collect();
            let data = Frame::new("y", y)?.labels("a", &a)?.labels("b", &b)?;
            data.continuous("x", rows.iter().map(|row| row.2).collect())
        };
        let turned: Vec<_> = rows.iter().rev().copied().collect();
        let (one, two) = (build(&rows, 0.0, 1.0).unwrap(), build(&turned, 64.0, 8.0).unwrap());
        let (Ok(one_fit), Ok(two_fit)) = (
            fit(&one, &Terms::parse(&one, "a*b + x").unwrap()),
            fit(&two, &Terms::parse(&two, "a*b + x").unwrap()),
        ) else { return Ok(()) };
        for squares in [Squares::Sequential, Squares::Hierarchical, Squares::Marginal] {
            let (one, two) = (one_fit.anova(squares).unwrap(), two_fit.anova(squares).unwrap());
            for (one, two) in one.rows.iter().zip(&two.rows) {
                prop_assert_eq!((one.df, one.untested), (two.df, two.untested));
                if let (Some(one), Some(two)) = (one.f, two.f) {
                    prop_assert!(distance(two, one) < 1e-6 || one < 1e-9, "{} {}", one, two);
                }
            }
        }
        let leverages: f64 = one_fit.influence().leverages.iter().sum();
        prop_assert!((leverages - one_fit.rank() as f64).abs() < 1e-9);
    }

    #[test]
    fn no_data_are_a_panic_or_not_a_number(
        rows in prop::collection::vec((0usize..4, 0usize..3, 0u8..4, prop::num::f64::ANY), 2..14),
        narrow in any::<bool>(),
    ) {
        let y = rows.iter().map(|row| if narrow { row.3 % 1e3 } else { row.3 }).collect();
        let a: Vec<_> = rows.iter().map(|row| row.0.to_string()).collect();
        let b: Vec<_> = rows.iter().map(|row| row.1.to_string()).collect();
        let Ok(data) = Frame::new("y", y) else { return Ok(()) };
        let data = data.labels("a", &a).unwrap().labels("b", &b).unwrap();
        let Ok(data) = data.continuous("x", rows.iter().map(|row| f64::from(row.2)).collect()) else { return Ok(()) };
        for formula in ["a", "a*b", "a*x", "a + b + x", "a*b*x"] {
            let Ok(fit) = fit(&data, &Terms::parse(&data, formula).unwrap()) else { continue };
            for squares in [Squares::Sequential, Squares::Hierarchical, Squares::Marginal] {
                for row in fit.anova(squares).unwrap().rows {
                    prop_assert!([row.ss, row.ms, row.f, row.p].into_iter().flatten().all(f64::is_finite), "{:?}", row);
                    prop_assert!(row.p.is_some() != row.untested.is_some());
                }
            }
            let means = fit.marginal_means(&Term::of(&[0]), 0.95).unwrap();
            for pair in means.pairwise(Adjustment::Holm, 0.95).unwrap() {
                let numbers = [pair.estimate, pair.se, pair.t, pair.p, pair.adjusted_p, pair.low, pair.high];
                prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{:?}", pair);
            }
            let influence = fit.influence();
            prop_assert!(influence.fitted.iter().chain(&influence.leverages).all(|value| value.is_finite()));
        }
    }
}
