//! The fraction that the fields of a design ask for.

use domain::Violation;
use domain::experiment::{DesignSpec, FoldOver};
use science::design::Fraction;

use super::error::{self, refusal};
use super::names;

/// Made by the first of these that is given: generators, effects that are clear, the number of runs, the resolution. The
/// others are claims. Then it is folded over.
pub(super) fn of(spec: &DesignSpec) -> Result<Fraction, Violation> {
    let factors = spec.factors.len();
    let refused = |error| refusal(spec, &error);
    let fraction = match (&spec.generators, &spec.clear, spec.runs, spec.resolution) {
        (Some(generators), ..) => Fraction::from_generators(factors, generators).map_err(refused)?,
        (_, Some(effects), ..) => {
            let words = effects.iter().enumerate().map(|(index, text)| names::word(spec, "clear", index, text));
            let words: Vec<_> = words.collect::<Result<_, _>>()?;
            Fraction::with_clear_effects(factors, &words).map_err(refused)?.fraction
        }
        (_, _, Some(runs), _) => Fraction::minimum_aberration(factors, runs as usize).map_err(refused)?,
        (_, _, _, resolution) => {
            Fraction::with_resolution(factors, resolution.unwrap_or(3) as usize).map_err(refused)?
        }
    };
    if let Some(claimed) = spec.runs.filter(|&runs| runs as usize != fraction.runs()) {
        let source = if spec.generators.is_some() { "generators" } else { "effects that are to be clear" };
        let message = format!("the {source} make {} runs, not {claimed}", fraction.runs());
        return Err(Violation::new("design.runs", message).with_help("correct the number, or leave it out"));
    }
    folded(spec, fraction)
}

fn folded(spec: &DesignSpec, fraction: Fraction) -> Result<Fraction, Violation> {
    let folded = match &spec.fold_over {
        None | Some(FoldOver::Whole(false)) => return Ok(fraction),
        Some(FoldOver::Whole(true)) => fraction.fold_over(),
        Some(FoldOver::On(names)) => {
            let factor = |(index, name): (usize, &String)| {
                names::factor(spec, name)
                    .ok_or_else(|| names::unknown(spec, &format!("design.fold_over[{index}]"), name))
            };
            fraction.fold_over_on(&names.iter().enumerate().map(factor).collect::<Result<Vec<_>, _>>()?)
        }
    };
    folded.map_err(|error| error::at("design.fold_over", &error))
}

/// The cube of a composite design. A resolution beside its generators is a claim.
pub(super) fn cube(spec: &DesignSpec) -> Result<Fraction, Violation> {
    let factors = spec.factors.len();
    let cube = match (&spec.generators, spec.resolution) {
        (Some(generators), _) => Fraction::from_generators(factors, generators),
        (None, resolution) => Fraction::with_resolution(factors, resolution.unwrap_or(5) as usize),
    }
    .map_err(|error| refusal(spec, &error))?;
    match (spec.resolution, cube.defining_words().ok().and_then(|words| words.first().copied())) {
        (Some(claimed), Some(word)) if word.length() < claimed as usize => {
            let message = format!("the cube does not have resolution {claimed}: {word} is constant");
            Err(Violation::new("design.resolution", message)
                .with_help("claim what is true, or leave out the generators"))
        }
        _ => Ok(cube),
    }
}
