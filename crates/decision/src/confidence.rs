//! How sure a success rate is.

/// The two-sided 95 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The lower bound of the score interval of a success rate at 95 % (Wilson, "Probable inference, the law of
/// succession, and statistical inference", JASA 1927), in [0, 1]; 0 without trials. More successes than trials count
/// as all.
#[must_use]
pub fn wilson_lower(successes: u32, trials: u32) -> f64 {
    if trials == 0 {
        return 0.0;
    }
    let n = f64::from(trials);
    let rate = f64::from(successes.min(trials)) / n;
    let z2 = Z * Z;
    let centre = rate + z2 / (2.0 * n);
    let spread = Z * libm::sqrt(rate * (1.0 - rate) / n + z2 / (4.0 * n * n));
    ((centre - spread) / (1.0 + z2 / n)).clamp(0.0, 1.0)
}

/// The upper bound of the same interval, in [0, 1]; 1 without trials.
#[must_use]
pub fn wilson_upper(successes: u32, trials: u32) -> f64 {
    1.0 - wilson_lower(trials.saturating_sub(successes), trials)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of R's `prop.test(x, n, correct = FALSE)`, whose interval is Wilson's.
    #[test]
    fn bounds_are_those_of_the_score_interval() {
        for (successes, trials, bound) in [(0, 10, 0.0), (10, 10, 0.722_467), (5, 10, 0.236_593), (81, 263, 0.255_289)]
        {
            let lower = wilson_lower(successes, trials);
            assert!((lower - bound).abs() < 1e-5, "{successes} of {trials}: {lower}");
        }
        assert_eq!((wilson_lower(0, 0), wilson_upper(0, 0)), (0.0, 1.0));
        let (upper, rate) = (wilson_upper(81, 263), 81.0 / 263.0);
        let score = (upper - rate) / (upper * (1.0 - upper) / 263.0).sqrt();
        assert!((score - Z).abs() < 1e-9, "the bound solves the score equation: {score}");
    }

    proptest! {
        #[test]
        fn more_evidence_of_the_same_rate_is_surer(successes in 1u32..1000, failures in 0u32..1000) {
            let trials = successes + failures;
            let lower = wilson_lower(successes, trials);
            prop_assert!((0.0..=f64::from(successes) / f64::from(trials)).contains(&lower));
            prop_assert!(wilson_lower(10 * successes, 10 * trials) > lower);
        }
    }
}
