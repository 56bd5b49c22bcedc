//! Permutation tests of the order of values.

use super::permutation::{Extremes, Permutation, drawn, exact};
use super::{Plan, lexicographic};
use crate::analysis::AnalysisError;

/// The share of the orders of `values` that are at least as extreme as the one they have; `far` tells how extreme an order
/// is, and is of the size of `scale`.
pub(in crate::analysis) fn orders(
    values: &[f64],
    scale: f64,
    plan: &Plan,
    purpose: &str,
    far: impl Fn(&[f64]) -> f64,
) -> Result<Permutation, AnalysisError> {
    let observed = far(values);
    let extreme = Extremes::new(observed, scale, 0.0);
    if lexicographic::orders(values.len()).is_some_and(|all| all <= plan.most_exact) {
        let mut places: Vec<_> = (0..values.len()).collect();
        let first = std::iter::once(observed);
        let others = std::iter::from_fn(|| {
            lexicographic::advance(&mut places)
                .then(|| far(&places.iter().map(|&place| values[place]).collect::<Vec<_>>()))
        });
        return Ok(exact(observed, &extreme, first.chain(others)));
    }
    let mut order = values.to_vec();
    drawn(observed, &extreme, plan, purpose, |draws| {
        order.copy_from_slice(values);
        draws.shuffle(&mut order);
        far(&order)
    })
}
