//! Sorts situations into cells.
//!
//! Each axis cuts one feature at a few values; a cell is one step of every axis. The cuts are coarse on purpose: what
//! is never met again teaches nothing.

use crate::situation::place as at;
use crate::situation::{Feature, Situation};

/// A feature and the values at which it is cut; a value on a cut is above it.
struct Axis {
    feature: Feature,
    cuts: &'static [f32],
}

const fn axis(place: usize, cuts: &'static [f32]) -> Axis {
    Axis { feature: Feature::at(place), cuts }
}

/// The axes. They are part of the format of snapshots: a change needs a new version of it.
const AXES: [Axis; 9] = [
    // Bitten, close, in the middle, far, nobody in sight.
    axis(at::ENEMY_DISTANCE, &[128.0, 320.0, 768.0, 2048.0]),
    // Far right, right, ahead, left, far left.
    axis(at::ENEMY_BEARING, &[-20.0, -4.0, 4.0, 20.0]),
    axis(at::IN_LINE, &[1.0]),
    axis(at::MELEE_DISTANCE, &[320.0]),
    axis(at::PROJECTILE_DISTANCE, &[400.0]),
    axis(at::HEALTH, &[30.0, 70.0]),
    axis(at::AMMO, &[1.0, 10.0]),
    axis(at::HEALTH_PICKUP_DISTANCE, &[2048.0]),
    axis(at::HEALTH_LOST, &[1.0]),
];

/// How many cells there are.
pub const CELLS: u32 = {
    let mut cells = 1;
    let mut place = 0;
    while place < AXES.len() {
        cells *= AXES[place].cuts.len() as u32 + 1;
        place += 1;
    }
    cells
};

/// The cell of a situation, below [`CELLS`].
#[must_use]
pub fn cell(situation: &Situation) -> u32 {
    AXES.iter().fold(0, |cell, axis| {
        let value = situation.get(axis.feature);
        let step = axis.cuts.iter().filter(|&&cut| value >= cut).count() as u32;
        cell * (axis.cuts.len() as u32 + 1) + step
    })
}

/// What a cell means: for every axis the name of its feature and the range of its values, the upper end excluded unless
/// it is the last one. None if there is no such cell.
#[must_use]
pub fn describe(cell: u32) -> Option<Vec<(&'static str, [f32; 2])>> {
    if cell >= CELLS {
        return None;
    }
    let mut rest = cell;
    let mut ranges: Vec<_> = AXES
        .iter()
        .rev()
        .map(|axis| {
            let steps = axis.cuts.len() as u32 + 1;
            let step = (rest % steps) as usize;
            rest /= steps;
            let component = axis.feature.component();
            let low = if step == 0 { component.low } else { axis.cuts[step - 1] };
            let high = axis.cuts.get(step).copied().unwrap_or(component.high);
            (component.name, [low, high])
        })
        .collect();
    ranges.reverse();
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::situation::{COMPONENTS, SIZE};

    #[test]
    fn cuts_are_in_order_and_in_range() {
        for axis in &AXES {
            let component = axis.feature.component();
            assert!(axis.cuts.is_sorted_by(|a, b| a < b), "{}", component.name);
            assert!(axis.cuts.iter().all(|&cut| component.low < cut && cut <= component.high), "{}", component.name);
        }
    }

    #[test]
    fn there_is_no_cell_behind_the_last() {
        assert!(describe(CELLS - 1).is_some());
        assert_eq!(describe(CELLS), None);
    }

    proptest! {
        #[test]
        fn a_situation_lies_in_the_cell_that_is_described(shares in prop::collection::vec(0.0f32..=1.0, SIZE)) {
            let mut values = [0.0; SIZE];
            for ((value, share), component) in values.iter_mut().zip(&shares).zip(&COMPONENTS) {
                *value = component.low + share * (component.high - component.low);
            }
            let situation = Situation::of(values);
            let cell = cell(&situation);
            prop_assert!(cell < CELLS);
            for (name, [low, high]) in describe(cell).unwrap() {
                let value = situation.get(Feature::find(name).unwrap());
                prop_assert!(low <= value && value <= high, "{name}: {value} in {low} to {high}");
            }
        }
    }
}
