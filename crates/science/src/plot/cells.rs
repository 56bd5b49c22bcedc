//! Estimates for the levels of one or two factors: the data of several charts.

use super::error::{PlotError, count, finite, interval, length};
use super::legend::{Key, Sign};
use super::scale::Domain;
use super::text::with_interval;

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value, in the unit of its chart.
    pub value: f64,
    /// Lower and upper end of its interval; absent where none could be computed.
    pub interval: Option<(f64, f64)>,
}

/// Estimates at the levels of one factor, for each level of another one if there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// What was measured, with its unit, such as `Kills per episode` or `Survival time (s)`.
    pub measure: String,
    /// The factor along the axis.
    pub factor: String,
    /// Its levels in their order, 1 to 200.
    pub levels: Vec<String>,
    /// The factor whose levels are told apart by colour and shape; empty without a second factor.
    pub by: String,
    /// One group for each level of the second factor, at most 12; a single one without.
    pub groups: Vec<Group>,
}

/// The estimates of one level of the second factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The level; not shown where there is only one group.
    pub name: String,
    /// One estimate for each level of the first factor; `None` where nothing was measured.
    pub estimates: Vec<Option<Estimate>>,
}

impl Cells {
    pub(super) fn check(&self) -> Result<(), PlotError> {
        count("levels", self.levels.len(), 1, 200)?;
        count("groups", self.groups.len(), 1, 12)?;
        for group in &self.groups {
            length(&format!("group {:?}", group.name), group.estimates.len(), self.levels.len())?;
            check(&group.name, group.estimates.iter().copied())?;
        }
        count("estimates", self.present().count(), 1, usize::MAX)
    }

    /// The range of all estimates and their intervals.
    pub(super) fn domain(&self) -> Domain {
        Domain::of(self.present().flat_map(|estimate| estimate.extremes()))
    }

    pub(super) fn keys(&self, sign: fn(usize) -> Sign) -> Vec<Key> {
        self.groups.iter().enumerate().map(|(index, group)| Key::new(sign(index), &group.name)).collect()
    }

    /// What a pointer resting on an estimate shows.
    pub(super) fn title(&self, group: &Group, level: usize, estimate: Estimate) -> String {
        let value = with_interval(estimate.value, estimate.interval);
        let level = self.levels.get(level).map_or("", String::as_str);
        if self.groups.len() == 1 { format!("{level}: {value}") } else { format!("{level}, {}: {value}", group.name) }
    }

    /// All estimates in words, the first twenty of each group.
    pub(super) fn in_words(&self) -> String {
        let mut words = Vec::new();
        for group in &self.groups {
            for (level, estimate) in group.estimates.iter().enumerate().take(20) {
                let missing = || format!("{}: none", self.levels[level]);
                words.push(estimate.map_or_else(missing, |estimate| self.title(group, level, estimate)));
            }
        }
        format!("{} by {}. {}.", self.measure, self.factor, words.join("; "))
    }

    fn present(&self) -> impl Iterator<Item = Estimate> {
        self.groups.iter().flat_map(|group| group.estimates.iter().copied().flatten())
    }
}

impl Estimate {
    /// Its value and the ends of its interval.
    pub(super) fn extremes(self) -> impl Iterator<Item = f64> {
        let (low, high) = self.interval.unwrap_or((self.value, self.value));
        [self.value, low, high].into_iter()
    }
}

/// Checks estimates that belong to `what`; absent ones are fine.
pub(super) fn check(what: &str, estimates: impl IntoIterator<Item = Option<Estimate>>) -> Result<(), PlotError> {
    for (index, estimate) in estimates.into_iter().enumerate() {
        let Some(estimate) = estimate else { continue };
        finite(what, [estimate.value]).map_err(|_| PlotError::Value {
            what: format!("the estimate of {what:?}"),
            index,
            value: estimate.value,
        })?;
        if let Some(ends) = estimate.interval {
            interval(&format!("{what:?}"), index, ends)?;
        }
    }
    Ok(())
}
