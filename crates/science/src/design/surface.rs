//! Designs for response surfaces, in coded levels: central composite designs and designs of Box and Behnken.

mod box_behnken;
mod composite;

pub use box_behnken::box_behnken;
pub use composite::{Alpha, Composite, Kind, central_composite};

/// A design in blocks, with coded levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// The runs: one coded level per factor, 0 in the centre.
    pub points: Vec<Vec<f64>>,
    /// The block of each run, from 0.
    pub blocks: Vec<usize>,
}

impl Surface {
    fn add(&mut self, block: usize, points: impl IntoIterator<Item = Vec<f64>>) {
        self.points.extend(points);
        self.blocks.resize(self.points.len(), block);
    }

    fn add_centres(&mut self, block: usize, factors: usize, count: usize) {
        self.add(block, std::iter::repeat_n(vec![0.0; factors], count));
    }
}

#[cfg(test)]
mod tests;
