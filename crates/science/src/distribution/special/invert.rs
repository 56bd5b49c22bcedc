//! Inverting a tail probability.

/// Most halvings of an interval of two doubles.
const MAX_STEPS: usize = 200;

/// Logarithms of the smallest and the largest value looked for.
const LOG_RANGE: (f64, f64) = (-700.0, 700.0);

/// Whether a probability grows or falls with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slope {
    Rising,
    Falling,
}

/// The positive value whose probability by `tail`, a monotone function of this slope, is `target`, between 0 and 1. `start`
/// is a guess above 0. If no value between 1e-304 and 1e304 has this probability, the nearer end is returned.
pub(crate) fn invert_positive(slope: Slope, tail: impl Fn(f64) -> f64, target: f64, start: f64) -> f64 {
    let log_target = libm::log(target);
    // The logarithm of a tail is nearly linear in the logarithm of the value or bends slowly.
    let gap = |u: f64| (libm::log(tail(libm::exp(u))) - log_target).clamp(-1e6, 1e6);
    let middle = libm::log(start).clamp(LOG_RANGE.0, LOG_RANGE.1);
    let (mut low, mut high, mut width) = (middle, middle, 0.5);
    let (mut below, mut above) = (gap(low), gap(high));
    while below > 0.0 && above > 0.0 || below < 0.0 && above < 0.0 {
        if (below > 0.0) == (slope == Slope::Rising) {
            if low <= LOG_RANGE.0 {
                return libm::exp(low);
            }
            (high, above) = (low, below);
            low = (low - width).max(LOG_RANGE.0);
            below = gap(low);
        } else {
            if high >= LOG_RANGE.1 {
                return libm::exp(high);
            }
            (low, below) = (high, above);
            high = (high + width).min(LOG_RANGE.1);
            above = gap(high);
        }
        width *= 2.0;
    }
    libm::exp(root(gap, (low, below), (high, above)))
}

/// The root of a continuous function between two points at which its signs differ (Chandrupatla 1997, A new hybrid
/// quadratic/bisection algorithm for finding the zero of a nonlinear function without using derivatives).
pub(in super::super) fn root(function: impl Fn(f64) -> f64, first: (f64, f64), second: (f64, f64)) -> f64 {
    let ((mut a, mut fa), (mut b, mut fb)) = (first, second);
    let mut share = 0.5;
    for _ in 0..MAX_STEPS {
        let x = a + share * (b - a);
        let fx = function(x);
        let (c, fc);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let best = if fa.abs() < fb.abs() { a } else { b };
        let tolerance = f64::EPSILON * best.abs().max(f64::MIN_POSITIVE) / (b - a).abs();
        if tolerance > 0.5 || fa == 0.0 || fb == 0.0 {
            return if fa.abs() < fb.abs() { a } else { b };
        }
        share = inverse_quadratic((a, fa), (b, fb), (c, fc)).unwrap_or(0.5).clamp(tolerance, 1.0 - tolerance);
    }
    a
}

/// Where between the first two points the inverse parabola through three points has its zero, as a share of the way; absent
/// if the parabola is not trustworthy.
fn inverse_quadratic((a, fa): (f64, f64), (b, fb): (f64, f64), (c, fc): (f64, f64)) -> Option<f64> {
    let place = (a - b) / (c - b);
    let height = (fa - fb) / (fc - fb);
    let trusted = height * height < place && (1.0 - height) * (1.0 - height) < 1.0 - place;
    trusted.then(|| fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb))
}
