//! Documents for terminals.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ColumnConstraint, Table as Drawing, Width};

use super::Block;

/// Widest column of a table, with the spaces beside it. Ids and names of agents are shorter; what is longer is broken
/// into lines.
const WIDEST: u16 = 74;

/// The document as plain text. Pictures and what is folded are left out.
#[must_use]
pub fn text(blocks: &[Block]) -> String {
    let parts: Vec<_> = blocks.iter().filter_map(part).collect();
    parts.join("\n\n") + "\n"
}

fn part(block: &Block) -> Option<String> {
    match block {
        Block::Heading(_, words) | Block::Paragraph(words) => Some(words.trim().to_owned()),
        Block::List(items) => Some(items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")),
        Block::Table(table) => {
            let heads: Vec<_> = table.heads.iter().map(|head| head.text.as_str()).collect();
            let numbers = table.heads.iter().filter(|head| head.is_number).map(|head| head.text.as_str());
            Some(drawn(&heads, &numbers.collect::<Vec<_>>(), table.rows.iter().cloned()))
        }
        Block::Code { text, .. } => Some(text.trim_end().to_owned()),
        Block::Figure(_) | Block::Details(..) => None,
    }
}

/// A table with these column heads; columns named in `numbers` are aligned to the right.
#[must_use]
pub fn drawn(heads: &[&str], numbers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Drawing::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_header(heads.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for (column, head) in table.column_iter_mut().zip(heads) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(WIDEST)));
        if numbers.contains(head) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_broken_and_complete_and_names_stay_whole() {
        let list: Vec<_> = (0..40).map(|number| format!("BUTTON_{number}")).collect();
        let name = "n".repeat(64);
        let table = drawn(&["name", "buttons"], &[], [vec![name.clone(), list.join(" ")]]);
        assert!(table.lines().all(|line| line.chars().count() <= 144), "{table}");
        assert!(list.iter().all(|button| table.split_whitespace().any(|word| word == button)), "{table}");
        assert!(table.contains(&name), "{table}");
    }
}
