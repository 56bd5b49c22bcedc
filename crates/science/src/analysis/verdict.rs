//! What a check of the assumptions says, in words.

use super::AnalysisError;
use super::boxcox::{BoxCox, Transformation};
use super::compare::FTest;
use super::normality::NormalityTest;
use super::order::{DurbinWatson, Runs};

/// The rule behind the findings, for reports.
pub const RULE: &str = "A check with p of at least 0.05 is compatible with the assumption, below 0.05 it is doubtful, \
    below 0.01 contradicted. Few runs rarely contradict anything, and many runs contradict what does not matter: look at \
    the plots too.";

/// Below this an assumption is doubtful.
const DOUBTFUL: f64 = 0.05;

/// Below this it is contradicted.
const CONTRADICTED: f64 = 0.01;

/// How an assumption came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Nothing speaks against it.
    Compatible,
    /// Something speaks against it.
    Doubtful,
    /// It does not hold.
    Contradicted,
    /// It could not be checked.
    Unchecked,
}

/// A finding with its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The finding.
    pub finding: Finding,
    /// What was found, with the numbers, and what to do about it; no full stop at the end.
    pub sentence: String,
}

/// The verdict on normal residuals by the Shapiro-Wilk test.
#[must_use]
pub fn shapiro_wilk(test: &Result<NormalityTest, AnalysisError>) -> Verdict {
    NORMALITY.verdict(test, |test| (test.p, format!("W = {:.3}", test.statistic)))
}

/// The verdict on normal residuals by the Anderson-Darling test.
#[must_use]
pub fn anderson_darling(test: &Result<NormalityTest, AnalysisError>) -> Verdict {
    NORMALITY.verdict(test, |test| (test.p, format!("A² = {:.3}", test.statistic)))
}

/// The verdict on equal variances by Levene's or the Brown-Forsythe test.
#[must_use]
pub fn equal_variances(test: &Result<FTest, AnalysisError>) -> Verdict {
    VARIANCES.verdict(test, |test| (test.p, format!("F({}, {}) = {:.2}", test.numerator, test.denominator, test.f)))
}

/// The verdict on independent neighbours by the Durbin-Watson statistic.
#[must_use]
pub fn durbin_watson(test: &Result<DurbinWatson, AnalysisError>) -> Verdict {
    NEIGHBOURS.verdict(test, |test| {
        (test.permutation.p, format!("Durbin-Watson = {:.2}, correlation {:.2}", test.statistic, test.correlation))
    })
}

/// The verdict on a random order by the runs test.
#[must_use]
pub fn runs(test: &Result<Runs, AnalysisError>) -> Verdict {
    ORDER.verdict(test, |test| (test.p, format!("{} runs, {:.1} expected", test.runs, test.expected)))
}

/// The verdict on the scale of the response: compatible if the interval of the power contains 1, doubtful otherwise.
#[must_use]
pub fn box_cox(advice: &Result<BoxCox, AnalysisError>) -> Verdict {
    let advice = match advice {
        Ok(advice) => advice,
        Err(error) => return unchecked("the scale of the response", error),
    };
    let end = |end: Option<f64>| end.map_or_else(|| "open".to_owned(), |end| format!("{end:.2}"));
    let numbers = format!("λ = {:.2}, interval {} to {}", advice.lambda, end(advice.low), end(advice.high));
    let what = match advice.advice {
        Transformation::None => {
            let sentence = format!("the response needs no transformation ({numbers})");
            return Verdict { finding: Finding::Compatible, sentence };
        }
        Transformation::Logarithm => "its logarithm".to_owned(),
        Transformation::SquareRoot => "its square root".to_owned(),
        Transformation::InverseSquareRoot => "one over its square root".to_owned(),
        Transformation::Inverse => "one over it".to_owned(),
        Transformation::Square => "its square".to_owned(),
        Transformation::Power(power) => format!("its power {power:.2}"),
    };
    let sentence =
        format!("the response is nearer to normal with one variance on another scale ({numbers}): analyse {what}");
    Verdict { finding: Finding::Doubtful, sentence }
}

/// An assumption in words.
struct Assumption {
    name: &'static str,
    compatible: &'static str,
    doubtful: &'static str,
    contradicted: &'static str,
    advice: &'static str,
}

const NORMALITY: Assumption = Assumption {
    name: "normality",
    compatible: "the residuals are compatible with normality",
    doubtful: "it is doubtful whether the residuals are normal",
    contradicted: "the residuals are not normal",
    advice: "confirm with a rank or permutation test",
};

const VARIANCES: Assumption = Assumption {
    name: "equality of the variances",
    compatible: "the groups are compatible with one variance",
    doubtful: "it is doubtful whether the groups have one variance",
    contradicted: "the groups have different variances",
    advice: "use the methods of Welch and Games-Howell",
};

const NEIGHBOURS: Assumption = Assumption {
    name: "independence of neighbouring runs",
    compatible: "neighbouring runs are compatible with independence",
    doubtful: "it is doubtful whether neighbouring runs are independent",
    contradicted: "neighbouring runs are correlated",
    advice: "look for a drift, and randomise the run order",
};

const ORDER: Assumption = Assumption {
    name: "randomness of the order",
    compatible: "the order of the residuals is compatible with chance",
    doubtful: "it is doubtful whether the order of the residuals is chance",
    contradicted: "the order of the residuals is not chance",
    advice: "look for a drift, and randomise the run order",
};

impl Assumption {
    fn verdict<T>(&self, test: &Result<T, AnalysisError>, read: impl Fn(&T) -> (f64, String)) -> Verdict {
        let (p, numbers) = match test {
            Ok(test) => read(test),
            Err(error) => return unchecked(self.name, error),
        };
        let numbers = format!("({numbers}, {})", p_in_words(p));
        let (finding, sentence) = if p >= DOUBTFUL {
            (Finding::Compatible, format!("{} {numbers}", self.compatible))
        } else if p >= CONTRADICTED {
            (Finding::Doubtful, format!("{} {numbers}: {}", self.doubtful, self.advice))
        } else {
            (Finding::Contradicted, format!("{} {numbers}: {}", self.contradicted, self.advice))
        };
        Verdict { finding, sentence }
    }
}

fn unchecked(name: &str, error: &AnalysisError) -> Verdict {
    Verdict { finding: Finding::Unchecked, sentence: format!("{name} was not checked: {error}") }
}

/// Two digits where they matter, and never a p that rounds to the other side of a limit.
fn p_in_words(p: f64) -> String {
    match p {
        _ if p < 0.001 => "p < 0.001".to_owned(),
        _ if p < 0.1 => format!("p = {p:.3}"),
        _ => format!("p = {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normality(p: f64) -> Verdict {
        shapiro_wilk(&Ok(NormalityTest { statistic: 0.9823, p }))
    }

    #[test]
    fn sentences_follow_the_rule() {
        let sentence = "the residuals are compatible with normality (W = 0.982, p = 0.31)";
        assert_eq!(normality(0.31), Verdict { finding: Finding::Compatible, sentence: sentence.to_owned() });
        assert_eq!(normality(0.05).finding, Finding::Compatible);
        assert_eq!(normality(0.049).finding, Finding::Doubtful);
        assert_eq!(normality(0.01).finding, Finding::Doubtful);
        assert_eq!(normality(0.0099).finding, Finding::Contradicted);
        let sentence = "the residuals are not normal (W = 0.982, p < 0.001): confirm with a rank or permutation test";
        assert_eq!(normality(0.0), Verdict { finding: Finding::Contradicted, sentence: sentence.to_owned() });
    }

    #[test]
    fn what_was_not_checked_says_why() {
        let error = AnalysisError::NoSpread { method: "the Brown-Forsythe test", what: "all values are equal" };
        let verdict = equal_variances(&Err(error));
        assert_eq!(verdict.finding, Finding::Unchecked);
        let start = "equality of the variances was not checked: the Brown-Forsythe test cannot be computed";
        assert!(verdict.sentence.starts_with(start), "{}", verdict.sentence);
    }

    #[test]
    fn a_scale_is_advised_in_words() {
        let advice = BoxCox { lambda: 0.04, low: Some(-0.2), high: None, advice: Transformation::Logarithm };
        let verdict = box_cox(&Ok(advice));
        assert_eq!(verdict.finding, Finding::Doubtful);
        assert!(verdict.sentence.ends_with("(λ = 0.04, interval -0.20 to open): analyse its logarithm"));
    }
}
