//! Whether values look like a sample of a normal distribution.

mod anderson_darling;
mod shapiro_wilk;

pub use anderson_darling::anderson_darling;
pub use shapiro_wilk::shapiro_wilk;

/// A test of normality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalityTest {
    /// The statistic.
    pub statistic: f64,
    /// p: small if the values do not look normal.
    pub p: f64,
}
