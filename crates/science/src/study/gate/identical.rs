//! Cells that are copies of each other.

use std::collections::BTreeMap;

use super::{Check, State};
use crate::linear::Frame;
use crate::study::cells::Cell;
use crate::study::words::some;

/// Fewer equal values than this may be chance.
const LEAST: usize = 5;

/// Cells that hold the same values, block by block or else in their order: the factor did not reach what was measured, or
/// rows were copied.
pub(super) fn identical(frame: &Frame, cells: &[Cell]) -> Check {
    let name = "identical cells";
    let mut alike: BTreeMap<Vec<u64>, Vec<String>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.rows.len() >= LEAST) {
        let bits = ordered(frame, cell);
        if bits.iter().any(|value| *value != bits[0]) {
            alike.entry(bits).or_default().push(cell.name());
        }
    }
    let copies: Vec<_> = alike.into_values().filter(|names| names.len() > 1).map(|names| names.join(" = ")).collect();
    if copies.is_empty() {
        return Check::new(name, State::Passed, "no two cells hold the same values");
    }
    let finding =
        format!("{}: the same values one by one; what sets these cells apart never had an effect", some(&copies));
    Check::new(name, State::Failed, finding)
}

/// The values in the order of their blocks.
fn ordered(frame: &Frame, cell: &Cell) -> Vec<u64> {
    let blocks: Vec<_> = (0..frame.factors().count()).filter(|&factor| frame.is_block(factor)).collect();
    let mut rows = cell.rows.clone();
    rows.sort_by_key(|&row| blocks.iter().map(|&block| frame.codes(block)[row]).collect::<Vec<_>>());
    rows.into_iter().map(|row| frame.values()[row].to_bits()).collect()
}
