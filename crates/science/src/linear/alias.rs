//! What the rows cannot tell apart: dependent columns, and combinations of coefficients that can be estimated.

use std::collections::BTreeSet;

use super::Fit;
use super::sum::norm;

/// Share of a sum below which it is rounding error.
const NEGLIGIBLE: f64 = 1e-8;

/// A term some of whose coefficients cannot be estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name of the term.
    pub term: String,
    /// How many of its coefficients cannot be estimated.
    pub lost: usize,
    /// How many coefficients it has.
    pub coefficients: usize,
    /// Names of the terms that it cannot be told apart from; may hold the term itself, if its own columns depend on each
    /// other, as they do when cells are missing.
    pub with: Vec<String>,
}

/// A direction in which the coefficients can move without a change of any fitted value.
#[derive(Debug, Clone)]
pub(super) struct Direction {
    /// The dependent column that it belongs to.
    pub(super) column: usize,
    /// Movement of the strata.
    strata: Vec<f64>,
    /// Movement of the coefficients.
    coefficients: Vec<f64>,
}

impl Direction {
    /// By how much a function of the coefficients changes; 0 if that is rounding.
    pub(super) fn change(&self, strata: &[f64], columns: &[f64]) -> f64 {
        let products = |a: &[f64], b: &[f64]| -> (f64, f64) {
            let fold = |(sum, size): (f64, f64), (a, b): (&f64, &f64)| (sum + a * b, size + (a * b).abs());
            a.iter().zip(b).fold((0.0, 0.0), fold)
        };
        let (own, of_strata) = (products(&self.coefficients, columns), products(&self.strata, strata));
        let change = own.0 + of_strata.0;
        if change.abs() > NEGLIGIBLE * (own.1 + of_strata.1) { change } else { 0.0 }
    }
}

impl Fit<'_> {
    /// Terms with coefficients that cannot be estimated, in the order of the model. Empty if all can be.
    #[must_use]
    pub fn aliases(&self) -> Vec<Alias> {
        let directions = self.directions();
        let of_term = |(number, term): (usize, &super::Term)| {
            let own: Vec<_> = directions.iter().filter(|way| self.design.matrix.owners[way.column] == number).collect();
            let with: BTreeSet<usize> = own.iter().flat_map(|way| self.moved(way)).collect();
            let name = |number: usize| self.design.terms.terms()[number].name(&self.frame);
            (!own.is_empty()).then(|| Alias {
                term: term.name(&self.frame),
                lost: own.len(),
                coefficients: self.design.matrix.places(number).count(),
                with: with.into_iter().map(name).collect(),
            })
        };
        self.design.terms.terms().iter().enumerate().filter_map(of_term).collect()
    }

    /// Terms whose coefficients move, besides the dependent column itself.
    fn moved(&self, way: &Direction) -> Vec<usize> {
        let columns = way.coefficients.iter().enumerate();
        let moving = columns.filter(|&(place, movement)| place != way.column && *movement != 0.0);
        let first = way.strata.first().copied().unwrap_or_default();
        let strata = self.design.stratified && way.strata.iter().any(|movement| (movement - first).abs() > NEGLIGIBLE);
        strata.then_some(0).into_iter().chain(moving.map(|(place, _)| self.design.matrix.owners[place])).collect()
    }

    /// One direction for each dependent column; they span all.
    pub(super) fn directions(&self) -> Vec<Direction> {
        self.design.qr.dependent.iter().map(|&column| self.direction(column)).collect()
    }

    fn direction(&self, column: usize) -> Direction {
        let mut coefficients = vec![0.0; self.design.matrix.columns.len()];
        coefficients[column] = 1.0;
        for (share, &pivot) in self.design.qr.solve(self.design.qr.column(column)).iter().zip(&self.design.qr.pivots) {
            if share.abs() * self.design.lengths[pivot] > NEGLIGIBLE * self.design.lengths[column] {
                coefficients[pivot] = -share;
            }
        }
        let size = |place: usize| coefficients[place].abs() * norm(&self.design.column_means[place]);
        let largest = (0..coefficients.len()).map(size).fold(0.0, f64::max);
        let movement = |stratum: usize| {
            let sum: f64 =
                coefficients.iter().zip(&self.design.column_means).map(|(c, means)| c * means[stratum]).sum();
            if sum.abs() > NEGLIGIBLE * largest { -sum } else { 0.0 }
        };
        Direction { column, strata: (0..self.design.strata.len()).map(movement).collect(), coefficients }
    }
}
