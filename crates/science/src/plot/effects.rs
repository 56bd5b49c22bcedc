//! Estimated effects of a screening design: the data of two charts.

use super::error::{PlotError, count, finite};
use super::legend::{Key, Sign};
use super::text::significant;

/// Estimated effects with Lenth's limits (Lenth 1989), all in the unit of the measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// What was measured, with its unit.
    pub measure: String,
    /// The effects in any order, 1 to 1000.
    pub effects: Vec<Effect>,
    /// Pseudo standard error of an effect.
    pub pse: Option<f64>,
    /// Margin of error: beyond it an effect is active, looked at alone.
    pub margin: Option<f64>,
    /// Simultaneous margin of error: beyond it an effect is active, looked at among all others.
    pub simultaneous: Option<f64>,
}

/// One estimated effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its name, such as `aggression` or `A:B`.
    pub name: String,
    /// Its estimate.
    pub value: f64,
}

impl Effects {
    /// Checks everything and returns the effects from the smallest to the largest by size.
    pub(super) fn ordered(&self) -> Result<Vec<&Effect>, PlotError> {
        count("effects", self.effects.len(), 1, 1000)?;
        finite("the list of effects", self.effects.iter().map(|effect| effect.value))?;
        let limits = "the list of Lenth's pseudo error and margins";
        finite(limits, self.limits())?;
        if let Some((index, value)) = self.limits().enumerate().find(|(_, value)| *value < 0.0) {
            return Err(PlotError::Value { what: limits.to_owned(), index, value });
        }
        let mut ordered: Vec<_> = self.effects.iter().collect();
        ordered.sort_by(|a, b| a.value.abs().total_cmp(&b.value.abs()));
        Ok(ordered)
    }

    /// The axis of sizes.
    pub(super) fn axis_title(&self) -> String {
        format!("|Effect| on: {}", self.measure)
    }

    /// Largest of everything that has a place on the axis of sizes.
    pub(super) fn largest(&self) -> f64 {
        self.effects.iter().map(|effect| effect.value).chain(self.limits()).map(f64::abs).fold(0.0, f64::max)
    }

    /// The two margins that there are, with the number of their dashes.
    pub(super) fn margins(&self) -> impl Iterator<Item = (f64, usize)> {
        self.margin.map(|margin| (margin, 1)).into_iter().chain(self.simultaneous.map(|margin| (margin, 2)))
    }

    /// Whether an effect lies beyond the margin of error, or beyond the simultaneous one if that is all there is.
    pub(super) fn is_active(&self, effect: &Effect) -> bool {
        self.margin.or(self.simultaneous).is_some_and(|margin| effect.value.abs() > margin)
    }

    pub(super) fn keys(&self, sign: fn(usize) -> Sign) -> Vec<Key> {
        let mut keys = vec![Key::new(sign(0), "positive effect"), Key::new(sign(1), "negative effect")];
        for (margin, dashes) in self.margins() {
            let name = if dashes == 1 { "margin of error" } else { "simultaneous margin" };
            keys.push(Key::new(Sign::Rule(dashes), format!("{name} {}", significant(margin))));
        }
        keys
    }

    /// The active effects in words.
    pub(super) fn in_words(&self) -> String {
        let active = self.effects.iter().filter(|effect| self.is_active(effect));
        let active: Vec<_> = active.map(title).collect();
        let beyond = match (self.margin.or(self.simultaneous), active.as_slice()) {
            (None, _) => "No margin of error is given.".to_owned(),
            (Some(_), []) => "None lies beyond the margin of error.".to_owned(),
            (Some(_), active) => format!("Beyond the margin of error: {}.", active.join("; ")),
        };
        format!("{} effects on {}. {beyond}", self.effects.len(), self.measure)
    }

    fn limits(&self) -> impl Iterator<Item = f64> {
        [self.pse, self.margin, self.simultaneous].into_iter().flatten()
    }
}

/// What a pointer resting on an effect shows.
pub(super) fn title(effect: &Effect) -> String {
    format!("{}: {}", effect.name, significant(effect.value))
}

/// The series whose colour and shape an effect has: one for each sign.
pub(super) fn series(effect: &Effect) -> usize {
    usize::from(effect.value < 0.0)
}
