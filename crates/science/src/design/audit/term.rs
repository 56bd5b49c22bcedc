//! Terms of a model.

use super::{AuditError, DesignMatrix, Levels};

/// A term of a linear model: a product of factors, each to a power; without factors it is the mean.
///
/// A factor with categories enters by all its contrasts, so its terms have several coefficients.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(Vec<(usize, u32)>);

impl Term {
    /// The mean, which every model has.
    #[must_use]
    pub fn mean() -> Self {
        Self(vec![])
    }

    /// The main effect of a factor.
    #[must_use]
    pub fn main(factor: usize) -> Self {
        Self::product(&[(factor, 1)])
    }

    /// The interaction of factors; one that comes twice is squared.
    #[must_use]
    pub fn interaction(factors: &[usize]) -> Self {
        Self::product(&factors.iter().map(|&factor| (factor, 1)).collect::<Vec<_>>())
    }

    /// The product of factors to powers.
    #[must_use]
    pub fn product(factors: &[(usize, u32)]) -> Self {
        let mut powers: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
        for &(factor, power) in factors {
            let entry = powers.entry(factor).or_default();
            *entry = entry.saturating_add(power);
        }
        Self(powers.into_iter().filter(|&(_, power)| power > 0).collect())
    }

    /// Every main effect and interaction of up to `order` of the first `factors` factors, short ones first. The caller
    /// bounds their number.
    #[must_use]
    pub fn up_to(factors: usize, order: usize) -> Vec<Self> {
        let mut all = Vec::new();
        let mut last = vec![vec![]];
        for _ in 0..order.min(factors) {
            let longer = |chosen: &Vec<usize>| {
                let chosen = chosen.clone();
                let first = chosen.last().map_or(0, |last| last + 1);
                (first..factors).map(move |next| chosen.iter().copied().chain([next]).collect::<Vec<_>>())
            };
            last = last.iter().flat_map(longer).collect();
            all.extend(last.iter().map(|chosen| Self::interaction(chosen)));
        }
        all
    }

    /// The quadratic model of the first `factors` factors: main effects, two-factor interactions and squares.
    #[must_use]
    pub fn quadratic(factors: usize) -> Vec<Self> {
        let squares = (0..factors).map(|factor| Self::product(&[(factor, 2)]));
        Self::up_to(factors, 2).into_iter().chain(squares).collect()
    }

    /// The factors with their powers, ascending.
    #[must_use]
    pub fn factors(&self) -> &[(usize, u32)] {
        &self.0
    }

    /// The term in words, such as `A`, `A×B` or `A²`.
    #[must_use]
    pub fn name(&self, design: &DesignMatrix) -> String {
        let factor = |&(factor, power): &(usize, u32)| match power {
            1 => design.name(factor).to_owned(),
            2 => format!("{}²", design.name(factor)),
            _ => format!("{}^{power}", design.name(factor)),
        };
        if self.0.is_empty() { "the mean".to_owned() } else { self.0.iter().map(factor).collect::<Vec<_>>().join("×") }
    }

    pub(super) fn check(&self, design: &DesignMatrix) -> Result<(), AuditError> {
        for &(factor, power) in &self.0 {
            if factor >= design.factors() {
                return Err(AuditError::NoSuchFactor { factor, factors: design.factors() });
            }
            if power > 1 && matches!(design.levels(factor), Levels::Categories(_)) {
                return Err(AuditError::PowerOfCategories { term: self.name(design) });
            }
        }
        if self.0.iter().map(|&(_, power)| u64::from(power)).sum::<u64>() > MAX_DEGREE {
            return Err(AuditError::TooLarge { what: "the degree of a term", most: MAX_DEGREE as usize });
        }
        Ok(())
    }
}

/// Largest sum of powers of a term.
const MAX_DEGREE: u64 = 32;
