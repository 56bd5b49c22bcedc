//! Designs made from their fields in an experiment file: which conditions there are, in which order they are played, and
//! whether what the file claims about them is true.

mod claims;
mod error;
mod fraction;
mod names;
mod points;
mod range;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::Violation;
use domain::experiment::{DesignKind, DesignSpec, FactorSpec, MAX_CONDITIONS, PlayOrder};
use science::design::audit::{DesignMatrix, Levels};
use science::design::{Fraction, Layout};
use serde_json::Value;

pub use claims::{Question, audit, question};
pub use names::letter;
use points::Place;
use range::Range;

/// Most designs whose number of conditions is remembered.
const MOST_COUNTS: usize = 256;

/// A design with the levels that are played.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The level of every factor for each condition, in standard order.
    pub conditions: Vec<Vec<Value>>,
    /// The conditions in the order in which they are played, as indices of `conditions`.
    pub order: Vec<usize>,
    /// The regular fraction that the conditions are, or that the cube of a composite design is.
    pub fraction: Option<Fraction>,
    /// The condition in the centre of a two-level design, which is no part of its two-level conditions.
    pub centre: Option<usize>,
    /// Distance of the axial points of a composite design, as a multiple of that of the faces of its cube.
    pub alpha: Option<f64>,
    columns: Vec<(String, Levels)>,
}

impl Design {
    /// The conditions as they are audited: a centre point, which a two-level design is not judged by, is left out.
    ///
    /// # Errors
    /// If they are too many or no numbers.
    pub fn matrix(&self) -> Result<DesignMatrix, science::design::audit::AuditError> {
        DesignMatrix::new(self.columns.clone())
    }
}

/// Makes a design whose fields go together. `is_whole` says of which factors computed levels are to be whole numbers.
///
/// # Errors
/// If there is no such design, or two of its conditions are the same.
pub fn design(spec: &DesignSpec, seed: u64, is_whole: impl Fn(&FactorSpec) -> bool) -> Result<Design, Vec<Violation>> {
    let points = points::points(spec, seed).map_err(|violation| vec![violation])?;
    check_size(points.places.len() as u64)?;
    let scales: Vec<_> = spec.factors.iter().map(|factor| Range::of(factor, || is_whole(factor))).collect();
    let level = |(place, (factor, scale)): (&Place, (&FactorSpec, &Option<Range>))| match (*place, scale) {
        (Place::At(coded), Some(range)) => range.level(coded),
        (Place::Level(number), Some(range)) if factor.levels.is_empty() => range.end(number),
        (Place::Level(number), _) => factor.levels.get(number).cloned().unwrap_or_default(),
        (Place::At(_), None) => Value::Null,
    };
    let conditions: Vec<Vec<Value>> = points
        .places
        .iter()
        .map(|places| places.iter().zip(spec.factors.iter().zip(&scales)).map(level).collect())
        .collect();
    let is_complete = matches!(spec.kind, DesignKind::FullFactorial | DesignKind::OneFactorAtATime);
    if !is_complete || points.centre {
        check_different(spec, &conditions)?;
    }
    let audited = points.places.len() - usize::from(points.centre);
    let columns = spec.factors.iter().enumerate().map(|(factor, given)| {
        let places = points.places[..audited].iter().map(|places| places[factor]);
        let values = conditions[..audited].iter().map(|levels| &levels[factor]);
        (given.label().to_owned(), column(places, values, scales[factor].as_ref()))
    });
    Ok(Design {
        order: order(spec, conditions.len(), seed),
        centre: points.centre.then_some(audited),
        columns: columns.collect(),
        fraction: points.fraction,
        alpha: points.alpha,
        conditions,
    })
}

/// How many conditions a design has that can be made.
#[must_use]
pub fn count(spec: &DesignSpec) -> u64 {
    let product = || spec.factors.iter().map(|factor| factor.count() as u64).fold(1, u64::saturating_mul);
    match (spec.kind, spec.runs) {
        (DesignKind::FullFactorial, _) => product().saturating_add(u64::from(points::has_centre(spec))),
        (DesignKind::LatinHypercube | DesignKind::Sobol, runs) => runs.map_or(0, u64::from),
        _ => searched(spec),
    }
}

/// How many conditions a design has that has to be made to be counted. Looking for a fraction takes up to seconds and
/// whoever waits for results asks again and again, so that the last answers are kept.
fn searched(spec: &DesignSpec) -> u64 {
    static COUNTS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
    let counts = || COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(key) = serde_json::to_string(spec) else { return 0 };
    if let Some(&count) = counts().get(&key) {
        return count;
    }
    let count = points::points(spec, 0).map_or(0, |points| points.places.len() as u64);
    let mut counts = counts();
    if counts.len() >= MOST_COUNTS {
        counts.clear();
    }
    counts.insert(key, count);
    count
}

/// Whether nothing about it has to be proven: every combination, or one factor at a time, without claims.
#[must_use]
pub fn is_true_by_itself(spec: &DesignSpec) -> bool {
    matches!(spec.kind, DesignKind::FullFactorial | DesignKind::OneFactorAtATime) && spec.estimable.is_none()
}

fn check_size(conditions: u64) -> Result<(), Vec<Violation>> {
    if conditions <= MAX_CONDITIONS {
        return Ok(());
    }
    let message = format!("has {conditions} conditions, more than {MAX_CONDITIONS}");
    Err(vec![Violation::new("design", message).with_help("take a smaller fraction, or fewer levels or factors")])
}

/// Refuses a condition that is there twice: it would play the same episodes.
fn check_different(spec: &DesignSpec, conditions: &[Vec<Value>]) -> Result<(), Vec<Violation>> {
    let mut seen = BTreeMap::new();
    for (number, levels) in conditions.iter().enumerate() {
        let text = Value::from(levels.clone()).to_string();
        if let Some(first) = seen.insert(text, number) {
            let levels: Vec<_> =
                spec.factors.iter().zip(levels).map(|(factor, level)| format!("{}={level}", factor.label())).collect();
            let message = format!(
                "conditions {} and {} are the same ({}), and would play the same episodes",
                first + 1,
                number + 1,
                levels.join(", ")
            );
            let at = if spec.runs.is_some() { "design.runs" } else { "design" };
            let help = "ask for fewer runs, widen the ranges of whole numbers, or take type = \"full_factorial\"";
            return Err(vec![Violation::new(at, message).with_help(help)]);
        }
    }
    Ok(())
}

fn order(spec: &DesignSpec, conditions: usize, seed: u64) -> Vec<usize> {
    let standard = || (0..conditions).collect();
    match spec.play_order() {
        PlayOrder::Standard => standard(),
        PlayOrder::Random => Layout::crossed(conditions, 1, 1).map_or_else(
            |_| standard(),
            |layout| layout.randomised(seed).runs().iter().map(|run| run.condition).collect(),
        ),
    }
}

/// One factor as it is audited: by what is played, so that rounding counts.
fn column<'a>(
    places: impl Iterator<Item = Place> + Clone,
    values: impl Iterator<Item = &'a Value>,
    range: Option<&Range>,
) -> Levels {
    let listed: Option<Vec<_>> =
        places.map(|place| if let Place::Level(number) = place { Some(number) } else { None }).collect();
    match (listed, range) {
        (Some(numbers), _) => Levels::Categories(numbers),
        (None, range) => {
            let coded = |value: &Value| value.as_f64().zip(range).map_or(f64::NAN, |(value, range)| range.coded(value));
            Levels::Coded(values.map(coded).collect())
        }
    }
}

#[cfg(test)]
mod tests;
