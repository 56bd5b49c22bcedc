//! Contrasts of marginal means, alone and as families.

mod family;

use super::alias::Direction;
use super::means::{Estimate, Function, check_level};
use super::sum::sum;
use super::{Fit, LinearError, MarginalMeans};
use crate::distribution::student_t;

/// Most contrasts of one family.
const MOST_CONTRASTS: u128 = 1 << 16;
/// Largest weight in magnitude, so that squares and products with means stay finite.
const LARGEST_WEIGHT: f64 = 1e100;

/// How p values and intervals of a family of contrasts allow for its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// Not at all: each contrast stands alone.
    None,
    /// Holm's step-down adjustment of p values; intervals are Bonferroni's. For any family.
    Holm,
    /// By the studentized range (Tukey; for unequal sizes Kramer 1956). For all pairs.
    Tukey,
    /// By the joint distribution of all comparisons with one control (Dunnett 1955). For comparisons with a control whose
    /// correlations are products of one factor each, as they are without other factors and in balanced designs.
    Dunnett,
}

/// What a family consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pairs,
    WithControl,
    Custom,
}

/// A contrast of marginal means.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    /// What is compared, such as `a - b`.
    pub name: String,
    /// The difference; absent if it cannot be estimated because cells are missing or terms are confounded.
    pub estimate: Option<f64>,
    /// Its standard error; absent also without scatter.
    pub se: Option<f64>,
    /// The difference over its standard error; absent as `se` is.
    pub t: Option<f64>,
    /// Two-sided p value of the contrast alone; absent as `se` is.
    pub p: Option<f64>,
    /// p value adjusted for the family; absent as `se` is, and by Dunnett's adjustment if any of the family cannot be
    /// tested.
    pub adjusted_p: Option<f64>,
    /// Lower end of the adjusted interval; absent as `adjusted_p` is.
    pub low: Option<f64>,
    /// Upper end of the adjusted interval; absent as `adjusted_p` is.
    pub high: Option<f64>,
}

/// A contrast and its interval, prepared for many responses of the same rows.
pub(crate) struct Prepared {
    function: Function,
    directions: Vec<Direction>,
    /// What the response's shift counts.
    total: f64,
    reach: Option<f64>,
}

impl Prepared {
    /// The estimate and the ends of its interval; absent as in [`Contrast`].
    pub(crate) fn of(&self, fit: &Fit<'_>) -> Option<(f64, f64, f64)> {
        let Estimate { value, se } = fit.estimate(&self.function, &self.directions);
        let estimate = value? + self.total * fit.response.shift;
        let reach = self.reach? * se.filter(|se| *se > 0.0)?;
        Some((estimate, estimate - reach, estimate + reach))
    }
}

impl MarginalMeans<'_, '_> {
    /// The contrast with these weights, one per mean, and its own interval.
    ///
    /// # Errors
    /// If weights do not fit the means, or the level is out of range.
    pub(crate) fn prepare(&self, weights: &[f64], level: f64) -> Result<Prepared, LinearError> {
        check_level(level)?;
        let (_, function) = self.weighted("", weights)?;
        let total = sum(weights.iter().copied());
        Ok(Prepared { function, directions: self.directions.clone(), total, reach: self.fit.t_reach(level) })
    }

    /// All differences of two means, with intervals at this level of confidence.
    ///
    /// # Errors
    /// If the adjustment is for another family, the level is out of range, or there are too many pairs.
    pub fn pairwise(&self, adjustment: Adjustment, level: f64) -> Result<Vec<Contrast>, LinearError> {
        let count = self.means.len();
        let pairs = (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j)));
        check_count(count as u128 * (count as u128).saturating_sub(1) / 2)?;
        self.family(pairs.map(|(i, j)| self.difference(i, j)).collect(), Kind::Pairs, adjustment, level)
    }

    /// The differences of every other mean from the one with number `control`, from 0.
    ///
    /// # Errors
    /// If there is no such mean, the adjustment is for another family or does not fit the correlations, or the level is out
    /// of range.
    pub fn versus(&self, control: usize, adjustment: Adjustment, level: f64) -> Result<Vec<Contrast>, LinearError> {
        if control >= self.means.len() {
            return Err(LinearError::NoSuchControl { control, means: self.means.len() });
        }
        let others = (0..self.means.len()).filter(|&other| other != control);
        self.family(others.map(|i| self.difference(i, control)).collect(), Kind::WithControl, adjustment, level)
    }

    /// Contrasts of the means with these names and weights, one per mean. Weights need not sum to 0.
    ///
    /// # Errors
    /// If weights do not fit the means, the adjustment is for another family, or the level is out of range.
    pub fn custom(
        &self,
        contrasts: &[(String, Vec<f64>)],
        adjustment: Adjustment,
        level: f64,
    ) -> Result<Vec<Contrast>, LinearError> {
        check_count(contrasts.len() as u128)?;
        let shifted = |(name, weights): &(String, Vec<f64>)| {
            let (name, function) = self.weighted(name, weights)?;
            Ok((name, function, sum(weights.iter().copied()) * self.fit.response.shift))
        };
        let functions: Vec<_> = contrasts.iter().map(shifted).collect::<Result<_, LinearError>>()?;
        self.family(functions, Kind::Custom, adjustment, level)
    }

    fn difference(&self, i: usize, j: usize) -> (String, Function, f64) {
        let name = |mean: usize| self.means[mean].levels.join(" ");
        let parts = [(&self.functions[i], 1.0), (&self.functions[j], -1.0)];
        (format!("{} - {}", name(i), name(j)), Function::combined(parts.into_iter()), 0.0)
    }

    /// The combination of the means.
    fn weighted(&self, name: &str, weights: &[f64]) -> Result<(String, Function), LinearError> {
        let usable =
            weights.iter().all(|weight| weight.abs() <= LARGEST_WEIGHT) && weights.iter().any(|weight| *weight != 0.0);
        if weights.len() != self.means.len() || !usable {
            let (name, got) = (name.to_owned(), weights.len());
            return Err(LinearError::Weights { name, got, means: self.means.len() });
        }
        let function = Function::combined(self.functions.iter().zip(weights.iter().copied()));
        Ok((name.to_owned(), function))
    }

    fn family(
        &self,
        functions: Vec<(String, Function, f64)>,
        kind: Kind,
        adjustment: Adjustment,
        level: f64,
    ) -> Result<Vec<Contrast>, LinearError> {
        check_level(level)?;
        check_fits(kind, adjustment)?;
        let single = |(name, function, shift): &(String, Function, f64)| {
            let Estimate { value, se } = self.fit.estimate(function, &self.directions);
            let estimate = value.map(|value| value + shift);
            let t = estimate.zip(se).filter(|(_, se)| *se > 0.0).map(|(value, se)| value / se);
            let p = t.map(|t| two_sided(t, self.df));
            let name = name.clone();
            Contrast { name, estimate, se, t, p, adjusted_p: None, low: None, high: None }
        };
        let mut contrasts: Vec<Contrast> = functions.iter().map(single).collect();
        let loadings: Vec<&[f64]> = functions.iter().map(|(_, function, _)| function.loading()).collect();
        self.adjust(&mut contrasts, &loadings, adjustment, level)?;
        Ok(contrasts)
    }
}

/// The two-sided p value of Student's t.
pub(super) fn two_sided(t: f64, df: usize) -> f64 {
    2.0 * student_t::sf(t.abs(), df as f64)
}

fn check_fits(kind: Kind, adjustment: Adjustment) -> Result<(), LinearError> {
    match (adjustment, kind) {
        (Adjustment::Tukey, Kind::WithControl | Kind::Custom) => {
            Err(LinearError::Adjustment { adjustment: "Tukey", fits: "all pairs of means" })
        }
        (Adjustment::Dunnett, Kind::Pairs | Kind::Custom) => {
            Err(LinearError::Adjustment { adjustment: "Dunnett", fits: "comparisons with one control" })
        }
        _ => Ok(()),
    }
}

fn check_count(got: u128) -> Result<(), LinearError> {
    if got > MOST_CONTRASTS {
        let what = "the number of contrasts".to_owned();
        return Err(LinearError::TooLarge { what, got, most: MOST_CONTRASTS });
    }
    Ok(())
}
