//! The same search without any cleverness: what a ranking has to return, one document after the other.

use super::top::{Hit, Top};
use super::{Document, Library, Tags, Weights};
use crate::situation::Vector;

/// A scan over all documents. It is the definition of a search's result, and what its speed is compared with.
#[derive(Debug, Clone)]
pub struct PlainScan {
    rows: Vec<(Vector, Tags, f32)>,
    weight: f32,
    scale: f32,
}

impl PlainScan {
    /// The scan over what [`super::Ranking::new`] would search with the same arguments.
    #[must_use]
    pub fn new(library: &Library, weights: &Weights, generation: u32, usable: impl Fn(&Document) -> bool) -> Self {
        let row = |document: &Document| {
            (document.situation, document.tags, weights.prior(document, generation, usable(document)))
        };
        let rows = library.documents().iter().map(row).collect();
        Self { rows, weight: weights.weight(), scale: weights.scale() }
    }

    /// The `limit` best documents for a situation in which the tags `present` hold.
    #[must_use]
    pub fn search(&self, query: &Vector, present: Tags, limit: usize) -> Top {
        let mut top = Top::new(limit);
        for (document, (situation, tags, prior)) in self.rows.iter().enumerate() {
            let distance = situation.iter().zip(query).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
            let similarity = 1.0 / (1.0 + distance * self.scale);
            let score = similarity * self.weight + prior;
            if tags.hold_in(present) {
                top.offer(Hit { document: document as u32, score, similarity });
            }
        }
        top
    }
}
