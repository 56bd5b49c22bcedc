//! Cells that are copies of each other.

use std::collections::BTreeMap;

use super::{Check, State};
use crate::linear::Frame;
use crate::study::cells::Cell;
use crate::study::words::some;

/// Fewer equal values than this may be chance.
const LEAST: usize = 5;

/// Cells that hold the same values, block by block or else in their order: between them nothing had an effect, or rows were
/// copied. With several factors that can be so in a part of the design; two levels of a factor that are the same all over
/// never reached what was measured, and make conclusions worthless.
pub(super) fn identical(frame: &Frame, cells: &[Cell]) -> Check {
    let name = "identical cells";
    let values: Vec<_> = cells.iter().map(|cell| ordered(frame, cell)).collect();
    let copies = copies(cells, &values);
    if copies.is_empty() {
        return Check::new(name, State::Passed, "no two cells hold the same values");
    }
    let same = same_levels(cells, &values);
    if same.is_empty() {
        let finding = format!(
            "{}: the same values one by one, so nothing that sets these apart had an effect there",
            some(&copies)
        );
        return Check::new(name, State::Noted, finding);
    }
    let finding = format!("{}: the same values one by one; what sets these apart never had an effect", some(&same));
    Check::new(name, State::Failed, finding)
}

/// Names of cells that hold the same values.
fn copies(cells: &[Cell], values: &[Option<Vec<u64>>]) -> Vec<String> {
    let mut alike: BTreeMap<&[u64], Vec<String>> = BTreeMap::new();
    for (cell, values) in cells.iter().zip(values) {
        if let Some(values) = values {
            alike.entry(values).or_default().push(cell.name());
        }
    }
    alike.into_values().filter(|names| names.len() > 1).map(|names| names.join(" = ")).collect()
}

/// Pairs of levels of one factor that hold the same values wherever all other factors agree.
fn same_levels(cells: &[Cell], values: &[Option<Vec<u64>>]) -> Vec<String> {
    let mut pairs: BTreeMap<(usize, &str, &str), bool> = BTreeMap::new();
    for (one, left) in cells.iter().enumerate() {
        for (other, right) in cells.iter().enumerate().skip(one + 1) {
            if let Some(factor) = only_difference(left, right) {
                let is_same = values[one].is_some() && values[one] == values[other];
                let pair = (factor, left.levels[factor].as_str(), right.levels[factor].as_str());
                *pairs.entry(pair).or_insert(true) &= is_same;
            }
        }
    }
    pairs.into_iter().filter(|(_, is_same)| *is_same).map(|((_, one, other), _)| format!("{one} = {other}")).collect()
}

/// The factor in which two cells differ, if it is one.
fn only_difference(left: &Cell, right: &Cell) -> Option<usize> {
    let mut differing = (0..left.levels.len()).filter(|&factor| left.levels[factor] != right.levels[factor]);
    differing.next().filter(|_| differing.next().is_none())
}

/// The values in the order of their blocks; absent if there are too few, or all are equal.
fn ordered(frame: &Frame, cell: &Cell) -> Option<Vec<u64>> {
    let mut rows = cell.rows.clone();
    rows.sort_by_key(|&row| frame.blocks().map(|block| frame.codes(block)[row]).collect::<Vec<_>>());
    let values: Vec<_> = rows.into_iter().map(|row| frame.values()[row].to_bits()).collect();
    (values.len() >= LEAST && values.iter().any(|value| *value != values[0])).then_some(values)
}
