//! What a report says, apart from how it is written: one content for terminals, Markdown and HTML.

mod figure;
mod html;
mod markdown;
pub(crate) mod numbers;
mod text;

pub use figure::{Figure, figures};
pub use html::page;
pub use markdown::markdown;
pub use text::{drawn, text};

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading: 1 for the title, 2 for a section, 3 below it.
    Heading(u8, String),
    /// Text. What stands between backticks is code.
    Paragraph(String),
    /// Short texts.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// Text to be taken as it is.
    Code {
        /// The language that it is in.
        language: &'static str,
        /// The text.
        text: String,
    },
    /// A picture; for readers of pages only.
    Figure(Figure),
    /// Parts that are shown when asked for; for readers of pages only folded.
    Details(String, Vec<Block>),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Heads of its columns.
    pub heads: Vec<Head>,
    /// Its rows, with a cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its text.
    pub text: String,
    /// Whether its cells are numbers, which are aligned to the right.
    pub is_number: bool,
}

impl Table {
    /// A table with these heads, of which those that begin with `#` stand above numbers.
    #[must_use]
    pub fn new(heads: &[&str], rows: Vec<Vec<String>>) -> Self {
        let head = |text: &&str| match text.strip_prefix('#') {
            Some(text) => Head { text: text.to_owned(), is_number: true },
            None => Head { text: (*text).to_owned(), is_number: false },
        };
        Self { heads: heads.iter().map(head).collect(), rows }
    }
}

/// A table as a part.
#[must_use]
pub fn table(heads: &[&str], rows: Vec<Vec<String>>) -> Block {
    Block::Table(Table::new(heads, rows))
}

/// A paragraph as a part.
#[must_use]
pub fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// A section's heading as a part.
#[must_use]
pub fn section(text: impl Into<String>) -> Block {
    Block::Heading(2, text.into())
}
