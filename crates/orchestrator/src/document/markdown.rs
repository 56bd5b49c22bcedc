//! Documents as Markdown.

use std::fmt::Write as _;

use super::{Block, Table};

/// The document as Markdown. Pictures are left out: they have no place in a text file.
#[must_use]
pub fn markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        // Writing to a string cannot fail.
        let _ = write_block(&mut text, block);
    }
    text
}

fn write_block(text: &mut String, block: &Block) -> std::fmt::Result {
    match block {
        Block::Heading(level, words) => writeln!(text, "{} {}\n", "#".repeat(usize::from(*level)), line(words)),
        Block::Paragraph(words) => writeln!(text, "{}\n", words.trim()),
        Block::List(items) => {
            items.iter().try_for_each(|item| writeln!(text, "- {}", line(item)))?;
            writeln!(text)
        }
        Block::Table(table) => write_table(text, table),
        Block::Code { language, text: code } => {
            let fence = "`".repeat(longest_run(code).max(2) + 1);
            writeln!(text, "{fence}{language}\n{}\n{fence}\n", code.trim_end())
        }
        Block::Figure(_) => Ok(()),
        Block::Details(summary, blocks) => {
            writeln!(text, "### {}\n", line(summary))?;
            blocks.iter().try_for_each(|block| write_block(text, block))
        }
    }
}

fn write_table(text: &mut String, table: &Table) -> std::fmt::Result {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(text, "{}", row(table.heads.iter().map(|head| cell(&head.text)).collect()))?;
    let rule = table.heads.iter().map(|head| if head.is_number { "---:" } else { "---" });
    writeln!(text, "|{}|", rule.collect::<Vec<_>>().join("|"))?;
    for cells in &table.rows {
        writeln!(text, "{}", row(cells.iter().map(|text| cell(text)).collect()))?;
    }
    writeln!(text)
}

/// A text that cannot end its cell or its line.
fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    #[test]
    fn a_name_cannot_break_the_table() {
        let text = markdown(&[table(&["name", "#n"], vec![vec!["a|b\nc".into(), "1".into()]])]);
        assert_eq!(text, "| name | n |\n|---|---:|\n| a\\|b c | 1 |\n\n");
    }

    #[test]
    fn code_cannot_end_its_fence() {
        let text = markdown(&[Block::Code { language: "json", text: "a\n```\nb".into() }]);
        assert_eq!(text, "````json\na\n```\nb\n````\n\n");
    }
}
