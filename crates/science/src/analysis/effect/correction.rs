//! The correction of Cohen's d for small samples.

/// Above these degrees of freedom the series has all digits.
const LARGE: f64 = 60.0;

/// Hedges' exact correction (1981) for a standard deviation with these degrees of freedom, above 1: the factor
/// Γ(f/2) / (sqrt(f/2) Γ((f-1)/2)) that takes the bias from d. It lies between 0 and 1, and is absent for 1 degree or fewer,
/// where d has no mean.
#[must_use]
pub fn hedges_correction(freedom: f64) -> Option<f64> {
    if freedom.is_nan() || freedom <= 1.0 {
        return None;
    }
    let (half, below) = (freedom / 2.0, (freedom - 1.0) / 2.0);
    if freedom <= LARGE {
        return Some(libm::tgamma(half) / libm::tgamma(below) / libm::sqrt(half));
    }
    // The series of Γ(z + 1/2) / (Γ(z) sqrt z) in 1/z, from Stirling's.
    let z = 1.0 / below;
    let terms = [1.0, -1.0 / 8.0, 1.0 / 128.0, 5.0 / 1024.0, -21.0 / 32768.0, -399.0 / 262144.0];
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * z + term);
    Some(series * libm::sqrt(1.0 - 1.0 / freedom))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formulas_meet() {
        let exact = |f: f64| libm::tgamma(f / 2.0) / libm::tgamma((f - 1.0) / 2.0) / libm::sqrt(f / 2.0);
        for freedom in [60.5, 80.0, 120.0, 200.0] {
            let (got, expected) = (hedges_correction(freedom).unwrap(), exact(freedom));
            assert!((got - expected).abs() < 1e-11, "{freedom}: {got} {expected}");
        }
    }

    #[test]
    fn large_samples_need_no_correction_and_tiny_ones_have_none() {
        assert_eq!(hedges_correction(f64::INFINITY), Some(1.0));
        assert_eq!([1.0, 0.5, f64::NAN].map(hedges_correction), [None; 3]);
        assert!((hedges_correction(2.0).unwrap() - 1.0 / std::f64::consts::PI.sqrt()).abs() < 1e-15);
    }
}
