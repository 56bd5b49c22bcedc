//! Designs for response surfaces, in coded levels: central composite designs and designs of Box and Behnken.

mod box_behnken;
mod composite;

pub use box_behnken::box_behnken;
pub use composite::{Alpha, Composite, CompositeKind, central_composite};

use super::DesignError;

/// A design in blocks, with coded levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    points: Vec<Vec<f64>>,
    blocks: Vec<usize>,
}

impl Surface {
    /// The design with these conditions, all in block 0: the levels of a factor lie at equal distances from -1 to 1, and
    /// the level of a factor with only one is 0.
    ///
    /// # Errors
    /// If a condition has not one level for each factor, or a level that is not below its factor's number of `levels`.
    pub fn of_conditions(conditions: &[Vec<usize>], levels: &[usize]) -> Result<Self, DesignError> {
        let mut surface = Self { points: vec![], blocks: vec![] };
        for (run, condition) in conditions.iter().enumerate() {
            if condition.len() != levels.len() {
                return Err(DesignError::Ragged { run, got: condition.len(), expected: levels.len() });
            }
            if let Some((&level, _)) = condition.iter().zip(levels).find(|(level, count)| level >= count) {
                let (got, range) = (level as f64, "below the number of levels of its factor");
                return Err(DesignError::Parameter { name: "a level", got, range });
            }
            surface.add(0, [condition.iter().zip(levels).map(|(&level, &count)| coded(level, count)).collect()]);
        }
        Ok(surface)
    }

    /// The same runs in these blocks, such as those of [`Fraction::in_blocks`](super::Fraction::in_blocks).
    ///
    /// # Errors
    /// If there is not one block for each run.
    pub fn in_blocks(self, blocks: Vec<usize>) -> Result<Self, DesignError> {
        if blocks.len() == self.points.len() {
            return Ok(Self { points: self.points, blocks });
        }
        Err(DesignError::BlockCount { got: blocks.len(), runs: self.points.len() })
    }

    /// The runs: one coded level per factor, 0 in the centre.
    #[must_use]
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// The block of each run, from 0.
    #[must_use]
    pub fn blocks(&self) -> &[usize] {
        &self.blocks
    }

    /// The design with `count` more centre points at the end of every block.
    ///
    /// # Errors
    /// If there would be more than 1000 new ones in a block.
    pub fn with_centres(self, count: usize) -> Result<Self, DesignError> {
        composite::check_centres(count)?;
        let factors = self.points.first().map_or(0, Vec::len);
        let mut blocks: std::collections::BTreeMap<usize, Vec<Vec<f64>>> = std::collections::BTreeMap::new();
        for (point, block) in self.points.into_iter().zip(self.blocks) {
            blocks.entry(block).or_default().push(point);
        }
        let mut surface = Self { points: vec![], blocks: vec![] };
        for (block, points) in blocks {
            surface.add(block, points);
            surface.add_centres(block, factors, count);
        }
        Ok(surface)
    }

    fn add(&mut self, block: usize, points: impl IntoIterator<Item = Vec<f64>>) {
        self.points.extend(points);
        self.blocks.resize(self.points.len(), block);
    }

    fn add_centres(&mut self, block: usize, factors: usize, count: usize) {
        self.add(block, std::iter::repeat_n(vec![0.0; factors], count));
    }
}

/// The place of a level among `count` at equal distances from -1 to 1.
fn coded(level: usize, count: usize) -> f64 {
    if count < 2 { 0.0 } else { 2.0 * level as f64 / (count - 1) as f64 - 1.0 }
}

#[cfg(test)]
mod tests;
