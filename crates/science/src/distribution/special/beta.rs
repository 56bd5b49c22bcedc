//! The regularised incomplete beta function.

use super::Tails;
use super::gamma::{gamma_power, incomplete_gamma};
use super::stirling::{log_gap, stirling_error};

/// Most steps of the continued fraction; it needs about the square root of the larger parameter.
const MAX_STEPS: u32 = 1_000_000;

/// Stands for a zero denominator.
const TINY: f64 = 1e-300;

/// I_x(a, b) and its complement, for `a` and `b` above 0, `x` in [0, 1] and `y` = 1 - x, which the caller knows to full
/// precision.
pub(in super::super) fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        Tails::from_lower(0.0)
    } else if y <= 0.0 {
        Tails::from_lower(1.0)
    } else if a < b {
        incomplete_beta_of_larger(b, a, y, x).swapped()
    } else {
        incomplete_beta_of_larger(a, b, x, y)
    }
}

/// The same, where `a` is not below `b`.
fn incomplete_beta_of_larger(a: f64, b: f64, x: f64, y: f64) -> Tails {
    near_gamma(a, b, x, y).unwrap_or_else(|| by_fraction(a, b, x, y))
}

fn by_fraction(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x > (a + 1.0) / (a + b + 2.0) {
        by_fraction(b, a, y, x).swapped()
    } else {
        Tails::from_lower(beta_power(a, b, x, y) / a * fraction(a, b, x))
    }
}

/// Two terms of the expansion for `a` far above `b`, in which the gamma distribution is the first (DiDonato and Morris 1992,
/// Algorithm 708, the expansion of their BGRAT); absent where the terms left out would matter. The fraction would lose digits
/// there.
fn near_gamma(a: f64, b: f64, x: f64, y: f64) -> Option<Tails> {
    let scale = a + 0.5 * (b - 1.0);
    let z = -scale * if y < 0.5 { libm::log1p(-y) } else { libm::log(x) };
    let small = 1.0 / (24.0 * scale * scale);
    let next = b * (b + 1.0 + z) * (b + 1.0 + z) * small;
    if next.is_nan() || next > 1e-7 {
        return None;
    }
    let Tails { lower, upper } = incomplete_gamma(b, z);
    let weight = (b - 1.0) * small;
    let correction = weight * gamma_power(b, z) * (z + b + 1.0) / (1.0 + weight * b * (b + 1.0));
    Some(Tails { lower: upper + correction, upper: lower - correction })
}

/// x^a y^b / B(a, b), by what it is at its maximum and the distance from there (Loader 2000, Fast and accurate computation
/// of binomial probabilities).
pub(in super::super) fn beta_power(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let sum = a + b;
    let distance = b * x - a * y;
    let exponent = stirling_error(sum)
        - stirling_error(a)
        - stirling_error(b)
        - a * log_gap(x * sum / a, distance / a)
        - b * log_gap(y * sum / b, -distance / b);
    libm::sqrt(a / sum * b / (2.0 * core::f64::consts::PI)) * libm::exp(exponent)
}

/// The continued fraction of NIST's Digital Library of Mathematical Functions, 8.17.22, by the modified method of Lentz.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut ratio = 1.0;
    let mut inverse = 1.0 / nonzero(1.0 - (a + b) / (a + 1.0) * x);
    let mut result = inverse;
    for step in 1..MAX_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) / (a + 2.0 * m - 1.0) / (a + 2.0 * m) * x;
        let odd = -(a + m) / (a + 2.0 * m) * (a + b + m) / (a + 2.0 * m + 1.0) * x;
        let mut change = 1.0;
        for coefficient in [even, odd] {
            inverse = 1.0 / nonzero(1.0 + coefficient * inverse);
            ratio = nonzero(1.0 + coefficient / ratio);
            change = ratio * inverse;
            result *= change;
        }
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    result
}
