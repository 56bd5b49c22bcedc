//! From text to specification.

use std::ops::Range;

use domain::Violation;
use domain::experiment::ExperimentSpec;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml_edit::DocumentMut;

use super::faults::Faults;
use super::overrides;
use super::spans::Spans;

/// Largest experiment file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// An experiment file that was read, with the places of its fields.
#[derive(Debug)]
pub struct Document {
    /// What it asks for.
    pub spec: ExperimentSpec,
    name: String,
    text: String,
    spans: Spans,
}

impl Document {
    /// Places violations that somebody else found in the specification.
    pub fn faults(&self, violations: Vec<Violation>) -> Faults {
        let found = violations.into_iter().map(|violation| {
            let span = self.spans.find(&violation.path);
            (violation, span)
        });
        Faults::new(&self.name, &self.text, found.collect())
    }
}

/// Reads the experiment file `name`, with `overrides` of the form `path=value` applied.
///
/// # Errors
/// Every fault that the file has by itself.
pub fn parse(name: &str, bytes: &[u8], overrides: &[String]) -> Result<Document, Box<Faults>> {
    let whole = |message: String| Box::new(Faults::new(name, "", vec![(Violation::new("", message), 0..0)]));
    if bytes.len() > MAX_BYTES {
        return Err(whole(format!("the file has {} bytes, more than the {MAX_BYTES} allowed", bytes.len())));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| whole(format!("the file is not UTF-8 text (byte {})", error.valid_up_to())))?;
    let text = with_overrides(text, overrides).map_err(whole)?;
    let (table, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        let found = errors.iter().map(|error| (Violation::new("", error.message()), error.span().unwrap_or(0..0)));
        return Err(Box::new(Faults::new(name, &text, found.collect())));
    }
    let spans = Spans::of(table.get_ref());
    let spec = read_fields(table.get_ref(), &spans).map_err(|found| Box::new(Faults::new(name, &text, found)))?;
    let document = Document { spec, name: name.to_owned(), spans, text: text.clone() };
    let violations = document.spec.violations();
    if violations.is_empty() { Ok(document) } else { Err(Box::new(document.faults(violations))) }
}

/// Reads a document and has `more` look at it too, so that all faults are told at once.
///
/// # Errors
/// Every fault.
pub fn check(
    name: &str,
    bytes: &[u8],
    overrides: &[String],
    more: impl FnOnce(&ExperimentSpec) -> Vec<Violation>,
) -> Result<Document, Box<Faults>> {
    let document = parse(name, bytes, overrides)?;
    let violations = more(&document.spec);
    if violations.is_empty() { Ok(document) } else { Err(Box::new(document.faults(violations))) }
}

fn with_overrides(text: &str, overrides: &[String]) -> Result<String, String> {
    if overrides.is_empty() {
        return Ok(text.to_owned());
    }
    // A text with faults is left as it is: reading it tells where they are.
    let Ok(mut document) = text.parse::<DocumentMut>() else { return Ok(text.to_owned()) };
    overrides::apply(&mut document, overrides)?;
    Ok(document.to_string())
}

type Found = Vec<(Violation, Range<usize>)>;

/// Reads the top-level fields one by one, so that a fault in one does not hide those in the others.
fn read_fields(table: &DeTable<'_>, spans: &Spans) -> Result<ExperimentSpec, Found> {
    let mut fields = Fields { found: Vec::new(), read: Map::new() };
    for (key, value) in table {
        fields.read(key.get_ref(), &key.span(), value);
    }
    for required in ["name", "seed", "scenario", "agent"] {
        if table.get(required).is_none() {
            let example = match required {
                "name" => "name = \"my-first-experiment\"",
                "seed" => "seed = 42",
                "scenario" => "[scenario] with name = \"defend_the_line\"",
                _ => "[agent] with policy = \"aim\"",
            };
            let violation = Violation::new(required, "is missing").with_help(format!("add {example}"));
            fields.found.push((violation, spans.find("")));
        }
    }
    if !fields.found.is_empty() {
        return Err(fields.found);
    }
    // Every field was read by its own type above, so only their sum can fail here.
    serde_json::from_value(Value::Object(fields.read))
        .map_err(|error| vec![(Violation::new("", error.to_string()), 0..0)])
}

struct Fields {
    found: Found,
    read: Map<String, Value>,
}

impl Fields {
    fn read(&mut self, key: &str, key_span: &Range<usize>, value: &Spanned<DeValue<'_>>) {
        use domain::{agent, experiment};
        let read = match key {
            "name" | "description" => field::<String>(value),
            "seed" => field::<u64>(value),
            "scenario" => field::<experiment::ScenarioSpec>(value),
            "agent" => field::<agent::AgentSpec>(value),
            "seeds" => field::<experiment::SeedSpec>(value),
            "fitness" => field::<experiment::FitnessSpec>(value),
            "design" => field::<experiment::DesignSpec>(value),
            "evolution" => field::<experiment::EvolutionSpec>(value),
            "limits" => field::<experiment::LimitSpec>(value),
            "record" => field::<experiment::RecordSpec>(value),
            _ => {
                let known =
                    "name, description, seed, scenario, agent, seeds, fitness, design, evolution, limits, record";
                let violation = Violation::new(key, "unknown field").with_help(format!("known fields are {known}"));
                self.found.push((violation, key_span.clone()));
                return;
            }
        };
        match read {
            Ok(json) => {
                self.read.insert(key.to_owned(), json);
            }
            Err(error) => {
                let violation = Violation::new(key, error.message().trim_end());
                self.found.push((violation, error.span().unwrap_or_else(|| value.span())));
            }
        }
    }
}

fn field<T: DeserializeOwned + serde::Serialize>(value: &Spanned<DeValue<'_>>) -> Result<Value, toml::de::Error> {
    let read = T::deserialize(ValueDeserializer::from(value.clone()))?;
    serde_json::to_value(read).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "compare"
seed = 7
[scenario]
name = "defend_the_line"
[agent]
policy = "aim"
[[design.factors]]
parameter = "agent.policy"
levels = ["aim", "random"]
"#;

    fn faults(text: &[u8], overrides: &[&str]) -> Vec<(String, usize, usize)> {
        let overrides: Vec<_> = overrides.iter().map(|&o| o.to_owned()).collect();
        let faults = parse("test.toml", text, &overrides).map(|d| d.spec).unwrap_err();
        faults.faults.iter().map(|fault| (fault.to_string(), fault.line, fault.column)).collect()
    }

    #[test]
    fn a_good_file_is_read_with_overrides() {
        let document = parse("test.toml", GOOD.as_bytes(), &["seeds.episodes=3".into()]).unwrap();
        assert_eq!(document.spec.seeds.episodes, 3);
        assert_eq!(document.spec.scenario.frame_skip, 4);
    }

    #[test]
    fn several_faults_are_told_at_once_with_their_places() {
        let text = GOOD.replace("seed = 7", "seed = \"x\"").replace("name = \"defend_the_line\"", "nmae = 1")
            + "\n[seeds]\nepisodes = -5\n[evolutoin]\n";
        let found = faults(text.as_bytes(), &[]);
        let lines: Vec<_> = found.iter().map(|(_, line, _)| *line).collect();
        assert_eq!(found.len(), 4, "{found:#?}");
        assert!([3, 5, 13, 14].iter().all(|line| lines.contains(line)), "{found:#?}");
    }

    #[test]
    fn semantic_faults_point_at_the_value() {
        let found = faults(GOOD.as_bytes(), &["scenario.frame_skip=0"]);
        assert_eq!(found[0].0, "scenario.frame_skip: must be from 1 to 100");
        assert!(found[0].1 > 1);
    }

    #[test]
    fn garbage_and_giants_are_refused() {
        assert!(faults(&[0xff, 0xfe, 0], &[])[0].0.contains("not UTF-8"));
        assert!(faults(&vec![b'a'; MAX_BYTES + 1], &[])[0].0.contains("more than"));
        assert!(!faults(b"= = [[[", &[]).is_empty());
        assert_eq!(faults(b"", &[]).len(), 4);
    }
}
