//! The columns of an export: what each is called, holds and means.

use std::collections::{BTreeMap, BTreeSet};

use domain::digest::Digest;
use domain::experiment::ExperimentSpec;
use domain::measures::Response;
use domain::plan::Purpose;
use domain::ports::ScoreRow;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// What stands before the name of a factor in the name of its column, so that a factor is never taken for a measure.
const FACTOR: &str = "factor_";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers of 64 bits with a sign.
    Integer,
    /// Floating point of 64 bits.
    Real,
    /// True or false.
    Truth,
}

impl Kind {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Truth => "boolean",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What that means, with its unit.
    pub meaning: String,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is none.
    Absent,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// True or false.
    Truth(bool),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Real(number) => serializer.serialize_f64(*number),
            Self::Truth(truth) => serializer.serialize_bool(*truth),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

/// What all rows have in common.
#[derive(Debug, Clone)]
pub struct Source {
    /// Id of the experiment.
    pub id: String,
    /// Where it stands.
    pub status: String,
    /// Its digest; empty while it is not completed.
    pub digest: String,
    /// What was launched.
    pub spec: ExperimentSpec,
    /// What each generation is for.
    pub purposes: BTreeMap<u32, Purpose>,
    /// The level of every factor by the position of the condition; empty for an evolution.
    pub levels: BTreeMap<u32, BTreeMap<String, Value>>,
}

/// An episode as it is listed.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The generation.
    pub generation: u32,
    /// Position of the condition or genome.
    pub position: u32,
    /// Which repetition.
    pub replicate: u32,
    /// Who plays.
    pub agent: String,
    /// What sets it apart.
    pub label: String,
    /// The seed as the experiment names it.
    pub seed: u32,
    /// The seed that the engine plays.
    pub doom_seed: u32,
    /// Its score, if it has one.
    pub score: Option<ScoreRow>,
}

/// A column that every experiment has, and where its values come from.
struct Fixed {
    name: &'static str,
    kind: Kind,
    meaning: &'static str,
    of: fn(&Source, &Episode) -> Cell,
}

const fn fixed(name: &'static str, kind: Kind, meaning: &'static str, of: fn(&Source, &Episode) -> Cell) -> Fixed {
    Fixed { name, kind, meaning, of }
}

const BEFORE: [Fixed; 9] = [
    fixed("experiment_id", Kind::Text, "id of the experiment", |source, _| source.id.as_str().into()),
    fixed("experiment", Kind::Text, "its name", |source, _| source.spec.name.as_str().into()),
    fixed(
        "experiment_status",
        Kind::Text,
        "where it stands; rows of one that runs are those of a moment",
        |source, _| source.status.as_str().into(),
    ),
    fixed(
        "experiment_digest",
        Kind::Text,
        "digest over all rows, hexadecimal; absent until it is completed",
        |source, _| some(&source.digest),
    ),
    fixed("generation", Kind::Integer, "round of a population, from 0; 0 for a design", |_, episode| {
        episode.generation.into()
    }),
    fixed("purpose", Kind::Text, "what the generation is for: design, statistics, evolution or confirmation", purpose),
    fixed("position", Kind::Integer, "position of the condition or genome, from 0", |_, episode| {
        episode.position.into()
    }),
    fixed("agent", Kind::Text, "name of the condition or genome, unique within its generation", |_, episode| {
        episode.agent.as_str().into()
    }),
    fixed("label", Kind::Text, "what sets it apart, for people", |_, episode| episode.label.as_str().into()),
];

const AFTER: [Fixed; 5] = [
    fixed("replicate", Kind::Integer, "repetition, from 0", |_, episode| episode.replicate.into()),
    fixed("seed", Kind::Integer, "the seed as the experiment names it", |_, episode| episode.seed.into()),
    fixed(
        "doom_seed",
        Kind::Integer,
        "the seed that the engine plays, the same for all conditions: the block of a paired comparison",
        |_, episode| episode.doom_seed.into(),
    ),
    fixed(
        "status",
        Kind::Text,
        "scored, or planned while there is no score: all that follows is absent then",
        |_, episode| if episode.score.is_some() { "scored" } else { "planned" }.into(),
    ),
    fixed("fitness", Kind::Real, "fitness as the experiment defines it", |_, episode| {
        scored(episode, |score| Cell::Real(score.fitness))
    }),
];

const LAST: [Fixed; 2] = [
    fixed("end", Kind::Text, "why the episode ended: death, map_end or timeout", |_, episode| {
        scored(episode, |score| match json!(score.score.measures.end) {
            Value::String(end) => Cell::Text(end),
            _ => Cell::Absent,
        })
    }),
    fixed("trajectory", Kind::Text, "digest of all that happened in the episode, hexadecimal", |_, episode| {
        scored(episode, |score| Cell::Text(Digest(score.score.trajectory).to_string()))
    }),
];

fn some(text: &str) -> Cell {
    if text.is_empty() { Cell::Absent } else { text.into() }
}

fn purpose(source: &Source, episode: &Episode) -> Cell {
    source.purposes.get(&episode.generation).map_or(Cell::Absent, |purpose| purpose.name().into())
}

fn scored(episode: &Episode, of: impl FnOnce(&ScoreRow) -> Cell) -> Cell {
    episode.score.as_ref().map_or(Cell::Absent, of)
}

/// The kind of a measure.
fn kind(response: Response) -> Kind {
    if response.is_count() { Kind::Integer } else { Kind::Real }
}

fn measure(episode: &Episode, response: Response) -> Cell {
    scored(episode, |score| match (score.score.measures.get(response), kind(response)) {
        (None, _) => Cell::Absent,
        // Counts are 32 bits wide, which a real holds exactly.
        (Some(value), Kind::Integer) => Cell::Integer(value as i64),
        (Some(value), _) => Cell::Real(value),
    })
}

/// All columns of one experiment.
#[derive(Debug, Clone)]
pub struct Layout {
    factors: Vec<(String, Kind)>,
}

impl Layout {
    /// The columns for what the source has.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        let names: BTreeSet<&String> = source.levels.values().flat_map(BTreeMap::keys).collect();
        let kind_of = |name: &String| common(source.levels.values().filter_map(|levels| levels.get(name)));
        Self { factors: names.into_iter().map(|name| (name.clone(), kind_of(name))).collect() }
    }

    /// The columns in order.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let fixed =
            |fixed: &Fixed| Column { name: fixed.name.to_owned(), kind: fixed.kind, meaning: fixed.meaning.to_owned() };
        let factors = self.factors.iter().map(|(name, kind)| Column {
            name: format!("{FACTOR}{name}"),
            kind: *kind,
            meaning: format!("level of the factor `{name}`"),
        });
        let measures = Response::ALL.into_iter().map(|response| Column {
            name: response.name().to_owned(),
            kind: kind(response),
            meaning: response.about().to_owned(),
        });
        BEFORE
            .iter()
            .map(fixed)
            .chain(factors)
            .chain(AFTER.iter().map(fixed))
            .chain(measures)
            .chain(LAST.iter().map(fixed))
            .collect()
    }

    /// The row of an episode, with a cell for each column.
    #[must_use]
    pub fn row(&self, source: &Source, episode: &Episode) -> Vec<Cell> {
        let fixed = |fixed: &Fixed| (fixed.of)(source, episode);
        let levels = source.levels.get(&episode.position);
        let factors = self.factors.iter().map(|(name, kind)| level(levels.and_then(|levels| levels.get(name)), *kind));
        let measures = Response::ALL.into_iter().map(|response| measure(episode, response));
        BEFORE
            .iter()
            .map(fixed)
            .chain(factors)
            .chain(AFTER.iter().map(fixed))
            .chain(measures)
            .chain(LAST.iter().map(fixed))
            .collect()
    }
}

/// The kind that holds all levels of a factor.
fn common<'a>(levels: impl Iterator<Item = &'a Value>) -> Kind {
    let of = |level: &Value| match level {
        Value::Bool(_) => Kind::Truth,
        Value::Number(number) if number.is_i64() => Kind::Integer,
        Value::Number(_) => Kind::Real,
        _ => Kind::Text,
    };
    let both = |one: Kind, other: Kind| match (one, other) {
        (one, other) if one == other => one,
        (Kind::Integer, Kind::Real) | (Kind::Real, Kind::Integer) => Kind::Real,
        _ => Kind::Text,
    };
    levels.map(of).reduce(both).unwrap_or(Kind::Text)
}

fn level(level: Option<&Value>, kind: Kind) -> Cell {
    let Some(level) = level.filter(|level| !level.is_null()) else { return Cell::Absent };
    let cell = match kind {
        Kind::Truth => level.as_bool().map(Cell::Truth),
        Kind::Integer => level.as_i64().map(Cell::Integer),
        Kind::Real => level.as_f64().map(Cell::Real),
        Kind::Text => level.as_str().map(Cell::from),
    };
    // A list, or a number among names.
    cell.unwrap_or_else(|| Cell::Text(level.to_string()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    const PAGE: &str = "docs/exporting-data.md";

    /// The table of the columns that every experiment has.
    fn documented() -> String {
        let factor = Column { name: format!("{FACTOR}NAME"), kind: Kind::Text, meaning: "level of the factor NAME: one column for each factor of a design, of the type that holds all its levels".to_owned() };
        let mut columns = Layout { factors: Vec::new() }.columns();
        columns.insert(BEFORE.len(), factor);
        let mut table = "| column | type | meaning |\n|---|---|---|\n".to_owned();
        for Column { name, kind, meaning } in columns {
            let _ = writeln!(table, "| `{name}` | {} | {meaning} |", kind.name());
        }
        table
    }

    /// After a change run this test with `CLAUDOOM_REGENERATE=1`, which rewrites the table.
    #[test]
    fn the_page_names_every_column() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PAGE);
        let page = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once("<!-- columns -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- end of columns -->").unwrap();
        let written = format!("{before}<!-- columns -->\n{}<!-- end of columns -->{after}", documented());
        if std::env::var_os("CLAUDOOM_REGENERATE").is_some() {
            std::fs::write(&path, &written).unwrap();
        }
        assert!(page == written, "{PAGE} is out of date: run this test with CLAUDOOM_REGENERATE=1");
    }

    #[test]
    fn a_factor_has_the_kind_that_holds_all_its_levels() {
        let common = |levels: &[Value]| common(levels.iter());
        assert_eq!(common(&[json!(1), json!(2)]), Kind::Integer);
        assert_eq!(common(&[json!(1), json!(2.5)]), Kind::Real);
        assert_eq!(common(&[json!(true), json!(false)]), Kind::Truth);
        assert_eq!(common(&[json!("aim"), json!(2.5)]), Kind::Text);
        assert_eq!(level(Some(&json!(2.5)), Kind::Text), Cell::Text("2.5".to_owned()));
        assert_eq!(level(Some(&json!([1, 2])), Kind::Text), Cell::Text("[1,2]".to_owned()));
        assert_eq!(level(Some(&json!(1)), Kind::Real), Cell::Real(1.0));
        assert_eq!(level(None, Kind::Real), Cell::Absent);
    }
}
