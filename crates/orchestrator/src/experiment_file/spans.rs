//! Where every field of a document stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The places in the text of every field, by dotted path.
#[derive(Debug, Default)]
pub(super) struct Spans(BTreeMap<String, Places>);

/// Where a field's name stands, and where its value.
#[derive(Debug)]
struct Places {
    name: Range<usize>,
    value: Range<usize>,
}

impl Spans {
    /// Collects the places of all fields.
    pub(super) fn of(table: &DeTable<'_>) -> Self {
        let mut spans = Self::default();
        spans.add_table("", table);
        spans
    }

    /// The place of the value at `path`, or of its nearest ancestor that is in the text; the file's start if none is.
    pub(super) fn find(&self, path: &str) -> Range<usize> {
        self.nearest(path).map_or(0..0, |places| places.value.clone())
    }

    /// The place of the name of the field at `path`, and else as [`Self::find`].
    pub(super) fn find_name(&self, path: &str) -> Range<usize> {
        self.nearest(path).map_or(0..0, |places| places.name.clone())
    }

    fn nearest(&self, path: &str) -> Option<&Places> {
        let mut path = path;
        loop {
            if let Some(places) = self.0.get(path) {
                return Some(places);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    fn add_table(&mut self, at: &str, table: &DeTable<'_>) {
        let dot = if at.is_empty() { "" } else { "." };
        for (key, value) in table {
            self.add(format!("{at}{dot}{}", key.get_ref()), key.span(), value);
        }
    }

    fn add(&mut self, path: String, name: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let mut places = Places { name: name.clone(), value: value.span() };
        match value.get_ref() {
            DeValue::Table(table) => {
                self.add_table(&path, table);
                // The span of a table is its header and all below it: its name reads better.
                places.value = name;
            }
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add(format!("{path}[{index}]"), item.span(), item);
                }
            }
            _ => {}
        }
        self.0.insert(path, places);
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
        assert_eq!(&text[spans.find_name("scenario.name")], "name");
    }
}
