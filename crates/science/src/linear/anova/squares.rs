//! Sums of squares of types I, II and III, each as the length of a projection.
//!
//! All models inside the fitted one live in the space of its orthogonal columns, so they are fitted to its triangle, which
//! is as small as the number of coefficients.

use super::super::alias::Direction;
use super::super::frame::Kind;
use super::super::qr::Qr;
use super::super::sum::{norm, sum};
use super::super::{Fit, LinearError, Term};
use super::Squares;

/// Weights of a hypothesis beyond this could overflow when squared and summed.
const LARGEST: f64 = 1e100;

/// Degrees of freedom and scaled sum of squares; that is infinite if it cannot be computed.
type Tested = (usize, f64);

impl Fit<'_> {
    /// Degrees of freedom of a term if nothing is lost.
    pub(super) fn full_df(&self, number: usize) -> usize {
        if self.in_strata(number) { self.strata.len() - 1 } else { self.matrix.places(number).count() }
    }

    pub(super) fn term_squares(&self, number: usize, squares: Squares) -> Result<Tested, LinearError> {
        let terms = self.terms.terms();
        let term = &terms[number];
        let contained = self.terms.is_contained(term);
        Ok(match squares {
            Squares::Sequential if self.in_strata(number) => {
                (self.strata.len() - 1, self.strata.between(&self.stratum_means))
            }
            Squares::Sequential => self.sequential(number),
            _ if self.in_strata(number) => self.strata_after_all()?,
            Squares::Marginal if contained => self.marginal(term, number),
            _ => self.after(number, |other| !term.is_within(other)),
        })
    }

    fn in_strata(&self, number: usize) -> bool {
        self.stratified && number == 0
    }

    fn sequential(&self, number: usize) -> Tested {
        let own = self.qr.pivots.iter().zip(&self.effects);
        let own: Vec<f64> =
            own.filter(|(pivot, _)| self.matrix.owners[**pivot] == number).map(|(_, effect)| effect * effect).collect();
        (own.len(), sum(own))
    }

    /// The term after all terms that `before` accepts: what its columns add to theirs.
    fn after(&self, number: usize, before: impl Fn(&Term) -> bool) -> Tested {
        let owner = |place: usize| self.matrix.owners[place];
        let places = 0..self.matrix.columns.len();
        let earlier: Vec<usize> = places.filter(|&place| before(&self.terms.terms()[owner(place)])).collect();
        let own = earlier.iter().copied().chain(self.matrix.places(number));
        let qr = Qr::new(own.map(|place| (self.qr.column(place), self.lengths[place])).collect());
        let mut effects = self.effects.clone();
        qr.apply(&mut effects);
        let own = qr.pivots.iter().zip(&effects).filter(|(pivot, _)| **pivot >= earlier.len());
        let own: Vec<f64> = own.map(|(_, effect)| effect * effect).collect();
        (own.len(), sum(own))
    }

    /// The term in the strata after all others: how far its leaving moves the fitted values.
    fn strata_after_all(&self) -> Result<Tested, LinearError> {
        let reduced = self.without_strata()?;
        let moved = self.fitted_cells().into_iter().zip(reduced.fitted_cells()).zip(&self.cells.counts);
        let squares = sum(moved.map(|((full, reduced), count)| (full - reduced) * (full - reduced) * count));
        Ok((self.rank().saturating_sub(reduced.rank()), squares))
    }

    /// The hypothesis of type III of a term that others contain: its coefficients are 0 where covariates are 0. Where
    /// rows cannot tell all of them, those combinations of them are tested that can be estimated; this is the model with
    /// the term against that without.
    fn marginal(&self, term: &Term, number: usize) -> Tested {
        let loading = |row: &Vec<f64>| {
            let loading = self.qr.solve_transposed(self.qr.pivots.iter().map(|&pivot| row[pivot]).collect());
            let length = norm(&loading);
            (loading, length)
        };
        let rows = self.hypothesis(term, number);
        if rows.iter().flatten().any(|weight| weight.abs() > LARGEST) {
            return (rows.len(), f64::INFINITY);
        }
        let qr = Qr::new(self.estimable(rows).iter().map(loading).collect());
        let mut effects = self.effects.clone();
        qr.apply(&mut effects);
        effects.truncate(qr.rank());
        (qr.rank(), sum(effects.iter().map(|effect| effect * effect)))
    }

    /// Combinations of these rows that can be estimated, as many as there are.
    fn estimable(&self, rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let strata = vec![0.0; self.strata.len()];
        let changes = |way: &Direction| {
            let changes: Vec<f64> = rows.iter().map(|row| way.change(&strata, row)).collect();
            let length = norm(&changes);
            (changes, length)
        };
        let qr = Qr::new(self.directions().iter().map(changes).collect());
        if qr.rank() == 0 {
            return rows;
        }
        let combined = |weights: Vec<f64>| {
            let mut sum = vec![0.0; self.matrix.columns.len()];
            for (row, weight) in rows.iter().zip(weights) {
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
            sum
        };
        (qr.rank()..rows.len()).map(|place| combined(qr.basis(place, rows.len()))).collect()
    }

    /// One row of weights over the columns for each coefficient of the term.
    fn hypothesis(&self, term: &Term, number: usize) -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; self.matrix.columns.len()]; self.matrix.places(number).count()];
        for (other, larger) in self.terms.terms().iter().enumerate() {
            if let Some(weight) = self.at_zero(term, larger) {
                // Covariates have one column each, so the columns of both terms correspond in their order.
                let places: Vec<usize> = self.matrix.places(other).collect();
                rows.iter_mut().zip(places).for_each(|(row, place)| row[place] = weight);
            }
        }
        rows
    }

    /// The value at zero of the covariates that a larger term has and this one has not; absent if it has others.
    fn at_zero(&self, term: &Term, larger: &Term) -> Option<f64> {
        if !term.is_within(larger) {
            return None;
        }
        let more = larger.factors().iter().filter(|factor| !term.factors().contains(factor));
        more.map(|&factor| match &self.frame.get(factor).kind {
            Kind::Continuous { mean, scale, .. } => Some(-mean / scale),
            Kind::Categorical { .. } => None,
        })
        .product()
    }
}
