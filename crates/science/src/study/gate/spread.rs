//! Whether the response varies.

use super::{Check, State};
use crate::linear::Frame;
use crate::study::cells::Cell;
use crate::study::words::{number, some};

/// Cells in which the response never changes. A frame itself refuses a response that is the same in all rows.
pub(super) fn varies(frame: &Frame, cells: &[Cell]) -> Check {
    let name = "variance";
    let replicated: Vec<_> = cells.iter().filter(|cell| cell.rows.len() > 1).collect();
    let constant = |cell: &&&Cell| {
        let values = cell.values(frame);
        values.iter().all(|value| value.to_bits() == values[0].to_bits())
    };
    let still: Vec<_> = replicated.iter().filter(constant).map(|cell| named(frame, cell)).collect();
    match still.len() {
        0 if replicated.is_empty() => Check::new(name, State::Skipped, "no cell has two rows to compare"),
        0 => Check::new(name, State::Passed, format!("{} varies in every cell", frame.response())),
        all if all == replicated.len() => {
            let finding = format!(
                "{} has no variance within any cell: {}; equal seeds may have been played again, or it is not measured",
                frame.response(),
                some(&still)
            );
            Check::new(name, State::Failed, finding)
        }
        _ => {
            let finding = format!("{} never changes within {}; is it measured there?", frame.response(), some(&still));
            Check::new(name, State::Noted, finding)
        }
    }
}

fn named(frame: &Frame, cell: &Cell) -> String {
    format!("{} (always {})", cell.name(), number(frame.values()[cell.rows[0]]))
}
