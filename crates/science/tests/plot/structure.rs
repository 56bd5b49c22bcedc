//! What charts are made of.

use science::plot::*;

use crate::document::{check, check_labels, count, labels};

const HEADING: Heading<'_> = Heading { id: "f", title: "Title", note: "" };

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn two_by_three() -> Cells {
    let row = |start: f64| {
        (0..3).map(move |level| {
            let value = start + f64::from(level);
            Some(Estimate { value, interval: Some((value - 0.5, value + 0.5)) })
        })
    };
    let group = |name: &str, start| Group { name: name.to_owned(), estimates: row(start).collect() };
    Cells {
        measure: "Kills per episode".to_owned(),
        factor: "Frame skip (tics)".to_owned(),
        levels: words(&["2", "4", "<8> & \"more\""]),
        by: "Movement".to_owned(),
        groups: vec![group("strafe", 5.0), group("stand", 3.0)],
    }
}

fn kept(number: usize) -> impl Iterator<Item = f64> {
    (0..number).map(|index| (index * 7919 % 1009) as f64 / 10.0)
}

#[test]
fn every_estimate_has_a_mark_and_its_interval() {
    let svg = means(&HEADING, &two_by_three()).unwrap();
    // One circle and one square more are in the legend.
    assert_eq!(count(&svg, "circle", "cdp-mark"), 3 + 1);
    assert_eq!(count(&svg, "path", "cdp-mark"), 3 + 1);
    assert_eq!(count(&svg, "path", "cdp-reach"), 6);
    assert!(svg.contains("<title>2, strafe: 5 (4.5 to 5.5)</title>"));
    check_labels(&svg);
}

#[test]
fn labels_are_escaped_once() {
    let svg = interaction(&Heading { title: "a < b", ..HEADING }, &two_by_three()).unwrap();
    assert!(labels(&svg).iter().any(|(_, text)| text == "<8> & \"more\""));
    assert!(labels(&svg).iter().any(|(_, text)| text == "a < b"));
    assert!(svg.contains("&lt;8&gt; &amp; &quot;more&quot;") && !svg.contains("&amp;lt;"));
}

#[test]
fn equal_data_give_equal_bytes() {
    assert_eq!(interaction(&HEADING, &two_by_three()), interaction(&HEADING, &two_by_three()));
}

#[test]
fn a_missing_combination_breaks_its_line() {
    let mut cells = two_by_three();
    let whole = interaction(&HEADING, &cells).unwrap();
    cells.groups[0].estimates[1] = None;
    let broken = interaction(&HEADING, &cells).unwrap();
    // Two more lines are in the legend.
    assert_eq!(count(&whole, "path", "cdp-line"), 2 + 2);
    assert_eq!(count(&broken, "path", "cdp-line"), 1 + 2);
}

#[test]
fn ids_begin_with_the_figures_own() {
    let svg = means(&Heading { id: "kills-1", ..HEADING }, &two_by_three()).unwrap();
    let ids: Vec<_> = svg.match_indices(" id=\"").map(|(at, _)| &svg[at + 5..at + 12]).collect();
    assert_eq!(ids, ["kills-1", "kills-1"]);
}

#[test]
fn effects_beyond_the_margin_are_named() {
    let effects = [("A", 5.0), ("B", -3.0), ("C", 0.2), ("D", -0.1)];
    let effects = effects.map(|(name, value)| Effect { name: name.to_owned(), value });
    let data = Effects {
        measure: "Kills".to_owned(),
        effects: effects.to_vec(),
        pse: Some(0.2),
        margin: Some(1.0),
        simultaneous: Some(2.0),
    };
    let svg = half_normal(&HEADING, &data).unwrap();
    let named = |name: &str| labels(&svg).iter().any(|(_, text)| text == name);
    assert!(named("A") && named("B") && !named("C") && !named("D"));
    assert!(svg.contains("Beyond the margin of error: A: 5; B: \u{2212}3."));
    let bars = labels(&pareto(&HEADING, &data).unwrap());
    let order: Vec<_> =
        bars.iter().map(|(_, text)| text.as_str()).filter(|text| text.ends_with(['A', 'B', 'C', 'D'])).collect();
    assert_eq!(order, ["+ A", "\u{2212} B", "+ C", "\u{2212} D"]);
}

#[test]
fn pairs_are_sorted() {
    let pairs = [("1", 0.5), ("2", 2.0), ("3", -1.0)];
    let pairs = pairs.map(|(name, value)| Difference {
        name: format!("seed {name}"),
        difference: Estimate { value, interval: None },
    });
    let data =
        Differences { measure: "Kills".to_owned(), pair: "Seed".to_owned(), pairs: pairs.to_vec(), overall: None };
    let rows = labels(&differences(&HEADING, &data).unwrap());
    let rows: Vec<_> = rows.iter().map(|(_, text)| text.as_str()).filter(|text| text.starts_with("seed")).collect();
    assert_eq!(rows, ["seed 2", "seed 1", "seed 3"]);
}

#[test]
fn a_map_keeps_angles() {
    let square = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0)];
    let lines = (0..4).map(|side| Segment { from: square[side], to: square[(side + 1) % 4], solid: true }).collect();
    let svg = map(&HEADING, &Map { lines, ..Map::default() }).unwrap();
    let start = svg.find("class=\"cdp-wall\" d=\"M").unwrap();
    let data = svg[start..].split('"').nth(3).unwrap().replace(['M', 'L'], " ");
    let numbers: Vec<f64> = data.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let (bottom, right) = (numbers[2] - numbers[0], numbers[5] - numbers[7]);
    assert!((bottom - right).abs() < 0.05, "{bottom} {right}");
}

#[test]
fn a_hundred_thousand_points_stay_small() {
    let values: Vec<_> = kept(100_000).collect();
    let data = Residuals {
        measure: "Kills".to_owned(),
        name: "Residual".to_owned(),
        fitted: values.iter().rev().copied().collect(),
        residuals: values.clone(),
    };
    let generations =
        (0..100_000).map(|number| Generation { number, best: values[number as usize], mean: 0.0, band: None });
    let figures = [
        residuals(&HEADING, &data).unwrap(),
        ecdf(
            &HEADING,
            &Ecdf {
                measure: "Kills".to_owned(),
                samples: vec![Sample { name: "a".to_owned(), values: values.clone() }],
            },
        )
        .unwrap(),
        fitness(
            &HEADING,
            &Fitness { measure: "Kills".to_owned(), band: String::new(), generations: generations.collect() },
        )
        .unwrap(),
        map(
            &HEADING,
            &Map { positions: values.iter().copied().zip(kept(100_000).skip(1)).collect(), ..Map::default() },
        )
        .unwrap(),
    ];
    for svg in figures {
        check(&svg);
        check_labels(&svg);
        assert!(svg.len() < 400_000, "{}", svg.len());
    }
}

#[test]
fn one_value_and_equal_values_give_a_picture() {
    let pair = Difference { name: "1".to_owned(), difference: Estimate { value: 0.0, interval: None } };
    let equal = Residuals {
        measure: "Kills".to_owned(),
        name: "Residual".to_owned(),
        fitted: vec![2.0; 5],
        residuals: vec![0.0; 5],
    };
    let generation = Generation { number: 0, best: 1.0, mean: 1.0, band: Some((1.0, 1.0)) };
    let figures = [
        residuals(&HEADING, &equal),
        differences(
            &HEADING,
            &Differences { measure: "K".to_owned(), pair: "Seed".to_owned(), pairs: vec![pair], overall: None },
        ),
        fitness(&HEADING, &Fitness { measure: "K".to_owned(), band: "all".to_owned(), generations: vec![generation] }),
        map(&HEADING, &Map { deaths: vec![(3.0, 4.0)], ..Map::default() }),
        ecdf(
            &HEADING,
            &Ecdf { measure: "K".to_owned(), samples: vec![Sample { name: "a".to_owned(), values: vec![1.0] }] },
        ),
    ];
    for figure in figures {
        let svg = figure.unwrap();
        check(&svg);
        check_labels(&svg);
    }
}
