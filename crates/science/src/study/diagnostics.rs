//! Checks of what the model assumes.

use serde::Serialize;

use super::Question;
use super::cells::{Cell, crossed};
use super::words::{number, some};
use crate::analysis::boxcox::box_cox;
use crate::analysis::normality::{anderson_darling, shapiro_wilk};
use crate::analysis::order::durbin_watson;
use crate::analysis::resample::Plan;
use crate::analysis::spread::brown_forsythe;
use crate::analysis::verdict::{self, Finding, Verdict};
use crate::linear::{Frame, Influence};

/// Most residuals for which the Shapiro-Wilk test is defined.
const MOST_SHAPIRO: usize = 5000;

/// Rows whose Cook's distance is above this move the whole fit (Cook and Weisberg 1982).
const INFLUENTIAL: f64 = 1.0;

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnostic {
    /// What the model assumes.
    pub assumption: &'static str,
    /// By which method it was checked.
    pub method: &'static str,
    /// Its statistic.
    pub statistic: Option<f64>,
    /// Its p value, if the method has one.
    pub p: Option<f64>,
    /// How it came out.
    #[serde(serialize_with = "name")]
    pub finding: Finding,
    /// The same as a sentence.
    pub sentence: String,
}

impl Diagnostic {
    fn new(
        assumption: &'static str,
        method: &'static str,
        numbers: (Option<f64>, Option<f64>),
        verdict: Verdict,
    ) -> Self {
        let ((statistic, p), Verdict { finding, sentence }) = (numbers, verdict);
        Self { assumption, method, statistic, p, finding, sentence }
    }
}

/// The finding in one word.
pub(super) fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Compatible => "compatible",
        Finding::Doubtful => "doubtful",
        Finding::Contradicted => "contradicted",
        Finding::Unchecked => "unchecked",
    }
}

fn name<S: serde::Serializer>(finding: &Finding, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(finding_name(*finding))
}

pub(super) fn diagnose(frame: &Frame, influence: &Influence, cells: &[Cell], question: &Question) -> Vec<Diagnostic> {
    let mut diagnostics = vec![
        normality(&influence.residuals),
        variances(&influence.residuals, cells),
        independence(&influence.residuals, question),
        influential(influence),
    ];
    // The levels of blocks and covariates are part of every value, so cells alone say nothing about the scale.
    if crossed(frame).len() == frame.factors().count() {
        diagnostics.push(scale(frame, cells, question));
    }
    diagnostics
}

fn normality(residuals: &[f64]) -> Diagnostic {
    let assumption = "residuals are normal";
    if residuals.len() > MOST_SHAPIRO {
        let test = anderson_darling(residuals);
        let numbers = test.as_ref().map_or((None, None), |test| (Some(test.statistic), Some(test.p)));
        return Diagnostic::new(assumption, "Anderson-Darling", numbers, verdict::anderson_darling(&test));
    }
    let test = shapiro_wilk(residuals);
    let numbers = test.as_ref().map_or((None, None), |test| (Some(test.statistic), Some(test.p)));
    Diagnostic::new(assumption, "Shapiro-Wilk", numbers, verdict::shapiro_wilk(&test))
}

fn variances(residuals: &[f64], cells: &[Cell]) -> Diagnostic {
    let of_cell = |cell: &Cell| cell.rows.iter().map(|&row| residuals[row]).collect::<Vec<_>>();
    let test = brown_forsythe(&cells.iter().map(of_cell).collect::<Vec<_>>());
    let numbers = test.as_ref().map_or((None, None), |test| (Some(test.f), Some(test.p)));
    Diagnostic::new("cells have one variance", "Brown-Forsythe", numbers, verdict::equal_variances(&test))
}

fn independence(residuals: &[f64], question: &Question) -> Diagnostic {
    let plan = Plan { draws: question.repeats(residuals.len()), ..Plan::new(question.seed) };
    let test = durbin_watson(residuals, &plan);
    let numbers = test.as_ref().map_or((None, None), |test| (Some(test.statistic), Some(test.permutation.p)));
    let verdict = verdict::durbin_watson(&test);
    Diagnostic::new("rows in the order of the table are independent", "Durbin-Watson", numbers, verdict)
}

fn influential(influence: &Influence) -> Diagnostic {
    let distances = influence.cooks_distances.iter().enumerate();
    let known: Vec<_> = distances.filter_map(|(row, distance)| Some((row, (*distance)?))).collect();
    let most = known.iter().map(|(_, distance)| *distance).reduce(f64::max);
    let rows: Vec<_> = known.iter().filter(|(_, distance)| *distance > INFLUENTIAL).map(|(row, _)| row + 1).collect();
    let (finding, sentence) = match most {
        None => (Finding::Unchecked, "no row's influence can be computed".to_owned()),
        Some(most) if rows.is_empty() => {
            (Finding::Compatible, format!("no row moves the fit by itself (largest Cook's distance {})", number(most)))
        }
        Some(most) => {
            let named = some(&rows.iter().map(ToString::to_string).collect::<Vec<_>>());
            let sentence =
                format!("row {named} moves the fit by itself (largest Cook's distance {}): look at it", number(most));
            (Finding::Doubtful, sentence)
        }
    };
    Diagnostic::new("no row decides the result", "Cook's distance", (most, None), Verdict { finding, sentence })
}

fn scale(frame: &Frame, cells: &[Cell], question: &Question) -> Diagnostic {
    let values: Vec<_> = cells.iter().map(|cell| cell.values(frame)).collect();
    let advice = box_cox(&values, question.level());
    let lambda = advice.as_ref().ok().map(|advice| advice.lambda);
    Diagnostic::new("the response is on a fitting scale", "Box-Cox", (lambda, None), verdict::box_cox(&advice))
}
