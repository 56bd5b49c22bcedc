//! The situation: one vector of fixed size per tick, for rules, experience, documents and networks.
//!
//! [`COMPONENTS`] says what stands where, in which unit and range. A [`Situation`] holds natural units (map units,
//! degrees, points), each clamped to its range, because people write rules with them. [`Situation::vector`] divides
//! every component by the upper end of its range, so it lies in [0, 1], or in [-1, 1] where the range is symmetric.
//! Every number is finite, whatever the state holds.
//!
//! Beside the components a situation holds how far the way is free in five directions, [`WALLS`], for rules that ask for
//! it. Without walls in the state nothing is in the way; what stands in for them is `blocked`, the time for which the
//! player was told to move and did not.

mod component;
mod group;
mod history;
mod observer;
mod sight;
mod walls;

use domain::game::Walls;

pub(crate) use component::at as place;
pub use component::{COMPONENTS, Component, Feature, SIZE};
pub use group::Group;
pub use observer::Observer;
pub use walls::WALLS;

/// What is known in one tick, in natural units and in the order of [`COMPONENTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Situation {
    values: [f32; SIZE],
    /// In the order of [`WALLS`].
    walls: Walls,
}

/// A situation as a point in space, in the order of [`COMPONENTS`]: each component in [0, 1] or [-1, 1].
pub type Vector = [f32; SIZE];

impl Situation {
    /// Where everything is as if nothing were in sight and nothing were known.
    #[must_use]
    pub fn blank() -> Self {
        let absent = |component: &Component| component.absent;
        Self { values: COMPONENTS.each_ref().map(absent), walls: WALLS.each_ref().map(absent) }
    }

    /// The situation with these natural values, each brought into its range; a NaN counts as absent.
    #[must_use]
    pub fn of(values: [f32; SIZE]) -> Self {
        let mut situation = Self::blank();
        for (index, value) in values.into_iter().enumerate() {
            situation.set(index, f64::from(value));
        }
        situation
    }

    /// This situation with one value in its unit replaced, brought into its range; a NaN replaces nothing.
    #[must_use]
    pub fn with(mut self, feature: Feature, value: f32) -> Self {
        self.set(feature.index(), f64::from(value));
        self
    }

    /// The value of one feature in its unit.
    #[must_use]
    pub fn get(&self, feature: Feature) -> f32 {
        let index = feature.index();
        if index < SIZE { self.values[index] } else { self.walls[index - SIZE] }
    }

    /// The values of all components in their units.
    #[must_use]
    pub fn values(&self) -> &[f32; SIZE] {
        &self.values
    }

    /// The normalised components.
    #[must_use]
    pub fn vector(&self) -> Vector {
        let mut vector = self.values;
        for (value, component) in vector.iter_mut().zip(&COMPONENTS) {
            *value /= component.high;
        }
        vector
    }

    /// The value of one feature, normalised as the components of [`Situation::vector`].
    pub(crate) fn normal(&self, feature: Feature) -> f32 {
        self.get(feature) / feature.component().high
    }

    /// Sets the feature at this place, brought into its range. A NaN leaves it as it is.
    fn set(&mut self, index: usize, value: f64) {
        let Component { low, high, .. } = *Feature::at(index).component();
        let place = if index < SIZE { &mut self.values[index] } else { &mut self.walls[index - SIZE] };
        if !value.is_nan() {
            *place = (value as f32).clamp(low, high);
        }
    }
}

#[cfg(test)]
mod tests;
