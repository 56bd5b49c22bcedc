//! Documents as one HTML page that needs nothing else: no script, no font, no file.

use std::fmt::Write as _;

use super::{Block, Table};

const STYLE: &str = include_str!("page.css");

/// The document as a page. It follows the reader's light or dark scheme, and prints dark on white.
#[must_use]
pub fn page(title: &str, blocks: &[Block]) -> String {
    let mut body = String::new();
    for block in blocks {
        // Writing to a string cannot fail.
        let _ = write_block(&mut body, block);
    }
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn write_block(html: &mut String, block: &Block) -> std::fmt::Result {
    match block {
        Block::Heading(level, words) => writeln!(html, "<h{level}>{}</h{level}>", inline(words)),
        Block::Paragraph(words) => writeln!(html, "<p>{}</p>", inline(words)),
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>", inline(item))).collect();
            writeln!(html, "<ul>{items}</ul>")
        }
        Block::Table(table) => write_table(html, table),
        Block::Code { text, .. } => writeln!(html, "<pre><code>{}</code></pre>", escaped(text.trim_end())),
        // The plotting module writes and escapes it.
        Block::Figure(figure) => writeln!(html, "<figure>{}</figure>", figure.svg),
        Block::Details(summary, blocks) => {
            writeln!(html, "<details><summary>{}</summary>", inline(summary))?;
            blocks.iter().try_for_each(|block| write_block(html, block))?;
            writeln!(html, "</details>")
        }
    }
}

fn write_table(html: &mut String, table: &Table) -> std::fmt::Result {
    let is_number = |column: usize| table.heads.get(column).is_some_and(|head| head.is_number);
    let class = |column: usize, text: &str| match (is_number(column), text.starts_with('[')) {
        (true, _) => " class=\"n\"",
        // An interval stays on one line.
        (false, true) => " class=\"i\"",
        (false, false) => "",
    };
    write!(html, "<div class=\"wide\"><table>\n<thead><tr>")?;
    for (column, head) in table.heads.iter().enumerate() {
        write!(html, "<th{}>{}</th>", class(column, ""), inline(&head.text))?;
    }
    writeln!(html, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        let cells =
            row.iter().enumerate().map(|(column, cell)| format!("<td{}>{}</td>", class(column, cell), inline(cell)));
        writeln!(html, "<tr>{}</tr>", cells.collect::<String>())?;
    }
    writeln!(html, "</tbody>\n</table></div>")
}

/// Text whose parts between backticks are code.
fn inline(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let part = |(place, part): (usize, &&str)| match place % 2 == 1 && paired {
        true => format!("<code>{}</code>", escaped(part)),
        false => escaped(part),
    };
    if paired { parts.iter().enumerate().map(part).collect() } else { escaped(text) }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::{paragraph, table};
    use super::*;

    #[test]
    fn nothing_that_was_given_is_taken_for_markup() {
        let nasty = "<script>alert(\"x\")</script> & `co<b>de` ";
        let blocks = [
            Block::Heading(1, nasty.into()),
            paragraph(nasty),
            Block::List(vec![nasty.into()]),
            table(&[nasty], vec![vec![nasty.into()]]),
            Block::Code { language: "sh", text: nasty.into() },
            Block::Details(nasty.into(), vec![paragraph("a`b")]),
        ];
        let html = page(nasty, &blocks);
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("<code>co&lt;b&gt;de</code>"), "{html}");
        assert!(html.contains("<p>a`b</p>"), "{html}");
    }
}
