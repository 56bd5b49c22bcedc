//! The best documents that a search has found.

use super::index::NOBODY;

/// The most documents that a search returns.
pub const MAX_HITS: usize = 8;

/// A document that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its place in the library.
    pub document: u32,
    /// Its score.
    pub score: f32,
    /// Its similarity, in [0, 1].
    pub similarity: f32,
}

/// The best documents, best first; a tie goes to the one that comes first in the library.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top {
    hits: [Hit; MAX_HITS],
    count: usize,
    limit: usize,
}

impl Top {
    pub(super) fn new(limit: usize) -> Self {
        let none = Hit { document: NOBODY, score: f32::NEG_INFINITY, similarity: 0.0 };
        Self { hits: [none; MAX_HITS], count: 0, limit: limit.clamp(1, MAX_HITS) }
    }

    /// What was found.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits[..self.count]
    }

    /// The score that a document needs at least to get in.
    pub(super) fn least(&self) -> f32 {
        if self.count == self.limit { self.hits[self.limit - 1].score } else { f32::MIN }
    }

    pub(super) fn offer(&mut self, hit: Hit) {
        let is_better =
            |other: &Hit| other.score > hit.score || other.score == hit.score && other.document < hit.document;
        let place = self.hits().iter().take_while(|other| is_better(other)).count();
        if place == self.limit || hit.score == f32::NEG_INFINITY {
            return;
        }
        self.count = (self.count + 1).min(self.limit);
        self.hits[place..self.count].rotate_right(1);
        self.hits[place] = hit;
    }
}
