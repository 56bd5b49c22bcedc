//! When a run has nothing more to find: section B.3 of the tutorial.

use super::CmaSpec;
use super::state::CmaState;

/// Fitness that differs less is equal.
const FLAT: f64 = 1e-11;
/// A deviation that is less than this share of the first one is none.
const NARROW: f64 = 1e-12;

/// Whether the run is over, after the members with this `fitness`, from best to worst.
pub(super) fn is_over(state: &CmaState, spec: &CmaSpec, fitness: &[f64]) -> bool {
    let n = state.mean.len();
    let generations = 30 * n / state.population as usize;
    state.regimes.as_ref().is_some_and(|regimes| regimes.is_spent(state.age))
        || state.history.is_flat(10 + generations, fitness, FLAT)
        || state.history.is_stagnant(120 + generations)
        || state.shape.is_degenerate()
        || is_narrow(state, NARROW * spec.step)
        || !moves_coordinates(state)
        || !moves_along_axis(state, state.generation as usize % n)
        || !(state.step.is_finite() && state.mean.iter().all(|part| part.is_finite()))
}

/// Whether no coordinate deviates by `least`.
fn is_narrow(state: &CmaState, least: f64) -> bool {
    let deviates = |coordinate: usize| {
        state.step * libm::sqrt(state.shape.variance(coordinate)) >= least
            || state.step * state.shape_path[coordinate].abs() >= least
    };
    !(0..state.mean.len()).any(deviates)
}

/// Whether a fifth of its deviation changes every coordinate of the mean.
fn moves_coordinates(state: &CmaState) -> bool {
    let deviation = |coordinate: usize| state.step * libm::sqrt(state.shape.variance(coordinate));
    state.mean.iter().enumerate().all(|(coordinate, &mean)| mean + 0.2 * deviation(coordinate) != mean)
}

/// Whether a tenth of its deviation along this axis changes the mean.
fn moves_along_axis(state: &CmaState, axis: usize) -> bool {
    let axis = state.shape.axis(axis);
    state.mean.iter().zip(axis).any(|(&mean, part)| mean + 0.1 * state.step * part != mean)
}
