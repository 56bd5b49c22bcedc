//! Rank methods: they use the order of the values only, so that no shape of distribution is assumed.
//!
//! Equal values share the mean of their ranks, and every variance is corrected for such ties.

mod dunn;
mod exact;
mod friedman;
mod kruskal_wallis;
mod mann_whitney;
mod rank;
mod signed_rank;

pub use dunn::{RankPair, dunn};
pub use friedman::friedman;
pub use kruskal_wallis::kruskal_wallis;
pub use mann_whitney::{MannWhitney, mann_whitney};
pub use rank::ranks;
pub use signed_rank::{SignedRank, signed_rank};

/// The null distribution that a p value was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The exact permutation distribution of the ranks, with their ties.
    Exact,
    /// A normal distribution, corrected for ties and for continuity.
    Normal,
}

/// A statistic with a chi-squared distribution in large samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquaredTest {
    /// The statistic, corrected for ties.
    pub statistic: f64,
    /// Degrees of freedom.
    pub freedom: usize,
    /// Its p value by the chi-squared distribution.
    pub p: f64,
}

/// The two-sided p of a rank sum by the normal distribution, with half a unit of continuity correction.
fn normal_p(deviation: f64, variance: f64) -> (f64, f64) {
    let shrunk = (deviation.abs() - 0.5).max(0.0).copysign(deviation);
    let z = shrunk / libm::sqrt(variance);
    (z, (2.0 * crate::distribution::normal::sf(z.abs())).min(1.0))
}
