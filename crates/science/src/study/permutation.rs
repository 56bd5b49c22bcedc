//! A test of every term that assumes no distribution: residuals of the model without the term change places within blocks
//! (Freedman and Lane 1983).

use domain::seed::{Address, Draws};

use super::Question;
use super::cells::grouped;
use crate::linear::{Fit, Frame, LinearError, Squares, Term, Terms, fit};

/// F values this close are equal up to the rounding of sums.
const TIE: f64 = 1e-10;

/// Groups of rows whose values may change places.
pub(super) struct Shuffle {
    groups: Vec<Vec<usize>>,
}

impl Shuffle {
    pub(super) fn within(groups: Vec<Vec<usize>>) -> Self {
        Self { groups }
    }

    /// Whether nothing can change its place.
    pub(super) fn is_fixed(&self) -> bool {
        self.groups.iter().all(|group| group.len() < 2)
    }

    /// Puts the values of every group into a random order.
    pub(super) fn apply(&self, draws: &mut Draws, values: &mut [f64]) {
        for group in &self.groups {
            let mut own: Vec<_> = group.iter().map(|&row| values[row]).collect();
            draws.shuffle(&mut own);
            group.iter().zip(own).for_each(|(&row, value)| values[row] = value);
        }
    }
}

/// The rows of each block, or of each combination of blocks if there are several; all rows if there are none.
pub(super) fn blocks(frame: &Frame) -> Vec<Vec<usize>> {
    grouped(frame, &frame.blocks().collect::<Vec<_>>()).into_values().collect()
}

/// The permutation tests of a family of terms.
pub(super) struct Permutations<'a> {
    frame: &'a Frame,
    fitted: &'a Fit<'a>,
    shuffle: Shuffle,
    draws: u32,
    seed: u64,
}

impl<'a> Permutations<'a> {
    /// Tests of a family of so many terms of a model of the frame.
    pub(super) fn new(frame: &'a Frame, fitted: &'a Fit<'a>, family: usize, question: &Question) -> Self {
        // The smallest p that draws can give has to stay below alpha when it is adjusted for the family.
        let least = (2.0 * family as f64 / question.alpha).min(99_999.0) as u32;
        let draws = question.repeats(frame.rows()).max(least);
        Self { frame, fitted, shuffle: Shuffle::within(blocks(frame)), draws, seed: question.seed }
    }

    /// p of the term with this number; absent if it has no F or nothing can change places.
    pub(super) fn p(&self, number: usize) -> Result<Option<f64>, LinearError> {
        let hypothesis = self.fitted.hypothesis(number, Squares::Hierarchical)?;
        let (Some(observed), false) = (self.fitted.f(&hypothesis), self.shuffle.is_fixed()) else { return Ok(None) };
        let (expected, residuals) = without(self.fitted, number, self.frame)?;
        let address = Address::new(self.seed, "study/permutation/v1").at(number as u32);
        let mut as_extreme = 0_u32;
        for index in 0..self.draws {
            let mut moved = residuals.clone();
            self.shuffle.apply(&mut address.clone().at(index).stream(), &mut moved);
            let values = expected.iter().zip(&moved).map(|(expected, residual)| expected + residual).collect();
            let f = self.fitted.with_values(values)?.f(&hypothesis);
            as_extreme += u32::from(f.is_none_or(|f| f >= observed * (1.0 - TIE)));
        }
        Ok(Some(f64::from(as_extreme + 1) / f64::from(self.draws + 1)))
    }
}

/// Fitted values and residuals of the model of all terms that do not hold this one.
fn without(fitted: &Fit<'_>, number: usize, frame: &Frame) -> Result<(Vec<f64>, Vec<f64>), LinearError> {
    let all = fitted.terms().terms();
    let rest: Vec<Term> = all.iter().filter(|other| !all[number].is_within(other)).cloned().collect();
    if rest.is_empty() {
        let mean = crate::stats::mean(frame.values()).unwrap_or_default();
        return Ok((vec![mean; frame.rows()], frame.values().iter().map(|value| value - mean).collect()));
    }
    let influence = fit(frame, &Terms::new(frame, &rest)?)?.influence();
    Ok((influence.fitted, influence.residuals))
}
