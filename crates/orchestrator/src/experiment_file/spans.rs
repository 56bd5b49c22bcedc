//! Where every field of a document stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The place in the text of every field, by dotted path.
#[derive(Debug, Default)]
pub(super) struct Spans(BTreeMap<String, Range<usize>>);

impl Spans {
    /// Collects the places of all fields.
    pub(super) fn of(table: &DeTable<'_>) -> Self {
        let mut spans = Self::default();
        spans.add_table("", table);
        spans
    }

    /// The place of `path`, or of its nearest ancestor that is in the text; the file's start if none is.
    pub(super) fn find(&self, path: &str) -> Range<usize> {
        let mut path = path;
        loop {
            if let Some(span) = self.0.get(path) {
                return span.clone();
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return 0..0,
            }
        }
    }

    fn add_table(&mut self, at: &str, table: &DeTable<'_>) {
        let dot = if at.is_empty() { "" } else { "." };
        for (key, value) in table {
            let path = format!("{at}{dot}{}", key.get_ref());
            // A table's own span is its header; a value is pointed at itself, which reads better than its key.
            self.add_value(path, key.span(), value);
        }
    }

    fn add_value(&mut self, path: String, key: Range<usize>, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => {
                self.add_table(&path, table);
                self.0.insert(path, key);
            }
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add_value(format!("{path}[{index}]"), item.span(), item);
                }
                self.0.insert(path, value.span());
            }
            _ => {
                self.0.insert(path, value.span());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_field_points_at_its_nearest_ancestor() {
        let text = "[scenario]\nname = 'x'\n[[design.factors]]\nlevels = [1, 22]\n";
        let table = DeTable::parse(text).unwrap();
        let spans = Spans::of(table.get_ref());
        assert_eq!(&text[spans.find("scenario.name")], "'x'");
        assert_eq!(&text[spans.find("scenario.skill")], "scenario");
        assert_eq!(&text[spans.find("design.factors[0].levels[1]")], "22");
        assert_eq!(spans.find("evolution.population"), 0..0);
    }
}
