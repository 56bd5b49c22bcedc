//! From text to specification.

use std::ops::Range;

use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::shape::Misfit;
use toml::de::DeTable;
use toml_edit::DocumentMut;

use super::faults::Faults;
use super::spans::Spans;
use super::{json, overrides};

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
    let spec = read(table.get_ref(), &spans).map_err(|found| Box::new(Faults::new(name, &text, found)))?;
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

/// Reads the specification. Its shape is checked first, for serde stops at the first fault and tells it in its own words.
fn read(table: &DeTable<'_>, spans: &Spans) -> Result<ExperimentSpec, Found> {
    let value = json::object(table);
    let found: Found = ExperimentSpec::misfits(&value).into_iter().map(|misfit| placed(misfit, spans)).collect();
    if !found.is_empty() {
        return Err(found);
    }
    serde_json::from_value(value).map_err(|error| vec![(Violation::new("", error.to_string()), 0..0)])
}

fn placed(misfit: Misfit, spans: &Spans) -> (Violation, Range<usize>) {
    let span = match &misfit {
        Misfit::Name(violation) => spans.find_name(&violation.path),
        Misfit::Value(violation) => spans.find(&violation.path),
    };
    (misfit.into_violation(), span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment_file::Fault;

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
        let expected = [
            ("seed: \"x\" is not a whole number from 0 to 18446744073709551615", 3, 8),
            ("scenario.nmae: unknown field `nmae`", 5, 1),
            ("seeds.episodes: -5 is not a whole number from 1 to 1000000", 13, 12),
            ("evolutoin: unknown field `evolutoin`", 14, 2),
        ];
        assert_eq!(found, expected.map(|(told, line, column)| (told.to_owned(), line, column)));
    }

    #[test]
    fn a_wrong_value_is_told_at_its_place_with_what_is_allowed() {
        let cases = [
            ("fitness = \"kils\"", "fitness: unknown value `kils`", 11),
            ("fitness = 3.5", "fitness: 3.5 is not one of kills, deaths", 11),
            ("fitness = { kils = 1.0 }", "fitness.kils: unknown field `kils`", 13),
            ("fitness = { kills = nan }", "fitness.kills: nan or inf is not a number", 21),
            ("seeds.explicit = [1, -3]", "seeds.explicit[1]: -3 is not a whole number from 0 to 4294967295", 22),
            ("seeds.seeding = 'doom'", "seeds.seeding: unknown value `doom`", 17),
            ("limits.tick_seconds = 0", "limits.tick_seconds: 0 is not a number above 0 and up to 3600", 23),
            ("evolution.elites = 16", "evolution.elites: 16 is not below the population, which is 16", 20),
            ("[[design.factors]]\nparameter = 'scenario.skill'", "design.factors[0].levels: is missing", 1),
        ];
        for (line, told, column) in cases {
            let text = format!("name = 't'\nseed = 1\nscenario.name = 'basic'\nagent.policy = 'aim'\n{line}");
            let fault = faults(text.as_bytes(), &[]).into_iter().find(|(_, line, _)| *line == 5).expect(line);
            assert!(fault.0.starts_with(told) && fault.2 == column, "{fault:?}");
        }
    }

    #[test]
    fn what_was_meant_is_asked_for() {
        let faults = parse("test.toml", GOOD.replace("policy = ", "polciy = ").as_bytes(), &[]).unwrap_err().faults;
        let help = |fault: &Fault| fault.violation.help.clone().unwrap_or_default();
        assert!(faults.iter().any(|fault| help(fault).starts_with("did you mean `policy`? there are file, genome, policy")));
    }

    #[test]
    fn semantic_faults_point_at_the_value() {
        let found = faults(GOOD.as_bytes(), &["scenario.frame_skip=0"]);
        assert_eq!(found[0].0, "scenario.frame_skip: 0 is not a whole number from 1 to 100");
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
