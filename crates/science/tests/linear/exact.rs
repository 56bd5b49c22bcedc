//! Ill-conditioned cases against rational arithmetic, from `tools/science/linear_exact.py`.

use std::collections::BTreeMap;

use science::linear::{Frame, Squares, Terms, fit};
use serde::Deserialize;
use serde_json::Value;

use crate::close::digits;

#[derive(Deserialize)]
struct Case {
    name: String,
    y: Vec<f64>,
    factors: BTreeMap<String, Vec<Value>>,
    formula: String,
    residual_df: usize,
    residual_ss: f64,
    types: BTreeMap<String, Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    df: usize,
    ss: f64,
    f: f64,
}

fn frame(case: &Case) -> Frame {
    case.factors.iter().fold(Frame::new("y", case.y.clone()).unwrap(), |frame, (name, values)| {
        let labels: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        if labels.is_empty() {
            frame.continuous(name, values.iter().filter_map(Value::as_f64).collect()).unwrap()
        } else {
            frame.labels(name, &labels).unwrap()
        }
    })
}

#[test]
fn exact_sums_of_squares_are_met() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../references/linear_exact.json")).unwrap();
    for case in &cases {
        let frame = frame(case);
        let fit = fit(&frame, &Terms::parse(&frame, &case.formula).unwrap()).unwrap();
        assert_eq!(fit.residual_df(), case.residual_df, "{}", case.name);
        let mut least = digits(fit.residual_ss(), case.residual_ss);
        for (kind, squares) in [("I", Squares::Sequential), ("II", Squares::Hierarchical), ("III", Squares::Marginal)] {
            let table = fit.anova(squares).unwrap();
            for row in &case.types[kind] {
                let own = table.rows.iter().find(|own| own.name == row.name).unwrap();
                assert_eq!(own.df, row.df, "{}: {kind} {}", case.name, row.name);
                least = least.min(digits(own.ss.unwrap(), row.ss)).min(digits(own.f.unwrap(), row.f));
            }
        }
        assert!(least >= 9.0, "{}: {least} digits", case.name);
    }
}
