//! The parts of densities that would cancel if they were computed from logarithms of gamma functions.

/// ln(sqrt(2 pi)).
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// Coefficients of 1/z, 1/z³, 1/z⁵, ... in Stirling's series (Abramowitz and Stegun 1964, 6.1.41).
const SERIES: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// What Stirling's formula leaves of ln Γ(z), for `z` above 0: ln Γ(z) - (z - 1/2) ln z + z - ln sqrt(2 pi).
pub(super) fn stirling_error(z: f64) -> f64 {
    if z < 10.0 {
        return libm::lgamma(z) - (z - 0.5) * libm::log(z) + z - LN_SQRT_TAU;
    }
    let square = 1.0 / (z * z);
    SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) / z
}

/// u - ln(ratio) where u = ratio - 1, which the caller knows without cancellation; ratio above 0.
pub(super) fn log_gap(ratio: f64, u: f64) -> f64 {
    if !(-0.5..0.5).contains(&u) {
        return u - libm::log(ratio);
    }
    // ln(1 + u) = 2 artanh(r), and u - 2 r = u r.
    let r = u / (2.0 + u);
    let square = r * r;
    let tail = (1..20).rev().fold(0.0, |sum, k| (sum + 1.0 / f64::from(2 * k + 1)) * square);
    u * r - 2.0 * r * tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.3, 40 digits.
    #[test]
    fn references_are_met() {
        for (z, expected) in [
            (0.01, 1.434_007_953_703_184_2),
            (0.5, 0.153_426_409_720_027_35),
            (3.0, 0.027_677_925_684_998_34),
            (9.99, 0.008_338_896_797_734_33),
            (10.01, 0.008_322_246_702_576_165),
            (1e6, 8.333_333_333_333_056e-8),
        ] {
            assert!((stirling_error(z) - expected).abs() < 1e-14, "{z}: {}", stirling_error(z));
        }
        for u in [-0.5 - 1e-12, -0.5 + 1e-12, 0.5 - 1e-12, 0.5 + 1e-12] {
            let direct = u - libm::log1p(u);
            assert!((log_gap(1.0 + u, u) / direct - 1.0).abs() < 1e-14, "{u}");
        }
        assert!((log_gap(1.0 + 1e-8, 1e-8) / (5e-17 - 1e-24 / 3.0) - 1.0).abs() < 1e-15);
    }
}
