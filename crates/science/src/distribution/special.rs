//! Special functions and numerical methods that the distributions are made of.

pub(super) mod beta;
pub(super) mod gamma;
pub(super) mod invert;
pub(super) mod mixture;
pub(super) mod scale;
mod stirling;

/// More degrees of freedom than this are as good as infinitely many.
pub(super) const MANY: f64 = 1e15;

/// Both tails of a distribution at a point; each is accurate relative to itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tails {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

impl Tails {
    fn from_lower(lower: f64) -> Self {
        let lower = lower.clamp(0.0, 1.0);
        Self { lower, upper: 1.0 - lower }
    }

    fn from_upper(upper: f64) -> Self {
        Self::from_lower(upper).swapped()
    }

    pub(super) fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}
