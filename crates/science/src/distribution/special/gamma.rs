//! The regularised incomplete gamma function.

use super::Tails;
use super::stirling::{log_gap, stirling_error};

/// Most terms of a series or steps of a fraction; up to [`LARGE`] both need about ten times the square root of the parameter.
const MAX_STEPS: u32 = 200_000;

/// From this parameter on the first terms of the asymptotic expansion are exact in double precision.
const LARGE: f64 = 1e8;

/// P(a, x) and Q(a, x), for `a` above 0 and `x` of at least 0.
pub(in super::super) fn incomplete_gamma(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        Tails::from_lower(0.0)
    } else if 0.1 * x > a.max(1e99) {
        Tails::from_lower(1.0)
    } else if a > LARGE {
        expansion(a, x)
    } else if x < a + 1.0 {
        Tails::from_lower(gamma_power(a, x) / a * series(a, x))
    } else {
        Tails::from_upper(gamma_power(a, x) * fraction(a, x))
    }
}

/// x^a e^-x / Γ(a), by what it is at its maximum and the distance from there (Loader 2000, Fast and accurate computation of
/// binomial probabilities).
pub(in super::super) fn gamma_power(a: f64, x: f64) -> f64 {
    let exponent = -stirling_error(a) - a * log_gap(x / a, (x - a) / a);
    libm::sqrt(a / (2.0 * core::f64::consts::PI)) * libm::exp(exponent)
}

/// Temme's uniform asymptotic expansion to its first order (Temme 1979, The asymptotic expansion of the incomplete gamma
/// functions).
fn expansion(a: f64, x: f64) -> Tails {
    let distance = (x - a) / a;
    let half_square = log_gap(x / a, distance);
    let eta = libm::copysign(libm::sqrt(2.0 * half_square), distance);
    // The limit at x = a is -1/3; near it the difference would cancel.
    let first = if distance.abs() < 1e-6 { -1.0 / 3.0 } else { 1.0 / distance - 1.0 / eta };
    let correction = first * libm::exp(-a * half_square) / libm::sqrt(2.0 * core::f64::consts::PI * a);
    let normal = eta * libm::sqrt(0.5 * a);
    let upper = 0.5 * libm::erfc(normal) + correction;
    let lower = 0.5 * libm::erfc(-normal) - correction;
    Tails { lower: lower.clamp(0.0, 1.0), upper: upper.clamp(0.0, 1.0) }
}

/// The sum of x^n / ((a + 1) ... (a + n)) (NIST's Digital Library of Mathematical Functions, 8.11.4).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..MAX_STEPS {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * (f64::EPSILON / 8.0) {
            break;
        }
    }
    sum
}

/// Legendre's continued fraction for Γ(a, x) / (x^a e^-x), by the modified method of Lentz (Press et al. 2007, Numerical
/// Recipes, section 6.2).
fn fraction(a: f64, x: f64) -> f64 {
    let mut denominator = x + 1.0 - a;
    let mut ratio = 1e300;
    let mut inverse = 1.0 / denominator;
    let mut result = inverse;
    for step in 1..MAX_STEPS {
        let n = f64::from(step);
        let numerator = -n * (n - a);
        denominator += 2.0;
        inverse = 1.0 / (numerator * inverse + denominator);
        ratio = denominator + numerator / ratio;
        let change = ratio * inverse;
        result *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    result
}
