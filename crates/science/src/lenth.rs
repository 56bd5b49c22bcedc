//! Lenth's method: which effects of an unreplicated design are real (Lenth 1989, Quick and easy analysis of unreplicated
//! factorials).
//!
//! Such a design leaves no degrees of freedom for the error. If few of its effects are real, the others show how much effects
//! vary by chance.

use crate::distribution::student_t;
use crate::stats::median;

/// Fewest effects that say something about their own noise.
pub const MIN_EFFECTS: usize = 3;

/// Effects beyond this could overflow.
const LARGEST: f64 = 1e150;

/// How much effects vary by chance, and how large one must be to be real.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lenth {
    /// Pseudo standard error of an effect, in its unit; above 0.
    pub error: f64,
    /// Degrees of freedom of the error: a third of the number of effects.
    pub df: f64,
    /// Margin of error: a single effect without cause exceeds it with probability 1 - level.
    pub margin: f64,
    /// Simultaneous margin of error: the largest of all effects, without cause, exceeds it with about probability 1 - level.
    pub simultaneous: f64,
}

/// What an effect is by its margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Within the margin of error: no different from noise.
    Noise,
    /// Beyond the margin of error, but within the simultaneous one: among so many effects one as large may be noise.
    Unclear,
    /// Beyond the simultaneous margin of error.
    Real,
}

/// Why effects have no margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LenthError {
    /// There are too few effects.
    #[error("{0} effects do not show their own noise; Lenth's method needs at least {MIN_EFFECTS}")]
    TooFew(usize),
    /// An effect is NaN, infinite or too large.
    #[error("the effect at index {0} is not a usable number")]
    NotFinite(usize),
    /// Too many effects are zero.
    #[error("so many effects are 0 that they show no noise to compare the others with")]
    NoNoise,
    /// A level of confidence must lie between 0 and 1.
    #[error("a level of confidence lies between 0 and 1")]
    Level,
}

/// The margins of effects that all have the same standard error, such as those of an orthogonal two-level design, at a
/// `level` of confidence between 0 and 1. The pseudo standard error is 1.5 times the median of those absolute effects that
/// are below 2.5 times a first such estimate from all of them.
///
/// # Errors
/// If there are fewer than [`MIN_EFFECTS`] effects, one is not usable, the level is out of range, or the effects show no
/// noise.
pub fn lenth(effects: &[f64], level: f64) -> Result<Lenth, LenthError> {
    if !(level > 0.0 && level < 1.0) {
        return Err(LenthError::Level);
    }
    if effects.len() < MIN_EFFECTS {
        return Err(LenthError::TooFew(effects.len()));
    }
    if let Some(index) = effects.iter().position(|effect| effect.is_nan() || effect.abs() > LARGEST) {
        return Err(LenthError::NotFinite(index));
    }
    let mut sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let first = 1.5 * median(&sizes);
    let error = 1.5 * median(&sizes[..sizes.partition_point(|&size| size < 2.5 * first)]);
    if error == 0.0 {
        return Err(LenthError::NoNoise);
    }
    let df = effects.len() as f64 / 3.0;
    // All of m independent effects stay within the margin with probability `level`.
    let beyond = -libm::expm1(libm::log(level) / effects.len() as f64);
    let margin = |beyond: f64| error * student_t::upper_quantile(beyond / 2.0, df);
    Ok(Lenth { error, df, margin: margin(1.0 - level), simultaneous: margin(beyond) })
}

impl Lenth {
    /// What an effect is by its margins.
    #[must_use]
    pub fn verdict(&self, effect: f64) -> Verdict {
        if effect.abs() > self.simultaneous {
            Verdict::Real
        } else if effect.abs() > self.margin {
            Verdict::Unclear
        } else {
            Verdict::Noise
        }
    }

    /// The probability that a single effect without cause is larger than this one, in absolute value; about, as the
    /// distribution of an effect over its pseudo standard error is only near Student's.
    #[must_use]
    pub fn p(&self, effect: f64) -> f64 {
        2.0 * student_t::sf(effect.abs() / self.error, self.df)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_without_margins_are_refused() {
        assert_eq!(lenth(&[1.0, 2.0], 0.95), Err(LenthError::TooFew(2)));
        assert_eq!(lenth(&[1.0, f64::NAN, 2.0], 0.95), Err(LenthError::NotFinite(1)));
        assert_eq!(lenth(&[1.0, 2.0, f64::INFINITY], 0.95), Err(LenthError::NotFinite(2)));
        assert_eq!(lenth(&[0.0, 0.0, 0.0, 5.0], 0.95), Err(LenthError::NoNoise));
        assert_eq!(lenth(&[0.0, 0.0, 1.0, 9.0, 9.0], 0.95), Err(LenthError::NoNoise));
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(lenth(&[1.0, 2.0, 3.0], level), Err(LenthError::Level));
        }
    }

    #[test]
    fn margins_scale_with_the_effects() {
        let effects = [0.3, -0.1, 4.0, 0.2, -0.25, 0.05, 1.1];
        let one = lenth(&effects, 0.95).unwrap();
        let scaled = lenth(&effects.map(|effect| -8.0 * effect), 0.95).unwrap();
        assert_eq!((scaled.error, scaled.margin), (8.0 * one.error, 8.0 * one.margin));
        assert_eq!(one.verdict(-4.0), Verdict::Real);
        assert_eq!(one.verdict(0.3), Verdict::Noise);
        assert!((one.p(one.margin) - 0.05).abs() < 1e-12);
    }
}
