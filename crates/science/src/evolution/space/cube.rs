//! The space as the unit cube, for algorithms that search by vectors.
//!
//! Every number and flag is one coordinate, even on its scale. A choice has as many coordinates as names, of which the
//! largest one chooses, so that no name lies between two others.

use domain::genome::{Domain, Genome, Parameter};

use super::{Axis, Space};

/// Where the coordinate of the chosen name lies, and those of the others: both in the cube's inside.
const CHOSEN: f64 = 0.75;
const OTHER: f64 = 0.25;

impl Space<'_> {
    /// How many coordinates a point of the cube has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.parameters.iter().map(width).sum()
    }

    /// Where a genome lies in the cube. A gene without effect lies where its default does.
    pub(in crate::evolution) fn point(&self, genome: &Genome) -> Vec<f64> {
        let mut point = Vec::with_capacity(self.dimension());
        for (parameter, value) in self.parameters.iter().zip(self.genes(genome)) {
            match parameter.domain {
                Domain::Choice { names } => {
                    point.extend((0..names.len()).map(|name| if name as f64 == value { CHOSEN } else { OTHER }));
                }
                _ => point.push(Axis::from(parameter).share(value)),
            }
        }
        point
    }

    /// The genome at a point of the cube; coordinates beyond it are reflected at its sides.
    pub(in crate::evolution) fn at_point(&self, point: &[f64]) -> Genome {
        let mut rest = point;
        let mut gene = |parameter: &Parameter| {
            let (own, others) = rest.split_at(width(parameter));
            rest = others;
            match parameter.domain {
                Domain::Choice { .. } => largest(own),
                _ => Axis::from(parameter).at_share(reflected(own[0])),
            }
        };
        let genes: Vec<_> = self.parameters.iter().map(&mut gene).collect();
        self.genome(&genes)
    }

    /// For every coordinate the smallest step that can lead to another value: 0 where any step does.
    pub(in crate::evolution) fn grains(&self) -> Vec<f64> {
        let grain = |parameter: &Parameter| match parameter.domain {
            Domain::Choice { names } => vec![CHOSEN - OTHER; names.len()],
            _ => vec![Axis::from(parameter).grain()],
        };
        self.parameters.iter().flat_map(grain).collect()
    }
}

fn width(parameter: &Parameter) -> usize {
    match parameter.domain {
        Domain::Choice { names } => names.len(),
        _ => 1,
    }
}

/// The place of the largest coordinate, reflected as all are; of equals the first.
fn largest(own: &[f64]) -> f64 {
    let mut best = 0;
    for place in 1..own.len() {
        if reflected(own[place]) > reflected(own[best]) {
            best = place;
        }
    }
    best as f64
}

/// A coordinate folded into 0 to 1, as light between two mirrors: the cube repeated in all directions, every other time
/// mirrored.
fn reflected(coordinate: f64) -> f64 {
    let folded = coordinate - 2.0 * libm::floor(coordinate / 2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_beyond_a_side_come_back_from_it() {
        let folded = [-2.25, -1.25, -0.25, 0.0, 0.25, 1.0, 1.25, 2.25].map(reflected);
        assert_eq!(folded, [0.25, 0.75, 0.25, 0.0, 0.25, 1.0, 0.75, 0.25]);
    }
}
