//! The size and the effect that have a wanted power.

use super::{Plan, PowerError};
use crate::distribution::{Slope, invert_positive};

/// Largest size that is planned.
pub const MAX_SIZE: usize = 1_000_000_000;

/// The smallest size, at least 2, with which the test finds the effect with at least this power.
///
/// # Errors
/// If a parameter is out of its range, or no size up to [`MAX_SIZE`] suffices.
pub fn sample_size(plan: &Plan, effect: f64, power: f64, alpha: f64) -> Result<usize, PowerError> {
    check(plan, power, alpha)?;
    if !(effect > 0.0 && effect.is_finite()) {
        return Err(PowerError::Effect);
    }
    // Where the noncentrality is too large to be computed the power is as good as 1.
    let suffices = |size| plan.unchecked(effect, size, alpha).is_none_or(|found| found >= power);
    let (mut low, mut high) = (1, 2);
    while !suffices(high) {
        if high == MAX_SIZE {
            return Err(PowerError::OutOfReach);
        }
        (low, high) = (high, (2 * high).min(MAX_SIZE));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if suffices(middle) { high = middle } else { low = middle }
    }
    Ok(high)
}

/// The effect that the test finds with this power if it has this size.
///
/// # Errors
/// If a parameter is out of its range.
pub fn effect(plan: &Plan, size: usize, power: f64, alpha: f64) -> Result<f64, PowerError> {
    check(plan, power, alpha)?;
    if size < 2 {
        return Err(PowerError::Size);
    }
    Ok(invert_positive(Slope::Rising, |effect| plan.unchecked(effect, size, alpha).unwrap_or(1.0), power, 1.0))
}

fn check(plan: &Plan, power: f64, alpha: f64) -> Result<(), PowerError> {
    plan.check(alpha)?;
    if power > alpha && power < 1.0 { Ok(()) } else { Err(PowerError::Power) }
}
