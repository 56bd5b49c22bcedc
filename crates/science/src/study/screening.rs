//! Effects of two-level factors, against each other: which of many stand out.

use serde::Serialize;

use super::Question;
use super::cells::crossed;
use crate::lenth::{Lenth, lenth};
use crate::linear::{Adjustment, Fit, Frame, LinearError, Term};

/// The effects of a model all of whose factors have two levels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Screening {
    /// The effect of every term that is no block.
    pub effects: Vec<ScreenedEffect>,
    /// Lenth's pseudo standard error, from the effects alone; absent for fewer than three.
    pub pse: Option<f64>,
    /// Margin of error: an effect beyond it is likely to be one, if it is looked at alone.
    pub margin: Option<f64>,
    /// Simultaneous margin of error: for all effects at once.
    pub simultaneous: Option<f64>,
}

/// One effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScreenedEffect {
    /// The term.
    pub term: String,
    /// What the response changes by from the first level to the second; for an interaction, half the difference of such
    /// changes.
    pub effect: f64,
}

/// The effects, if all factors have two levels and there are at least two effects that can be estimated.
pub(super) fn screen(frame: &Frame, fitted: &Fit<'_>, question: &Question) -> Result<Option<Screening>, LinearError> {
    let factors = crossed(frame);
    let all = frame.factors().count() - frame.blocks().count();
    if factors.len() != all || factors.iter().any(|&factor| frame.levels(factor).len() != 2) {
        return Ok(None);
    }
    let mut effects = Vec::new();
    for term in fitted.terms().terms() {
        if term.factors().iter().any(|&factor| frame.is_block(factor)) {
            continue;
        }
        effects.extend(effect(frame, fitted, term, question.level())?);
    }
    if effects.len() < 2 {
        return Ok(None);
    }
    let values: Vec<_> = effects.iter().map(|effect| effect.effect).collect();
    let found: Option<Lenth> = lenth(&values, question.level()).ok();
    Ok(Some(Screening {
        effects,
        pse: found.as_ref().map(|lenth| lenth.error),
        margin: found.as_ref().map(|lenth| lenth.margin),
        simultaneous: found.as_ref().map(|lenth| lenth.simultaneous),
    }))
}

fn effect(frame: &Frame, fitted: &Fit<'_>, term: &Term, level: f64) -> Result<Option<ScreenedEffect>, LinearError> {
    let means = fitted.marginal_means(term, level)?;
    let count = term.factors().len() as i32;
    // The last factor changes fastest, so the bits of a mean's number are its levels.
    let sign = |number: usize| if (count as u32 - number.count_ones()).is_multiple_of(2) { 1.0 } else { -1.0 };
    let weights = (0..means.means.len()).map(|number| sign(number) / libm::ldexp(1.0, count - 1)).collect();
    let contrasts = means.custom(&[(term.name(frame), weights)], Adjustment::None, level)?;
    let found = contrasts.into_iter().next().and_then(|contrast| Some((contrast.name, contrast.estimate?)));
    Ok(found.map(|(term, effect)| ScreenedEffect { term, effect }))
}
