//! What is wrong with an experiment file, shown with the lines it stands on.

use std::ops::Range;
use std::sync::Arc;

use domain::Violation;
use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use thiserror::Error;

/// One fault and its place.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What is wrong, and with which field.
    pub violation: Violation,
    /// Bytes of the text it is about; empty if it is about the whole file.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    source: Arc<NamedSource<String>>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Violation { path, message, .. } = &self.violation;
        if path.is_empty() { f.write_str(message) } else { write!(f, "{path}: {message}") }
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.violation.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), self.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

/// Everything that is wrong with one experiment file.
#[derive(Debug, Error, Diagnostic)]
#[error("{name} is not a valid experiment: {} fault{}", faults.len(), if faults.len() == 1 { "" } else { "s" })]
#[diagnostic(code(claudoom::experiment_invalid), help("`orchestrator schema` prints what a file may contain"))]
pub struct Faults {
    /// The file's name.
    pub name: String,
    /// The faults, in the order of the file.
    #[related]
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Places violations in a text.
    pub fn new(name: &str, text: &str, mut found: Vec<(Violation, Range<usize>)>) -> Self {
        found.sort_by_key(|(_, span)| span.start);
        let source = Arc::new(NamedSource::new(name, text.to_owned()).with_language("TOML"));
        let place = |(violation, span): (Violation, Range<usize>)| {
            let (line, column) = position(text, span.start);
            Fault { violation, span, line, column, source: source.clone() }
        };
        Self { name: name.to_owned(), faults: found.into_iter().map(place).collect() }
    }
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ä = 1\nbé = 2", 11), (2, 4));
        assert_eq!(position("a\n", 99), (2, 1));
    }
}
