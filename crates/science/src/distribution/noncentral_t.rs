//! The noncentral t distribution.

use super::normal;
use super::special::invert::root;
use super::special::scale::studentised;
use super::student_t;

/// Largest size of a noncentrality that is computed.
pub const MAX_NCP: f64 = 1e4;

/// Probability of a value up to `t` with `df` degrees of freedom and noncentrality `ncp`. NaN unless `df` is above 0 (it may
/// be infinite) and `ncp` between -[`MAX_NCP`] and [`MAX_NCP`], or if `t` is NaN.
#[must_use]
pub fn cdf(t: f64, df: f64, ncp: f64) -> f64 {
    sf(-t, df, -ncp)
}

/// Probability of a value above `t`: that a normal variable of mean `ncp` exceeds `t` times an independent estimate of its
/// standard deviation, as the mean over the estimates. NaN unless `df` is above 0 (it may be infinite) and `ncp` between
/// -[`MAX_NCP`] and [`MAX_NCP`], or if `t` is NaN.
#[must_use]
pub fn sf(t: f64, df: f64, ncp: f64) -> f64 {
    if !(df > 0.0 && ncp.abs() <= MAX_NCP) || t.is_nan() {
        f64::NAN
    } else if ncp == 0.0 {
        student_t::sf(t, df)
    } else if t.abs() > 1e100 {
        // No noncentrality that is computed makes a difference there.
        if t > 0.0 { 0.0 } else { 1.0 }
    } else {
        let peak = peak(t, df, ncp);
        studentised(t, df, peak, (t * peak).max(ncp.abs()), |scaled| normal::sf(scaled - ncp))
    }
}

/// The noncentrality with which a value up to `t` has probability `p`: an end of a confidence interval for it (Steiger and
/// Fouladi 1997, Noncentrality interval estimation and the evaluation of statistical models), within ±[`MAX_NCP`]. NaN
/// unless `p` lies strictly between 0 and 1 and the other parameters are as for [`cdf`].
#[must_use]
pub fn ncp_for(t: f64, df: f64, p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0) || t.is_nan() {
        return f64::NAN;
    }
    // Falls with the noncentrality. Of the two tails the smaller has the digits.
    let gap = |ncp: f64| {
        let gap = if p > 0.5 {
            libm::log(1.0 - p) - libm::log(sf(t, df, ncp))
        } else {
            libm::log(cdf(t, df, ncp)) - libm::log(p)
        };
        gap.clamp(-1e6, 1e6)
    };
    let start = t.clamp(-MAX_NCP, MAX_NCP);
    let rises = gap(start) > 0.0;
    let (mut near, mut far, mut width) = (start, start, 1.0 + start.abs() / libm::sqrt(df));
    while (gap(far) > 0.0) == rises {
        if far.abs() >= MAX_NCP && (far > 0.0) == rises {
            return far;
        }
        near = far;
        far = (far + if rises { width } else { -width }).clamp(-MAX_NCP, MAX_NCP);
        width *= 2.0;
    }
    root(gap, (near, gap(near)), (far, gap(far)))
}

/// The estimate of the standard deviation that contributes most to the tail.
fn peak(t: f64, df: f64, ncp: f64) -> f64 {
    let product = t * ncp;
    let sum = df + t * t;
    // The larger root of (df + t²) s² - t ncp s - df = 0, without cancellation.
    let spread = libm::sqrt(product * product + 4.0 * df * sum);
    let peak = if product > 0.0 { (product + spread) / (2.0 * sum) } else { 2.0 * df / (spread - product) };
    if t * peak > ncp { peak } else { 1.0 }
}
