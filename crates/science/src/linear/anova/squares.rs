//! Sums of squares of types I, II and III, each as the length of a projection.
//!
//! All models inside the fitted one live in the space of its orthogonal columns, so they are fitted to its triangle, which
//! is as small as the number of coefficients.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::alias::Direction;
use super::super::design::Design;
use super::super::frame::Kind;
use super::super::qr::Qr;
use super::super::sum::{norm, sum};
use super::super::{Fit, LinearError, Term};
use super::Squares;

/// Weights of a hypothesis beyond this could overflow when squared and summed.
const LARGEST: f64 = 1e100;

/// Degrees of freedom and scaled sum of squares; that is infinite if it cannot be computed.
type Tested = (usize, f64);

/// What a term's sum of squares is of, whatever the response is.
#[derive(Debug, Clone)]
pub(crate) struct Hypothesis(Projection);

#[derive(Debug, Clone)]
enum Projection {
    /// The means of the strata.
    Strata,
    /// The change of the fitted values if the strata are left out.
    WithoutStrata(Arc<Design>),
    /// The coordinates along the orthogonal columns of this term.
    Own(usize),
    /// The coordinates along further orthogonal columns, those of pivots from a place on.
    Turned { qr: Qr, from: usize },
    /// So many degrees of freedom, with weights too large to be computed.
    TooLarge(usize),
}

impl Fit<'_> {
    /// Degrees of freedom of a term if nothing is lost.
    pub(super) fn full_df(&self, number: usize) -> usize {
        if self.in_strata(number) { self.design.strata.len() - 1 } else { self.design.matrix.places(number).count() }
    }

    /// What is tested of the term with this number, in the order of the model.
    pub(crate) fn hypothesis(&self, number: usize, squares: Squares) -> Result<Hypothesis, LinearError> {
        let terms = &self.design.terms;
        let term = &terms.terms()[number];
        Ok(Hypothesis(match squares {
            Squares::Sequential if self.in_strata(number) => Projection::Strata,
            Squares::Sequential => Projection::Own(number),
            _ if self.in_strata(number) => {
                Projection::WithoutStrata(Arc::new(self.design.without_strata(&self.frame)?))
            }
            Squares::Marginal if terms.is_contained(term) => self.marginal(term, number),
            _ => self.after(number, |other| !term.is_within(other)),
        }))
    }

    /// Degrees of freedom and sum of squares of a hypothesis of this design.
    pub(super) fn squares(&self, hypothesis: &Hypothesis) -> Tested {
        let of_squares = |values: Vec<f64>| (values.len(), sum(values));
        match &hypothesis.0 {
            Projection::Strata => (self.design.strata.len() - 1, self.design.strata.between(&self.stratum_means)),
            Projection::WithoutStrata(reduced) => self.movement(reduced),
            Projection::Own(number) => {
                let own = self.design.qr.pivots.iter().zip(&self.effects);
                let own = own.filter(|(pivot, _)| self.design.matrix.owners[**pivot] == *number);
                of_squares(own.map(|(_, effect)| effect * effect).collect())
            }
            Projection::Turned { qr, from } => {
                let mut effects = self.effects.clone();
                qr.apply(&mut effects);
                let own = qr.pivots.iter().zip(&effects).filter(|(pivot, _)| *pivot >= from);
                of_squares(own.map(|(_, effect)| effect * effect).collect())
            }
            Projection::TooLarge(df) => (*df, f64::INFINITY),
        }
    }

    fn in_strata(&self, number: usize) -> bool {
        self.design.stratified && number == 0
    }

    /// The term after all terms that `before` accepts: what its columns add to theirs.
    fn after(&self, number: usize, before: impl Fn(&Term) -> bool) -> Projection {
        let Design { terms, matrix, qr, lengths, .. } = &*self.design;
        let places = 0..matrix.columns.len();
        let earlier: Vec<usize> = places.filter(|&place| before(&terms.terms()[matrix.owners[place]])).collect();
        let from = earlier.len();
        let own = earlier.into_iter().chain(matrix.places(number));
        Projection::Turned { qr: Qr::new(own.map(|place| (qr.column(place), lengths[place])).collect()), from }
    }

    /// The term in the strata after all others: how far its leaving moves the fitted values.
    fn movement(&self, reduced: &Arc<Design>) -> Tested {
        let reduced = Fit::new(Cow::Borrowed(&*self.frame), Arc::clone(reduced));
        let moved = self.fitted_cells().into_iter().zip(reduced.fitted_cells()).zip(&self.design.cells.counts);
        let squares = sum(moved.map(|((full, reduced), count)| (full - reduced) * (full - reduced) * count));
        (self.rank().saturating_sub(reduced.rank()), squares)
    }

    /// The hypothesis of type III of a term that others contain: its coefficients are 0 where covariates are 0. Where
    /// rows cannot tell all of them, those combinations of them are tested that can be estimated; this is the model with
    /// the term against that without.
    fn marginal(&self, term: &Term, number: usize) -> Projection {
        let Design { qr, .. } = &*self.design;
        let loading = |row: &Vec<f64>| {
            let loading = qr.solve_transposed(qr.pivots.iter().map(|&pivot| row[pivot]).collect());
            let length = norm(&loading);
            (loading, length)
        };
        let rows = self.weights(term, number);
        if rows.iter().flatten().any(|weight| weight.abs() > LARGEST) {
            return Projection::TooLarge(rows.len());
        }
        Projection::Turned { qr: Qr::new(self.estimable(rows).iter().map(loading).collect()), from: 0 }
    }

    /// Combinations of these rows that can be estimated, as many as there are.
    fn estimable(&self, rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let strata = vec![0.0; self.design.strata.len()];
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
            let mut sum = vec![0.0; self.design.matrix.columns.len()];
            for (row, weight) in rows.iter().zip(weights) {
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
            sum
        };
        (qr.rank()..rows.len()).map(|place| combined(qr.basis(place, rows.len()))).collect()
    }

    /// One row of weights over the columns for each coefficient of the term.
    fn weights(&self, term: &Term, number: usize) -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; self.design.matrix.columns.len()]; self.design.matrix.places(number).count()];
        for (other, larger) in self.design.terms.terms().iter().enumerate() {
            if let Some(weight) = self.at_zero(term, larger) {
                // Covariates have one column each, so the columns of both terms correspond in their order.
                let places: Vec<usize> = self.design.matrix.places(other).collect();
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
