//! What cannot be drawn is refused in clear words.

use science::plot::*;

const HEADING: Heading<'_> = Heading { id: "f", title: "Title", note: "" };

fn one_group(levels: &[&str], values: &[f64]) -> Cells {
    let estimates = values.iter().map(|&value| Some(Estimate { value, interval: None })).collect();
    Cells {
        measure: "Kills".to_owned(),
        factor: "Policy".to_owned(),
        levels: levels.iter().map(|&level| level.to_owned()).collect(),
        by: String::new(),
        groups: vec![Group { name: "all".to_owned(), estimates }],
    }
}

fn message<T: std::fmt::Debug>(result: Result<T, PlotError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn what_is_not_a_number_is_named() {
    let cells = one_group(&["a", "b"], &[1.0, f64::NAN]);
    let expected =
        "the estimate of \"all\" at index 1 is NaN, which cannot be drawn; leave it out and say so in the note";
    assert_eq!(message(means(&HEADING, &cells)), expected);
    assert!(means(&HEADING, &one_group(&["a"], &[f64::INFINITY])).is_err());
    let data =
        Ecdf { measure: "Kills".to_owned(), samples: vec![Sample { name: "a".to_owned(), values: vec![1e300] }] };
    assert!(message(ecdf(&HEADING, &data)).starts_with("sample \"a\" at index 0 is 1"));
}

#[test]
fn bad_points_are_counted_as_points() {
    let data = Map { positions: vec![(1.0, 2.0), (3.0, f64::NAN)], ..Map::default() };
    assert!(message(map(&HEADING, &data)).starts_with("the position at index 1 is NaN"));
    let from = (0.0, f64::INFINITY);
    let data = Map { lines: vec![Segment { from, to: (0.0, 0.0), solid: true }], ..Map::default() };
    assert!(message(map(&HEADING, &data)).starts_with("the line at index 0 is inf"));
}

#[test]
fn intervals_must_run_upwards() {
    let mut cells = one_group(&["a"], &[1.0]);
    cells.groups[0].estimates[0] = Some(Estimate { value: 1.0, interval: Some((2.0, 0.5)) });
    let expected = "the interval of \"all\" at index 0 runs from 2 to 0.5; give the lower end first";
    assert_eq!(message(means(&HEADING, &cells)), expected);
    cells.groups[0].estimates[0] = Some(Estimate { value: 1.0, interval: Some((f64::NAN, 0.5)) });
    assert!(message(means(&HEADING, &cells)).contains("at index 0 is NaN"));
}

#[test]
fn too_little_and_too_much_are_refused() {
    assert_eq!(message(means(&HEADING, &one_group(&[], &[]))), "a plot needs at least 1 levels, got 0");
    let mut missing = one_group(&["a"], &[1.0]);
    missing.groups[0].estimates[0] = None;
    assert_eq!(message(means(&HEADING, &missing)), "a plot needs at least 1 estimates, got 0");
    let one_line = one_group(&["a", "b"], &[1.0, 2.0]);
    assert_eq!(message(interaction(&HEADING, &one_line)), "a plot needs at least 2 levels of the second factor, got 1");
    let many = vec!["a"; 201];
    let expected = "a plot shows at most 200 levels, got 201; split the data over several plots";
    assert_eq!(message(means(&HEADING, &one_group(&many, &[0.0; 201]))), expected);
    assert_eq!(message(map(&HEADING, &Map::default())), "a plot needs at least 1 lines and points, got 0");
}

#[test]
fn lists_must_match() {
    let expected = "group \"all\" has 1 values where 2 are expected";
    assert_eq!(message(means(&HEADING, &one_group(&["a", "b"], &[1.0]))), expected);
    let data = Residuals {
        measure: "Kills".to_owned(),
        name: "Residual".to_owned(),
        fitted: vec![1.0],
        residuals: vec![0.0, 1.0, -1.0],
    };
    assert!(message(residuals(&HEADING, &data)).starts_with("the list of fitted values has 1 values"));
}

#[test]
fn margins_are_not_negative() {
    let effects = Effects {
        measure: "Kills".to_owned(),
        effects: vec![Effect { name: "A".to_owned(), value: 1.0 }],
        pse: None,
        margin: Some(-1.0),
        simultaneous: None,
    };
    assert!(message(half_normal(&HEADING, &effects)).contains("is -1, which cannot be drawn"));
}

#[test]
fn ids_are_plain() {
    for id in ["", "1a", "a b", "a\"", "ä"] {
        let heading = Heading { id, ..HEADING };
        assert_eq!(means(&heading, &one_group(&["a"], &[1.0])), Err(PlotError::Id(id.to_owned())));
    }
}
