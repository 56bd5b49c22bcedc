//! Rank methods.

use science::analysis::ranks::{self, Method};

use crate::reference::{CLOSED, assert_close, cases, lists, load, number, numbers};

#[test]
fn two_samples_are_ranked_as_r_does() {
    for case in cases(&load("samples.json"), "two_samples") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let got = ranks::mann_whitney(&left, &right).unwrap();
        let expected = &case["mann_whitney"];
        assert_eq!(got.u, number(&expected["u"]));
        if got.method == Method::Normal {
            assert_close("normal", got.p, &expected["normal"], CLOSED);
        } else if let Some(exact) = expected["exact"].as_f64() {
            assert_close("exact", got.p, &exact.into(), CLOSED);
        }
        let normal = 2.0 * science::distribution::normal::sf(got.z.unwrap().abs());
        assert_close("z", normal, &expected["normal"], CLOSED);
    }
}

#[test]
fn pairs_are_ranked_as_r_does() {
    for case in cases(&load("samples.json"), "paired") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let got = ranks::signed_rank(&left, &right).unwrap();
        let expected = &case["signed_rank"];
        assert_eq!(got.positive, number(&expected["positive"]));
        if got.method == Method::Normal {
            assert_close("normal", got.p, &expected["normal"], CLOSED);
        } else if let Some(exact) = expected["exact"].as_f64() {
            assert_close("exact", got.p, &exact.into(), CLOSED);
        }
        let normal = 2.0 * science::distribution::normal::sf(got.z.unwrap().abs());
        assert_close("z", normal, &expected["normal"], CLOSED);
    }
}

#[test]
fn exact_p_values_with_ties_are_those_of_enumeration() {
    for case in cases(&load("resampling.json"), "pairs") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let name = case["name"].as_str().unwrap();
        assert_close(name, ranks::mann_whitney(&left, &right).unwrap().p, &case["mann_whitney"], 1e-14);
        assert_close(name, ranks::signed_rank(&left, &right).unwrap().p, &case["signed_rank"], 1e-14);
    }
}

#[test]
fn groups_are_ranked_as_r_does() {
    for case in cases(&load("samples.json"), "several") {
        let groups = lists(&case["groups"]);
        let got = ranks::kruskal_wallis(&groups).unwrap();
        let expected = &case["kruskal_wallis"];
        assert_close("H", got.statistic, &expected["statistic"], CLOSED);
        assert_eq!(got.freedom as f64, number(&expected["freedom"]));
        assert_close("p", got.p, &expected["p"], CLOSED);

        let pairs = ranks::dunn(&groups).unwrap();
        let expected = ["z", "p", "adjusted"].map(|key| numbers(&case["dunn"][key]));
        for (place, pair) in pairs.iter().enumerate() {
            assert_close("z", pair.z, &expected[0][place].into(), CLOSED);
            assert_close("p", pair.p, &expected[1][place].into(), CLOSED);
            assert_close("adjusted", pair.adjusted, &expected[2][place].into(), CLOSED);
        }
    }
}

#[test]
fn blocks_are_ranked_as_r_does() {
    for case in cases(&load("samples.json"), "friedman") {
        let got = ranks::friedman(&lists(&case["blocks"])).unwrap();
        assert_close("statistic", got.statistic, &case["statistic"], CLOSED);
        assert_eq!(got.freedom as f64, number(&case["freedom"]));
        assert_close("p", got.p, &case["p"], CLOSED);
    }
}
