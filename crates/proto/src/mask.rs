//! Field masks: which fields of an answer are wanted.

use prost_types::FieldMask;

use crate::convert::BadMessage;

/// The fields of an answer that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// What `mask` names of the fields `known`; all of them where there is no mask or an empty one.
    ///
    /// # Errors
    /// If it names a field that is not known.
    pub fn of(mask: Option<FieldMask>, known: &[&str]) -> Result<Self, BadMessage> {
        let paths = mask.map(|mask| mask.paths).unwrap_or_default();
        if paths.is_empty() {
            return Ok(Self(only(known).paths));
        }
        match paths.iter().find(|path| !known.contains(&path.as_str())) {
            Some(other) => {
                let message = format!("`{other}` is not one of the fields {}", known.join(", "));
                Err(BadMessage::new("read_mask", message))
            }
            None => Ok(Self(paths)),
        }
    }

    /// Whether a field is wanted.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|wanted| wanted == field)
    }

    /// The items of a repeated field, or none where it is not wanted.
    #[must_use]
    pub fn list<T>(&self, field: &str, items: Vec<T>) -> Vec<T> {
        if self.has(field) { items } else { Vec::new() }
    }
}

/// A mask of these fields.
#[must_use]
pub fn only(fields: &[&str]) -> FieldMask {
    FieldMask { paths: fields.iter().map(|&field| field.to_owned()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["experiment", "generations"];

    #[test]
    fn a_mask_names_what_is_wanted_and_none_means_all() {
        for mask in [None, Some(FieldMask::default())] {
            let all = Wanted::of(mask, &KNOWN).unwrap();
            assert!(all.has("experiment") && all.has("generations"));
        }
        let one = Wanted::of(Some(only(&["experiment"])), &KNOWN).unwrap();
        assert!(one.has("experiment") && !one.has("generations"));
        assert_eq!((one.list("experiment", vec![1]), one.list("generations", vec![1])), (vec![1], vec![]));
    }

    #[test]
    fn an_unknown_field_is_named_with_those_that_are_known() {
        let error = Wanted::of(Some(only(&["experiment", "scores"])), &KNOWN).unwrap_err().to_string();
        assert!(error.contains("`scores`") && error.contains("generations"), "{error}");
    }
}
