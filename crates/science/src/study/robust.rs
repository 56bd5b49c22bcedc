//! What does not lean on what the model assumes: tests of the cells that need no equal variances or no normal values.

use serde::Serialize;

use super::Question;
use super::cells::{Cell, cell_of_row, grouped};
use super::words::{self, number};
use crate::analysis::AnalysisError;
use crate::analysis::compare::{FTest, GroupPair, games_howell, welch_anova};
use crate::analysis::ranks::{ChiSquaredTest, friedman, kruskal_wallis};
use crate::linear::Frame;

/// Tests and comparisons of the cells that do not assume all that the model does. They are of the cells as they are: of
/// several factors they tell no effects apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robust {
    /// Welch's analysis of variance, and the test of Kruskal and Wallis or with blocks that of Friedman.
    pub tests: Vec<RobustTest>,
    /// All pairs of cells by Games and Howell; absent with blocks, with covariates, and where they cannot be computed.
    pub pairs: Option<Vec<RobustPair>>,
    /// Why there are no pairs, as a sentence.
    pub pairs_absent: Option<String>,
}

/// A test of whether cells differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RobustTest {
    /// The method: `Welch`, which allows each cell its variance; `Kruskal-Wallis` or `Friedman`, of ranks.
    pub method: &'static str,
    /// Welch's F, or the chi-squared statistic of the ranks; absent where the test is not defined, as are all numbers.
    pub statistic: Option<f64>,
    /// Degrees of freedom of the cells.
    pub df: Option<f64>,
    /// Degrees of freedom of the error, which may be fractional; absent for ranks.
    pub residual_df: Option<f64>,
    /// Its p value.
    pub p: Option<f64>,
    /// What it found, or why there is no test, as a sentence.
    pub sentence: String,
}

/// The difference of two cells, each with a variance of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RobustPair {
    /// Which cells.
    pub name: String,
    /// The difference of their means.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Welch's degrees of freedom.
    pub df: f64,
    /// p value that allows for all pairs.
    pub adjusted_p: f64,
    /// Lower end of an interval that allows for all pairs.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

impl RobustTest {
    /// The method as it is called in a sentence.
    pub(super) fn long_name(&self) -> &'static str {
        match self.method {
            "Welch" => "Welch's analysis of variance",
            "Friedman" => "Friedman's test",
            _ => "the Kruskal-Wallis test",
        }
    }

    fn new(method: &'static str, found: Result<Found, String>, alpha: f64) -> Self {
        let Found { statistic, df, residual_df, p, words } = match found {
            Ok(found) => found,
            Err(sentence) => {
                return Self { method, statistic: None, df: None, residual_df: None, p: None, sentence };
            }
        };
        let finding = if p < alpha { "the cells differ" } else { "no difference of the cells is shown" };
        let sentence = format!("{finding} ({words}, {})", words::p(p));
        Self { method, statistic: Some(statistic), df: Some(df), residual_df, p: Some(p), sentence }
    }
}

/// What a test found.
struct Found {
    statistic: f64,
    df: f64,
    residual_df: Option<f64>,
    p: f64,
    /// The statistic in words.
    words: String,
}

impl From<FTest> for Found {
    fn from(FTest { f, numerator, denominator, p }: FTest) -> Self {
        let words = format!("Welch's F({numerator}, {denominator:.1}) = {}", number(f));
        Self { statistic: f, df: numerator, residual_df: Some(denominator), p, words }
    }
}

impl From<ChiSquaredTest> for Found {
    fn from(ChiSquaredTest { statistic, freedom, p }: ChiSquaredTest) -> Self {
        let words = format!("χ²({freedom}) = {} of the ranks", number(statistic));
        Self { statistic, df: freedom as f64, residual_df: None, p, words }
    }
}

pub(super) fn robust(frame: &Frame, cells: &[Cell], question: &Question) -> Robust {
    let values: Vec<_> = cells.iter().map(|cell| cell.values(frame)).collect();
    let welch = of_cells(frame, "Welch's analysis of variance", || welch_anova(&values)).map(Found::from);
    let (method, ranks) = if frame.blocks().next().is_some() {
        ("Friedman", by_friedman(frame, cells))
    } else {
        ("Kruskal-Wallis", of_cells(frame, "the Kruskal-Wallis test", || kruskal_wallis(&values)))
    };
    let tests = vec![
        RobustTest::new("Welch", welch, question.alpha),
        RobustTest::new(method, ranks.map(Found::from), question.alpha),
    ];
    let pairs = of_cells(frame, "the comparison of Games and Howell", || games_howell(&values, question.level()));
    let pairs_absent = pairs.as_ref().err().cloned();
    Robust { tests, pairs: pairs.ok().map(|pairs| pairs.iter().map(|pair| row(pair, cells)).collect()), pairs_absent }
}

/// What a method of cells finds, unless the frame has what cells do not know of.
fn of_cells<T>(frame: &Frame, method: &str, compute: impl FnOnce() -> Result<T, AnalysisError>) -> Result<T, String> {
    if frame.blocks().next().is_some() {
        return Err(format!("{method} is not defined with blocks, whose rows belong together"));
    }
    check_covariates(frame, method)?;
    compute().map_err(|error| error.to_string())
}

fn check_covariates(frame: &Frame, method: &str) -> Result<(), String> {
    let names = frame.factors().enumerate().filter(|(factor, _)| frame.levels(*factor).is_empty());
    let names: Vec<_> = names.map(|(_, name)| name).collect();
    if names.is_empty() { Ok(()) } else { Err(format!("{method} cannot allow for {}", names.join(", "))) }
}

fn by_friedman(frame: &Frame, cells: &[Cell]) -> Result<ChiSquaredTest, String> {
    check_covariates(frame, "Friedman's test")?;
    let of_row = cell_of_row(cells, frame.rows());
    let blocks = grouped(frame, &frame.blocks().collect::<Vec<_>>());
    let complete = |rows: &Vec<usize>| {
        let mut rows = rows.clone();
        rows.sort_by_key(|&row| of_row[row]);
        let is_complete = rows.iter().map(|&row| of_row[row]).eq(0..cells.len());
        is_complete.then(|| rows.iter().map(|&row| frame.values()[row]).collect::<Vec<_>>())
    };
    let rows: Vec<_> = blocks.values().filter_map(complete).collect();
    if rows.len() < blocks.len() {
        let (lacking, all) = (blocks.len() - rows.len(), blocks.len());
        return Err(format!(
            "Friedman's test needs every cell once in every block, which {lacking} of {all} blocks do not have"
        ));
    }
    friedman(&rows).map_err(|error| error.to_string())
}

fn row(pair: &GroupPair, cells: &[Cell]) -> RobustPair {
    RobustPair {
        name: format!("{} - {}", cells[pair.left].name(), cells[pair.right].name()),
        estimate: pair.difference,
        se: pair.standard_error,
        df: pair.freedom,
        adjusted_p: pair.p,
        low: pair.interval.low,
        high: pair.interval.high,
    }
}
