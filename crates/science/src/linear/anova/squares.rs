//! Sums of squares of types I, II and III, each as the length of a projection.
//!
//! All models inside the fitted one live in the space of its orthogonal columns, so they are fitted to its triangle, which
//! is as small as the number of coefficients.

use super::super::frame::Kind;
use super::super::qr::Qr;
use super::super::sum::{norm, sum};
use super::super::{Fit, LinearError, Term};
use super::Squares;

/// Degrees of freedom and scaled sum of squares; absent if the hypothesis cannot be tested.
type Tested = Option<(usize, f64)>;

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
                Some((self.strata.len() - 1, self.strata.between(&self.stratum_means)))
            }
            Squares::Sequential => Some(self.sequential(number)),
            _ if self.in_strata(number) => Some(self.strata_after_all()?),
            Squares::Marginal if contained => self.marginal(term, number),
            _ => Some(self.after(number, |other| !term.is_within(other))),
        })
    }

    fn in_strata(&self, number: usize) -> bool {
        self.stratified && number == 0
    }

    fn sequential(&self, number: usize) -> (usize, f64) {
        let own = self.qr.pivots.iter().zip(&self.effects);
        let own: Vec<f64> =
            own.filter(|(pivot, _)| self.matrix.owners[**pivot] == number).map(|(_, effect)| effect * effect).collect();
        (own.len(), sum(own))
    }

    /// The term after all terms that `before` accepts: what its columns add to theirs.
    fn after(&self, number: usize, before: impl Fn(&Term) -> bool) -> (usize, f64) {
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
    fn strata_after_all(&self) -> Result<(usize, f64), LinearError> {
        let reduced = self.without_strata()?;
        let moved = self.fitted_cells().into_iter().zip(reduced.fitted_cells()).zip(&self.cells.counts);
        let squares = sum(moved.map(|((full, reduced), count)| (full - reduced) * (full - reduced) * count));
        Ok((self.rank() - reduced.rank(), squares))
    }

    /// The hypothesis of type III of a term that others contain: its coefficients are 0 where covariates are 0.
    fn marginal(&self, term: &Term, number: usize) -> Tested {
        let directions = self.directions();
        let rows = self.hypothesis(term, number);
        let strata = vec![0.0; self.strata.len()];
        if rows.iter().any(|row| directions.iter().any(|way| !way.keeps(&strata, row))) {
            return None;
        }
        let loading = |row: &Vec<f64>| {
            let own = self.qr.pivots.iter().map(|&pivot| row[pivot]).collect();
            let loading = self.qr.solve_transposed(own);
            let length = norm(&loading);
            (loading, length)
        };
        let qr = Qr::new(rows.iter().map(loading).collect());
        let mut effects = self.effects.clone();
        qr.apply(&mut effects);
        effects.truncate(qr.rank());
        Some((qr.rank(), sum(effects.iter().map(|effect| effect * effect))))
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
