//! The Shapiro-Wilk test.

use super::NormalityTest;
use crate::analysis::{AnalysisError, sample};
use crate::distribution::normal;

const METHOD: &str = "the Shapiro-Wilk test";
const LEAST: usize = 3;
const MOST: usize = 5000;

/// The Shapiro-Wilk test (1965) with the weights and the p of Royston's algorithm AS R94 (Applied Statistics 44, 1995), for 3
/// to 5000 values. The statistic W lies between 0 and 1.
///
/// # Errors
/// If there are fewer than 3 or more than 5000 values, one is not usable, or all are equal.
pub fn shapiro_wilk(values: &[f64]) -> Result<NormalityTest, AnalysisError> {
    sample::check("the values", values)?;
    let got = values.len();
    if got < LEAST {
        return Err(AnalysisError::TooFew { method: METHOD, least: LEAST, what: "values", got });
    }
    if got > MOST {
        let advice = "use the Anderson-Darling test";
        return Err(AnalysisError::TooMany { method: METHOD, most: MOST, what: "values", got, advice });
    }
    let sorted = sample::sorted(values);
    let (low, high) = (sorted[0], sorted[got - 1]);
    if sample::is_rounding(high - low, low.abs().max(high.abs())) {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "all values are equal" });
    }
    let middle = low / 2.0 + high / 2.0;
    let scaled: Vec<_> = sorted.iter().map(|value| (value - middle) / (high - low)).collect();
    let distance = distance(&scaled, &weights(got));
    Ok(NormalityTest { statistic: 1.0 - distance, p: p_value(got, distance) })
}

/// The weights of the lower half, from the outermost on; those of the upper half are the same with the other sign.
fn weights(n: usize) -> Vec<f64> {
    if n == LEAST {
        return vec![std::f64::consts::FRAC_1_SQRT_2];
    }
    let scores: Vec<_> = (1..=n / 2).map(|rank| -normal::quantile((rank as f64 - 0.375) / (n as f64 + 0.25))).collect();
    let squares = 2.0 * scores.iter().map(|score| score * score).sum::<f64>();
    let root = 1.0 / libm::sqrt(n as f64);
    let first =
        scores[0] / libm::sqrt(squares) + polynomial(&[0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root);
    let mut weights = vec![first];
    if n > 5 {
        weights.push(
            scores[1] / libm::sqrt(squares)
                + polynomial(&[0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root),
        );
    }
    let outer = weights.len();
    let left = squares - 2.0 * scores[..outer].iter().map(|score| score * score).sum::<f64>();
    let share = 1.0 - 2.0 * weights.iter().map(|weight| weight * weight).sum::<f64>();
    let scale = libm::sqrt(left / share);
    weights.extend(scores[outer..].iter().map(|score| score / scale));
    weights
}

/// 1 - W for ascending values, computed without cancellation near 0.
fn distance(sorted: &[f64], half: &[f64]) -> f64 {
    let n = sorted.len();
    let weight = |place: usize| match place {
        low if low < half.len() => -half[low],
        high if n - 1 - high < half.len() => half[n - 1 - high],
        _ => 0.0,
    };
    let mean = sorted.iter().sum::<f64>() / n as f64;
    let (mut weights, mut squares, mut products) = (0.0, 0.0, 0.0);
    for (place, value) in sorted.iter().enumerate() {
        let (weight, deviation) = (weight(place), value - mean);
        weights += weight * weight;
        squares += deviation * deviation;
        products += weight * deviation;
    }
    let root = libm::sqrt(weights * squares);
    ((root - products) * (root + products) / (weights * squares)).max(0.0)
}

fn p_value(n: usize, distance: f64) -> f64 {
    if n == LEAST {
        let least = std::f64::consts::FRAC_PI_3;
        return (6.0 / std::f64::consts::PI * (libm::asin(libm::sqrt(1.0 - distance)) - least)).clamp(0.0, 1.0);
    }
    let size = n as f64;
    let log = libm::log(distance);
    let (value, mean, sd) = if n <= 11 {
        let bound = polynomial(&[-2.273, 0.459], size);
        if log >= bound {
            return 0.0;
        }
        let mean = polynomial(&[0.544, -0.39978, 0.025054, -6.714e-4], size);
        let sd = libm::exp(polynomial(&[1.3822, -0.77857, 0.062767, -0.0020322], size));
        (-libm::log(bound - log), mean, sd)
    } else {
        let size = libm::log(size);
        let mean = polynomial(&[-1.5861, -0.31082, -0.083751, 0.0038915], size);
        (log, mean, libm::exp(polynomial(&[-0.4803, -0.082676, 0.0030302], size)))
    };
    normal::sf((value - mean) / sd)
}

/// A polynomial by its coefficients, from the constant on.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}
