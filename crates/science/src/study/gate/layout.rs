//! Whether there are rows enough, and where they belong.

use std::collections::BTreeMap;

use super::{Check, State};
use crate::linear::Frame;
use crate::study::cells::{Cell, cell_of_row, grouped};
use crate::study::words::some;

/// Every cell should have at least two rows.
pub(super) fn replicates(cells: &[Cell]) -> Check {
    let name = "replicates";
    let single: Vec<_> = cells.iter().filter(|cell| cell.rows.len() < 2).map(Cell::name).collect();
    let sizes = cells.iter().map(|cell| cell.rows.len());
    let (least, most) = (sizes.clone().min().unwrap_or(0), sizes.max().unwrap_or(0));
    match (single.len(), least == most) {
        (0, true) => Check::new(name, State::Passed, format!("each of the {} cells has {least} rows", cells.len())),
        (0, false) => {
            let finding = format!("the {} cells have {least} to {most} rows; the design is not balanced", cells.len());
            Check::new(name, State::Noted, finding)
        }
        (count, _) => {
            let finding = format!("{count} of {} cells have one row only: {}", cells.len(), some(&single));
            Check::new(name, State::Noted, finding)
        }
    }
}

/// Every block should hold every cell once, or equally often.
pub(super) fn blocks(frame: &Frame, cells: &[Cell]) -> Check {
    let name = "blocks";
    let factors: Vec<_> = frame.blocks().collect();
    if factors.is_empty() {
        let finding = "no block was named; if the same seeds were played in all cells, name the seed as a block";
        return Check::new(name, State::Skipped, finding);
    }
    let of_row = cell_of_row(cells, frame.rows());
    let groups = grouped(frame, &factors);
    let counts = groups.values().map(|rows| {
        let mut counts: BTreeMap<usize, usize> = (0..cells.len()).map(|cell| (cell, 0)).collect();
        rows.iter().for_each(|&row| *counts.entry(of_row[row]).or_default() += 1);
        counts.into_values().collect::<Vec<_>>()
    });
    let (mut lacking, mut uneven) = (0, 0);
    for counts in counts {
        lacking += usize::from(counts.contains(&0));
        uneven += usize::from(counts.iter().any(|count| *count != counts[0]));
    }
    match (lacking, uneven) {
        (0, 0) => Check::new(
            name,
            State::Passed,
            format!("each of the {} blocks holds every cell equally often", groups.len()),
        ),
        (0, uneven) => {
            let finding = format!("{uneven} of {} blocks hold some cells more often than others", groups.len());
            Check::new(name, State::Noted, finding)
        }
        (lacking, _) if lacking == groups.len() => {
            let finding = "no block holds every cell, so some differences between cells are differences between blocks";
            Check::new(name, State::Noted, finding)
        }
        (lacking, _) => {
            let finding = format!("{lacking} of {} blocks lack some cells", groups.len());
            Check::new(name, State::Noted, finding)
        }
    }
}
