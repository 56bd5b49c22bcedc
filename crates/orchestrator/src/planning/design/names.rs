//! What factors and effects are called in a file: by the names of factors, or by their letters.

use domain::Violation;
use domain::experiment::{DesignSpec, FactorSpec};
use science::design::Word;
use science::design::audit::Term;

use super::error;

/// The letter of a factor in generators and words.
#[must_use]
pub fn letter(factor: usize) -> String {
    Word::of(&[factor]).map_or_else(|_| (factor + 1).to_string(), |word| word.to_string())
}

/// A factor for people: its letter and its name.
pub(super) fn quoted(index: usize, factor: &FactorSpec) -> String {
    format!("{} (`{}`)", letter(index), factor.label())
}

/// The number of the factor with this name, else with this letter.
pub(super) fn factor(spec: &DesignSpec, name: &str) -> Option<usize> {
    let by_name = spec.factors.iter().position(|factor| factor.label() == name);
    by_name.or_else(|| (0..spec.factors.len()).find(|&factor| letter(factor) == name))
}

/// There is no such factor.
pub(super) fn unknown(spec: &DesignSpec, at: &str, name: &str) -> Violation {
    Violation::unknown(at, "factor", name, spec.factors.iter().map(FactorSpec::label))
}

/// The factors of the effect at this place of a list, such as `A:B`.
fn factors(spec: &DesignSpec, field: &str, index: usize, text: &str) -> Result<Vec<usize>, Violation> {
    let at = format!("design.{field}[{index}]");
    let names = text.split(':').map(str::trim);
    let found: Vec<_> =
        names.map(|name| factor(spec, name).ok_or_else(|| unknown(spec, &at, name))).collect::<Result<_, _>>()?;
    let mut different = found.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < found.len() {
        let message = format!("`{text}` names a factor twice");
        return Err(Violation::new(at, message).with_help("write each factor once, such as \"A:B\""));
    }
    Ok(found)
}

/// The effect as a word of a fraction.
pub(super) fn word(spec: &DesignSpec, field: &str, index: usize, text: &str) -> Result<Word, Violation> {
    let factors = factors(spec, field, index, text)?;
    Word::of(&factors).map_err(|error| error::at(&format!("design.{field}[{index}]"), &error))
}

/// The effects of a list as terms of a model.
pub(super) fn terms(spec: &DesignSpec, field: &str, effects: Option<&Vec<String>>) -> Result<Vec<Term>, Violation> {
    let effects = effects.into_iter().flatten().enumerate();
    effects.map(|(index, text)| Ok(Term::interaction(&factors(spec, field, index, text)?))).collect()
}
