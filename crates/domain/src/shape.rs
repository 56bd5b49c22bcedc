//! Whether a value has the shape that a JSON Schema asks for; if not, what is wrong, in words for people.
//!
//! The schema is derived from the type that a value is read into. So a range is written once, beside its field, and holds
//! for files, for the levels of factors and for editors that use the published schema. Only those keywords are understood
//! that such schemas have.

use serde_json::{Map, Number, Value};

use crate::error::Violation;
use crate::file::ContentHash;

/// Characters of a value that are shown.
const SHOWN: usize = 40;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// The name of a field that there is not.
    Name(Violation),
    /// A value, or the lack of one.
    Value(Violation),
}

impl Misfit {
    /// What is wrong, and where.
    #[must_use]
    pub fn into_violation(self) -> Violation {
        match self {
            Self::Name(violation) | Self::Value(violation) => violation,
        }
    }
}

/// Everything about `value` that does not fit `schema`, which has no references. What is absent is left out of a value,
/// so null fits nothing; it stands for a number that is not finite.
#[must_use]
pub fn misfits(schema: &Value, value: &Value) -> Vec<Misfit> {
    let mut found = Vec::new();
    check(schema, value, "", &mut found);
    found
}

fn check(schema: &Value, value: &Value, path: &str, found: &mut Vec<Misfit>) {
    let schema = alternative(schema, value);
    if !fits(schema, value) {
        found.push(Misfit::Value(unfit(schema, value, path)));
        return;
    }
    match value {
        Value::Object(fields) => check_fields(schema, fields, path, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(&schema["items"], item, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn check_fields(schema: &Value, fields: &Map<String, Value>, path: &str, found: &mut Vec<Misfit>) {
    let dot = if path.is_empty() { "" } else { "." };
    let known = schema["properties"].as_object();
    for (name, value) in fields {
        let at = format!("{path}{dot}{name}");
        match (known.and_then(|known| known.get(name)), &schema["additionalProperties"]) {
            (Some(field), _) => check(field, value, &at, found),
            (None, Value::Bool(false)) => {
                let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
                found.push(Misfit::Name(Violation::unknown(at, "field", name, names)));
            }
            (None, any) => check(any, value, &at, found),
        }
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for name in required.filter(|&name| !fields.contains_key(name)) {
        let violation = Violation::new(format!("{path}{dot}{name}"), "is missing");
        let about = schema["properties"][name]["description"].as_str().unwrap_or_default();
        found.push(Misfit::Value(violation.with_help(about.trim_end_matches('.'))));
    }
}

/// Of several schemas the first one for this type of value.
fn alternative<'a>(schema: &'a Value, value: &Value) -> &'a Value {
    let mut branches = schema["anyOf"].as_array().into_iter().flatten();
    branches.find(|branch| has_type(branch, value)).map_or(schema, |branch| alternative(branch, value))
}

fn fits(schema: &Value, value: &Value) -> bool {
    if !schema["anyOf"].is_null() {
        return false;
    }
    match choices(schema) {
        Some(choices) => value.as_str().is_some_and(|text| choices.contains(&text)),
        None => has_type(schema, value) && is_within(schema, value) && has_format(schema, value),
    }
}

/// The texts that are allowed, where not all are.
fn choices(schema: &Value) -> Option<Vec<&str>> {
    if let Some(choices) = schema["enum"].as_array() {
        return Some(choices.iter().filter_map(Value::as_str).collect());
    }
    let branches = schema["oneOf"].as_array()?;
    Some(branches.iter().filter_map(|branch| branch["const"].as_str()).collect())
}

/// The types that are allowed; none where all are.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    };
    let types = types(schema);
    types.is_empty() && !value.is_null() || types.into_iter().any(is)
}

fn is_within(schema: &Value, value: &Value) -> bool {
    let (size, low, high) = match value {
        Value::Number(number) => (number.as_f64(), minimum(schema), maximum(schema)),
        Value::String(text) => {
            (Some(text.chars().count() as f64), number(schema, "minLength"), number(schema, "maxLength"))
        }
        Value::Array(items) => (Some(items.len() as f64), number(schema, "minItems"), number(schema, "maxItems")),
        _ => return true,
    };
    let Some(size) = size else { return false };
    let bound = |bound: Option<Number>| bound.and_then(|bound| bound.as_f64());
    bound(low).is_none_or(|low| size >= low)
        && bound(high).is_none_or(|high| size <= high)
        && (!value.is_number() || bound(above(schema)).is_none_or(|above| size > above))
}

/// Whether a text is what its format asks for, where that is one of ours.
fn has_format(schema: &Value, value: &Value) -> bool {
    let is_hash = || value.as_str().is_some_and(|text| text.parse::<ContentHash>().is_ok());
    schema["format"] != ContentHash::FORMAT || is_hash()
}

fn number(schema: &Value, key: &str) -> Option<Number> {
    schema[key].as_number().cloned()
}

fn minimum(schema: &Value) -> Option<Number> {
    number(schema, "minimum")
}

/// The number that a value must be above.
fn above(schema: &Value) -> Option<Number> {
    number(schema, "exclusiveMinimum")
}

fn maximum(schema: &Value) -> Option<Number> {
    let of_type = || match schema["format"].as_str()? {
        "uint32" => Some(u32::MAX.into()),
        "uint64" => Some(u64::MAX.into()),
        _ => None,
    };
    number(schema, "maximum").or_else(of_type)
}

fn unfit(schema: &Value, value: &Value, path: &str) -> Violation {
    match (choices(schema), value) {
        (Some(choices), Value::String(text)) => Violation::unknown(path, "value", text, choices),
        _ => Violation::new(path, format!("{} is not {}", shown(value), description(schema))),
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() {
        return "nan or inf".to_owned();
    }
    let text = value.to_string();
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() { cut + "..." } else { text }
}

/// What would fit.
fn description(schema: &Value) -> String {
    if let Some(branches) = schema["anyOf"].as_array() {
        let branches = branches.iter().filter(|branch| branch["type"] != "null");
        return branches.map(description).collect::<Vec<_>>().join(" or ");
    }
    if let Some(choices) = choices(schema) {
        return format!("one of {}", choices.join(", "));
    }
    match types(schema).first().copied() {
        Some("string") if schema["format"] == ContentHash::FORMAT => "64 hexadecimal digits (0-9, a-f)".to_owned(),
        Some("string") => format!("a text{}", count(schema, "Length", "characters")),
        Some("array") => format!("a list{}", count(schema, "Items", "items")),
        Some("object") => "a table".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => format!("a whole number{}", range(schema)),
        _ => format!("a number{}", range(schema)),
    }
}

fn count(schema: &Value, what: &str, unit: &str) -> String {
    match (number(schema, &format!("min{what}")), number(schema, &format!("max{what}"))) {
        (Some(low), Some(high)) => format!(" of {low} to {high} {unit}"),
        (Some(low), None) => format!(" of {low} or more {unit}"),
        (None, Some(high)) => format!(" of at most {high} {unit}"),
        (None, None) => String::new(),
    }
}

fn range(schema: &Value) -> String {
    let plain = |bound: Option<Number>| bound.as_ref().map(plain);
    match (plain(minimum(schema)), plain(above(schema)), plain(maximum(schema))) {
        (Some(low), _, Some(high)) => format!(" from {low} to {high}"),
        (None, Some(low), Some(high)) => format!(" above {low} and up to {high}"),
        (Some(low), _, None) => format!(" of {low} or more"),
        (None, Some(low), None) => format!(" above {low}"),
        (None, None, Some(high)) => format!(" up to {high}"),
        (None, None, None) => String::new(),
    }
}

/// A number without the `.0` of whole ones.
fn plain(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float.to_string(),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use schemars::generate::SchemaSettings;
    use serde_json::json;

    use super::*;
    use crate::file::{FileRef, StoredFile};

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Sample {
        /// What it is called.
        #[schemars(length(min = 1, max = 5))]
        name: String,
        #[serde(default)]
        count: u32,
        #[schemars(range(min = 1, max = 9))]
        digit: Option<u32>,
        #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0))]
        share: Option<f64>,
        flag: Option<bool>,
        #[schemars(length(min = 2))]
        list: Option<Vec<u32>>,
        kind: Option<Kind>,
        either: Option<Either>,
        numbers: Option<BTreeMap<String, f64>>,
        file: Option<FileRef<StoredFile>>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code, reason = "only its schema is used")]
    enum Kind {
        /// Documented, which makes the schema another one.
        First,
        /// Documented.
        Second,
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "only its schema is used")]
    enum Either {
        Plain(Plain),
        Table(BTreeMap<Plain, f64>),
    }

    #[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code, reason = "only its schema is used")]
    enum Plain {
        Kills,
        Hits,
    }

    fn found(value: Value) -> Vec<String> {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<Sample>().to_value();
        let told = |misfit: Misfit| {
            let Violation { path, message, help } = misfit.into_violation();
            format!("{path}: {message} ({})", help.unwrap_or_default())
        };
        misfits(&schema, &value).into_iter().map(told).collect()
    }

    #[test]
    fn what_fits_is_accepted() {
        assert_eq!(found(json!({ "name": "a" })), [""; 0]);
        let all = json!({
            "name": "12345", "count": u32::MAX, "digit": 9, "share": 1, "flag": false, "list": [1, 2], "kind": "second",
            "either": { "kills": 1, "hits": -0.5 }, "numbers": { "any.name": 1e300 },
        });
        assert_eq!(found(all), [""; 0]);
        assert_eq!(found(json!({ "name": "a", "either": "hits" })), [""; 0]);
        let stored = json!({ "name": "a.wad", "blake3": "0".repeat(64) });
        for file in [json!("a.wad"), stored] {
            assert_eq!(found(json!({ "name": "a", "file": file })), [""; 0]);
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_value_and_what_would() {
        let cases = [
            (json!({ "name": "" }), "name: \"\" is not a text of 1 to 5 characters ()"),
            (json!({ "name": 5 }), "name: 5 is not a text of 1 to 5 characters ()"),
            (json!({ "count": -5 }), "count: -5 is not a whole number from 0 to 4294967295 ()"),
            (json!({ "count": 4.0 }), "count: 4.0 is not a whole number from 0 to 4294967295 ()"),
            (json!({ "digit": 0 }), "digit: 0 is not a whole number from 1 to 9 ()"),
            (json!({ "digit": "x" }), "digit: \"x\" is not a whole number from 1 to 9 ()"),
            (json!({ "share": 0 }), "share: 0 is not a number above 0 and up to 1 ()"),
            (json!({ "share": 1.5 }), "share: 1.5 is not a number above 0 and up to 1 ()"),
            (json!({ "share": f64::NAN }), "share: nan or inf is not a number above 0 and up to 1 ()"),
            (json!({ "flag": 1 }), "flag: 1 is not true or false ()"),
            (json!({ "list": [1] }), "list: [1] is not a list of 2 or more items ()"),
            (json!({ "list": [1, "b"] }), "list[1]: \"b\" is not a whole number from 0 to 4294967295 ()"),
            (
                json!({ "kind": "secnod" }),
                "kind: unknown value `secnod` (did you mean `second`? there are first, second)",
            ),
            (json!({ "either": "kils" }), "either: unknown value `kils` (did you mean `kills`? there are kills, hits)"),
            (json!({ "either": 3 }), "either: 3 is not one of kills, hits or a table ()"),
            (json!({ "either": { "kills": "a" } }), "either.kills: \"a\" is not a number ()"),
            (json!({ "numbers": { "x": true } }), "numbers.x: true is not a number ()"),
            (json!({ "file": 1 }), "file: 1 is not a text of 1 or more characters or a table ()"),
            (
                json!({ "file": { "name": "a", "blake3": "00FF" } }),
                "file.blake3: \"00FF\" is not 64 hexadecimal digits (0-9, a-f) ()",
            ),
        ];
        for (mut value, expected) in cases {
            value.as_object_mut().unwrap().entry("name").or_insert("a".into());
            assert_eq!(found(value), [expected]);
        }
    }

    #[test]
    fn unknown_and_missing_fields_are_named() {
        let found = found(json!({ "cuont": 1, "either": { "hist": 1.0 } }));
        assert_eq!(found[0].split_once("? there are").unwrap().0, "cuont: unknown field `cuont` (did you mean `count`");
        assert!(found[1].starts_with("either.hist: unknown field `hist` (did you mean `hits`?"), "{found:?}");
        assert_eq!(found[2], "name: is missing (What it is called)");
    }

    #[test]
    fn long_values_are_cut() {
        let found = found(json!({ "name": "ä".repeat(1000) }));
        assert!(found[0].contains("ä...") && found[0].len() < 200, "{found:?}");
    }
}
