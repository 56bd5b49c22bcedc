//! The search: documents with the best scores, exactly.
//!
//! A score falls with the distance, and every operation on the way from the one to the other is monotone, roundings
//! included. So the score at a distance that is too small, with a prior that is too large, is a bound: the box around a
//! leaf gives one for the leaf, and the components summed so far give one for a document. What cannot beat the worst
//! of the best so far is left out, and what is left out could not have changed the answer by a bit.

use std::sync::Arc;

use super::index::{BLOCKS, Block, LEAF, NOBODY};
use super::lanes::{LANES, Lanes};
use super::{Document, Library, Tags};
use crate::situation::{SIZE, Vector};

/// The most documents that a search returns.
pub const MAX_HITS: usize = 8;

/// Components after which a block is looked at once before the rest is added.
const FIRST_PART: usize = 24;

/// How a score is put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of similarity, 0 to 1.
    pub similarity: f32,
    /// Weight of confidence, 0 to 1.
    pub confidence: f32,
    /// Weight of recency, 0 to 1.
    pub recency: f32,
    /// Distance of normalised situations at which similarity is one half, above 0.
    pub radius: f32,
    /// Generations without use after which recency is one half, above 0.
    pub half_life: f32,
}

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
    fn least(&self) -> f32 {
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

impl Weights {
    /// What a document's score has besides similarity; negative infinity for one that is not played with.
    pub(super) fn prior(&self, document: &Document, generation: u32, usable: bool) -> f32 {
        if !usable || !document.life.is_played() {
            return f32::NEG_INFINITY;
        }
        let age = f64::from(generation.saturating_sub(document.last_used));
        let recency = libm::exp2(-age / f64::from(self.half_life)) as f32;
        self.confidence * document.tally.confidence() as f32 + self.recency * recency
    }

    /// By what a squared distance is multiplied.
    pub(super) fn scale(&self) -> f32 {
        1.0 / (self.radius * self.radius)
    }
}

/// A library with the weights of one genome, and the memory that a search takes.
#[derive(Debug, Clone)]
pub struct Ranking {
    library: Arc<Library>,
    weight: f32,
    scale: f32,
    /// Priors of documents, in the order of the index.
    priors: Vec<Lanes>,
    /// The largest prior of every leaf, eight leaves side by side.
    ceilings: Vec<Lanes>,
    /// The most that a document of each leaf can score in the search under way.
    bounds: Vec<Lanes>,
}

impl Ranking {
    /// The ranking of those documents of a library that `usable` does not rule out, in the view of a generation.
    #[must_use]
    pub fn new(library: Arc<Library>, weights: &Weights, generation: u32, usable: impl Fn(&Document) -> bool) -> Self {
        let prior = |&place: &u32| {
            let document = library.documents().get(place as usize);
            document.map_or(f32::NEG_INFINITY, |document| weights.prior(document, generation, usable(document)))
        };
        let flat: Vec<f32> = library.index.order.iter().map(prior).collect();
        let priors: Vec<_> = flat.as_chunks().0.iter().map(|&lanes| Lanes(lanes)).collect();
        let highest = flat.chunks_exact(LEAF).map(|leaf| leaf.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let mut ceilings = vec![Lanes::splat(f32::NEG_INFINITY); library.index.boxes.len()];
        for (leaf, prior) in highest.enumerate() {
            ceilings[leaf / LANES].0[leaf % LANES] = prior;
        }
        let bounds = ceilings.clone();
        Self { library, weight: weights.similarity, scale: weights.scale(), priors, ceilings, bounds }
    }

    /// The library that is searched.
    #[must_use]
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The `limit` best documents (1 to [`MAX_HITS`]) for a situation in which the tags `present` hold.
    pub fn search(&mut self, query: &Vector, present: Tags, limit: usize) -> Top {
        let mut top = Top::new(limit);
        let Some(best) = self.bound(query) else { return top };
        self.open(best, query, present, &mut top);
        for leaf in 0..self.library.index.leaves() {
            if leaf != best && self.bounds[leaf / LANES].0[leaf % LANES] >= top.least() {
                self.open(leaf, query, present, &mut top);
            }
        }
        top
    }

    /// Bounds every leaf and tells which one promises most.
    fn bound(&mut self, query: &Vector) -> Option<usize> {
        let mut best: Option<(usize, f32)> = None;
        for (group, (low, high)) in self.library.index.boxes.iter().enumerate() {
            let bounds = score(distance_to_box(query, low, high), self.weight, self.scale, self.ceilings[group]).1;
            self.bounds[group] = bounds;
            for (lane, &bound) in bounds.0.iter().enumerate() {
                if best.is_none_or(|(_, known)| bound > known) {
                    best = Some((group * LANES + lane, bound));
                }
            }
        }
        best.filter(|&(_, bound)| bound > f32::NEG_INFINITY).map(|(leaf, _)| leaf)
    }

    fn open(&self, leaf: usize, query: &Vector, present: Tags, top: &mut Top) {
        for block in leaf * BLOCKS..(leaf + 1) * BLOCKS {
            let Some((similarity, scores)) = self.block(block, query, top.least()) else { continue };
            for lane in 0..LANES {
                let place = block * LANES + lane;
                let applies = self.library.index.tags[place] & !present.bits() == 0;
                if applies && scores.0[lane] >= top.least() {
                    let document = self.library.index.order[place];
                    top.offer(Hit { document, score: scores.0[lane], similarity: similarity.0[lane] });
                }
            }
        }
    }

    /// Similarities and scores of a block; none if no score reaches `least`.
    fn block(&self, block: usize, query: &Vector, least: f32) -> Option<(Lanes, Lanes)> {
        let (situations, prior) = (&self.library.index.blocks[block], self.priors[block]);
        let part = add_squares(Lanes::ZERO, query, situations, 0, FIRST_PART);
        if !score(part, self.weight, self.scale, prior).1.any_at_least(least) {
            return None;
        }
        let distance = add_squares(part, query, situations, FIRST_PART, SIZE);
        let (similarity, scores) = score(distance, self.weight, self.scale, prior);
        scores.any_at_least(least).then_some((similarity, scores))
    }
}

/// `sum` and the squared differences of the components from `first` to before `end`, added in order.
#[inline(always)]
fn add_squares(mut sum: Lanes, query: &Vector, block: &Block, first: usize, end: usize) -> Lanes {
    for component in first..end {
        let difference = block[component].sub(Lanes::splat(query[component]));
        sum = sum.add(difference.mul(difference));
    }
    sum
}

/// Squared distances to eight boxes. No point of a box is nearer, because differences round the same way.
#[inline(always)]
fn distance_to_box(query: &Vector, low: &Block, high: &Block) -> Lanes {
    let mut sum = Lanes::ZERO;
    for component in 0..SIZE {
        let value = Lanes::splat(query[component]);
        let outside = low[component].sub(value).max(value.sub(high[component])).max(Lanes::ZERO);
        sum = sum.add(outside.mul(outside));
    }
    sum
}

/// Similarity and score at squared distances.
#[inline(always)]
fn score(distance: Lanes, weight: f32, scale: f32, prior: Lanes) -> (Lanes, Lanes) {
    let similarity = Lanes::splat(1.0).div(Lanes::splat(1.0).add(distance.mul(Lanes::splat(scale))));
    (similarity, similarity.mul(Lanes::splat(weight)).add(prior))
}
