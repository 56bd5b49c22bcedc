//! The eleven one-way sets of the NIST Statistical Reference Datasets, from `tools/science/nist_anova.py`.

use science::linear::{Frame, Squares, Terms, fit};
use serde::Deserialize;

use crate::close::digits;

#[derive(Deserialize)]
struct Set {
    name: String,
    certified: Certified,
    exact: Exact,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    values: Vec<f64>,
    rule: Option<Rule>,
}

#[derive(Deserialize)]
struct Certified {
    df: usize,
    residual_df: usize,
    ss: f64,
    residual_ss: f64,
    f: f64,
    r_squared: f64,
    sigma: f64,
}

/// The same for the values as doubles, in rational arithmetic.
#[derive(Deserialize)]
struct Exact {
    ss: f64,
    residual_ss: f64,
    f: f64,
}

#[derive(Deserialize)]
struct Rule {
    firsts: Vec<String>,
    replicates: usize,
}

impl Set {
    fn frame(&self) -> Frame {
        let (groups, values) = match &self.rule {
            Some(rule) => rule.rows().unzip(),
            None => (self.groups.clone(), self.values.clone()),
        };
        Frame::new("y", values).unwrap().labels("treatment", &groups).unwrap()
    }
}

impl Rule {
    /// The first value of each treatment, then 0.1 less and 0.1 more in turn; read as decimals, as from a file.
    fn rows(&self) -> impl Iterator<Item = (String, f64)> {
        self.firsts.iter().enumerate().flat_map(|(treatment, first)| {
            let (whole, tenth) = first.split_once('.').unwrap();
            let tenth: u32 = tenth.parse().unwrap();
            (0..self.replicates).map(move |place| {
                let tenth = if place == 0 {
                    tenth
                } else if place % 2 == 1 {
                    tenth - 1
                } else {
                    tenth + 1
                };
                (format!("{treatment}"), format!("{whole}.{tenth}").parse().unwrap())
            })
        })
    }
}

fn sets() -> Vec<Set> {
    serde_json::from_str(include_str!("../references/nist_anova.json")).unwrap()
}

/// Digits to which all certified values are met, at least. The data as doubles keep no more: with 7 and 13 leading digits
/// that do not change, exact arithmetic on them gives the same digits, which the other test checks.
const DIGITS: [(&str, f64); 11] = [
    ("AtmWtAg", 10.1),
    ("SiRstv", 13.0),
    ("SmLs01", 14.0),
    ("SmLs02", 14.0),
    ("SmLs03", 14.0),
    ("SmLs04", 10.0),
    ("SmLs05", 9.8),
    ("SmLs06", 9.8),
    ("SmLs07", 3.9),
    ("SmLs08", 3.8),
    ("SmLs09", 3.8),
];

#[test]
fn certified_values_are_met_to_the_digits_that_doubles_allow() {
    let sets = sets();
    assert_eq!(sets.len(), DIGITS.len());
    for (set, (name, expected)) in sets.iter().zip(DIGITS) {
        assert_eq!(set.name, name);
        let frame = set.frame();
        let fit = fit(&frame, &Terms::up_to(&frame, 1).unwrap()).unwrap();
        let table = fit.anova(Squares::Sequential).unwrap();
        let row = &table.rows[0];
        assert_eq!((row.df, table.residual_df), (set.certified.df, set.certified.residual_df), "{}", set.name);
        let found = [
            (row.ss.unwrap(), set.certified.ss),
            (table.residual_ss, set.certified.residual_ss),
            (row.f.unwrap(), set.certified.f),
            (fit.r_squared(), set.certified.r_squared),
            (fit.sigma().unwrap(), set.certified.sigma),
        ];
        let least = found.iter().map(|&(got, certified)| digits(got, certified)).fold(15.0, f64::min);
        assert!(least >= expected, "{name}: {least} digits");
    }
}

/// What this program adds to the rounding of the data: nothing before the 13th digit.
#[test]
fn exact_values_of_the_rounded_data_are_met() {
    for set in &sets() {
        let frame = set.frame();
        let fit = fit(&frame, &Terms::up_to(&frame, 1).unwrap()).unwrap();
        let row = &fit.anova(Squares::Marginal).unwrap().rows[0];
        let found = [
            (row.ss.unwrap(), set.exact.ss),
            (fit.residual_ss(), set.exact.residual_ss),
            (row.f.unwrap(), set.exact.f),
        ];
        for (got, exact) in found {
            assert!(digits(got, exact) >= 13.0, "{}: {got} {exact} {}", set.name, digits(got, exact));
        }
    }
}
