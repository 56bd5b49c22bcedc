//! The Anderson-Darling test.

use super::NormalityTest;
use crate::analysis::{AnalysisError, sample};
use crate::distribution::normal;

const METHOD: &str = "the Anderson-Darling test";
const LEAST: usize = 8;

/// The Anderson-Darling test (1954) with mean and variance estimated from at least 8 values. The statistic is A², and p comes
/// from A² (1 + 0.75 / n + 2.25 / n²) by the formulas of D'Agostino and Stephens, Goodness-of-Fit Techniques, 1986, table 4.9.
/// The formulas end at a corrected A² of 13, where p is below 1e-29; beyond it p is 0.
///
/// # Errors
/// If there are fewer than 8 values, one is not usable, or all are equal.
pub fn anderson_darling(values: &[f64]) -> Result<NormalityTest, AnalysisError> {
    sample::check("the values", values)?;
    let got = values.len();
    if got < LEAST {
        return Err(AnalysisError::TooFew { method: METHOD, least: LEAST, what: "values", got });
    }
    let moments = sample::moments(METHOD, "the values", values)?;
    if moments.is_constant() {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "all values are equal" });
    }
    let sd = libm::sqrt(moments.variance);
    let sorted: Vec<_> = sample::sorted(values).iter().map(|value| (value - moments.mean) / sd).collect();
    let n = got as f64;
    let term = |(place, (low, high)): (usize, (&f64, &f64))| {
        (2 * place + 1) as f64 * (log_upper_tail(-low) + log_upper_tail(*high))
    };
    let sum: f64 = sorted.iter().zip(sorted.iter().rev()).enumerate().map(term).sum();
    let statistic = AnalysisError::finite(METHOD, -n - sum / n)?;
    Ok(NormalityTest { statistic, p: p_value(statistic * (1.0 + 0.75 / n + 2.25 / (n * n))) })
}

/// The logarithm of the normal upper tail; by its asymptotic series where the tail itself underflows.
fn log_upper_tail(x: f64) -> f64 {
    if x < 37.0 {
        return libm::log(normal::sf(x));
    }
    let inverse = 1.0 / (x * x);
    let density = -x * x / 2.0 - libm::log(2.0 * std::f64::consts::PI) / 2.0;
    density - libm::log(x) + libm::log1p(-inverse + 3.0 * inverse * inverse)
}

fn p_value(a: f64) -> f64 {
    let p = match a {
        _ if a < 0.2 => 1.0 - libm::exp(-13.436 + 101.14 * a - 223.73 * a * a),
        _ if a < 0.34 => 1.0 - libm::exp(-8.318 + 42.796 * a - 59.938 * a * a),
        _ if a < 0.6 => libm::exp(0.9177 - 4.279 * a - 1.38 * a * a),
        _ if a <= 13.0 => libm::exp(1.2937 - 5.709 * a + 0.0186 * a * a),
        _ => 0.0,
    };
    p.clamp(0.0, 1.0)
}
