//! The search: documents with the best scores, exactly.
//!
//! A score falls with the distance, and every operation on the way from the one to the other is monotone, roundings
//! included. So the score at a distance that is too small, with a prior that is too large, is a bound: a box gives one
//! for all that lies in it, and the components summed so far give one for a document. What cannot beat the worst of the
//! best so far is left out, and what is left out could not have changed the answer by a bit. (Branch and bound on nested
//! boxes: Roussopoulos, Kelley and Vincent, "Nearest neighbor queries", SIGMOD 1995.)

use std::sync::Arc;

use super::index::{BLOCKS, Block, Boxes, LEAF};
use super::lanes::{LANES, Lanes};
use super::top::{Hit, Top};
use super::{Document, Library, Tags};
use crate::situation::{SIZE, Vector};

/// Components after which a block is looked at once before the rest is added.
const FIRST_PART: usize = 24;

/// The smallest radius and half-life; nothing is divided by less.
const SMALLEST: f32 = 1e-3;

/// How a score is put together. What is out of range counts as the end of its range, so that scores are finite and fall
/// with the distance.
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

impl Weights {
    /// What a document's score has besides similarity; negative infinity for one that is not played with.
    pub(super) fn prior(&self, document: &Document, generation: u32, usable: bool) -> f32 {
        if !usable || !document.life.is_played() {
            return f32::NEG_INFINITY;
        }
        let age = f64::from(generation.saturating_sub(document.last_used));
        let recency = libm::exp2(-age / f64::from(self.half_life.max(SMALLEST))) as f32;
        share(self.confidence) * document.tally.confidence() as f32 + share(self.recency) * recency
    }

    /// What similarity is multiplied by.
    pub(super) fn weight(&self) -> f32 {
        share(self.similarity)
    }

    /// By what a squared distance is multiplied.
    pub(super) fn scale(&self) -> f32 {
        let radius = self.radius.max(SMALLEST);
        1.0 / (radius * radius)
    }
}

/// A weight from 0 to 1; 0 for NaN.
fn share(weight: f32) -> f32 {
    if weight.is_nan() { 0.0 } else { weight.clamp(0.0, 1.0) }
}

/// A library with the weights of one genome.
#[derive(Debug, Clone)]
pub struct Ranking {
    library: Arc<Library>,
    weight: f32,
    scale: f32,
    /// Priors of documents, in the order of the index.
    priors: Vec<Lanes>,
    /// The largest prior in every box of the index, level by level.
    ceilings: Vec<Vec<Lanes>>,
    /// The leaf of the best document of the last search: where to begin, because situations change little from tick to
    /// tick. It makes a search faster and never changes what is found.
    last: usize,
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
        let mut ceilings = Vec::new();
        let mut highest: Vec<f32> = flat.chunks(LEAF).map(largest).collect();
        for _ in &library.index.levels {
            let above = highest.chunks(LANES).map(largest).collect();
            ceilings.push(side_by_side(&highest));
            highest = above;
        }
        let priors = side_by_side(&flat);
        Self { library, weight: weights.weight(), scale: weights.scale(), priors, ceilings, last: 0 }
    }

    /// The library that is searched.
    #[must_use]
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The `limit` best documents (1 to [`super::MAX_HITS`]) for a situation in which the tags `present` hold.
    pub fn search(&mut self, query: &Vector, present: Tags, limit: usize) -> Top {
        let mut search = Search { ranking: self, query, present, first: self.last, best: 0, top: Top::new(limit) };
        let Some(level) = self.ceilings.len().checked_sub(1) else { return search.top };
        search.open(self.last);
        search.descend(level, 0);
        let Search { best, top, .. } = search;
        self.last = best;
        top
    }
}

fn largest(values: &[f32]) -> f32 {
    values.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Numbers in eights; where there are less, the rest is negative infinity.
fn side_by_side(values: &[f32]) -> Vec<Lanes> {
    let fill = |values: &[f32]| {
        let mut lanes = Lanes::splat(f32::NEG_INFINITY);
        lanes.0[..values.len()].copy_from_slice(values);
        lanes
    };
    values.chunks(LANES).map(fill).collect()
}

/// A search under way.
struct Search<'a> {
    ranking: &'a Ranking,
    query: &'a Vector,
    present: Tags,
    /// The leaf that was opened before all others.
    first: usize,
    /// The leaf of the best document so far.
    best: usize,
    top: Top,
}

impl Search<'_> {
    /// Looks into the boxes of a group, the most promising first, as long as one promises enough.
    fn descend(&mut self, level: usize, group: usize) {
        let Some(mut bounds) = self.bounds(level, group) else { return };
        loop {
            let better = |best: usize, lane: usize| if bounds.0[lane] > bounds.0[best] { lane } else { best };
            let lane = (1..LANES).fold(0, better);
            if bounds.0[lane] < self.top.least() {
                return;
            }
            bounds.0[lane] = f32::NEG_INFINITY;
            let below = group * LANES + lane;
            match level.checked_sub(1) {
                Some(level) => self.descend(level, below),
                None if below != self.first => self.open(below),
                None => (),
            }
        }
    }

    /// The most that documents in the boxes of a group can score; none if that is not enough anywhere.
    fn bounds(&self, level: usize, group: usize) -> Option<Lanes> {
        let Ranking { library, weight, scale, ceilings, .. } = self.ranking;
        let (boxes, ceiling) = (&library.index.levels[level][group], ceilings[level][group]);
        let part = add_outside(Lanes::ZERO, self.query, boxes, 0, FIRST_PART);
        if !score(part, *weight, *scale, ceiling).1.any_at_least(self.top.least()) {
            return None;
        }
        let distance = add_outside(part, self.query, boxes, FIRST_PART, SIZE);
        Some(score(distance, *weight, *scale, ceiling).1)
    }

    fn open(&mut self, leaf: usize) {
        let index = &self.ranking.library.index;
        for block in leaf * BLOCKS..(leaf + 1) * BLOCKS {
            let Some((similarity, scores)) = self.scores(block) else { continue };
            for lane in 0..LANES {
                let place = block * LANES + lane;
                let applies = index.tags[place] & !self.present.bits() == 0;
                if applies && scores.0[lane] >= self.top.least() {
                    let document = index.order[place];
                    self.top.offer(Hit { document, score: scores.0[lane], similarity: similarity.0[lane] });
                    let is_best = self.top.hits().first().is_some_and(|best| best.document == document);
                    self.best = if is_best { leaf } else { self.best };
                }
            }
        }
    }

    /// Similarities and scores of a block; none if no score is enough.
    fn scores(&self, block: usize) -> Option<(Lanes, Lanes)> {
        let Ranking { library, weight, scale, priors, .. } = self.ranking;
        let (situations, prior, least) = (&library.index.blocks[block], priors[block], self.top.least());
        let part = add_squares(Lanes::ZERO, self.query, situations, 0, FIRST_PART);
        if !score(part, *weight, *scale, prior).1.any_at_least(least) {
            return None;
        }
        let distance = add_squares(part, self.query, situations, FIRST_PART, SIZE);
        let (similarity, scores) = score(distance, *weight, *scale, prior);
        scores.any_at_least(least).then_some((similarity, scores))
    }
}

/// `sum` and the squared differences of the components from `first` to before `end`, added in order.
#[inline(always)]
fn add_squares(sum: Lanes, query: &Vector, block: &Block, first: usize, end: usize) -> Lanes {
    query[first..end].iter().zip(&block[first..end]).fold(sum, |sum, (&value, &lanes)| {
        let difference = lanes.sub(Lanes::splat(value));
        sum.add(difference.mul(difference))
    })
}

/// `sum` and the squared distances to eight boxes along the components from `first` to before `end`, added in order. No
/// point of a box is nearer, because differences round the same way.
#[inline(always)]
fn add_outside(sum: Lanes, query: &Vector, boxes: &Boxes, first: usize, end: usize) -> Lanes {
    let corners = boxes.low[first..end].iter().zip(&boxes.high[first..end]);
    query[first..end].iter().zip(corners).fold(sum, |sum, (&value, (&low, &high))| {
        let value = Lanes::splat(value);
        let outside = low.sub(value).max(value.sub(high)).max(Lanes::ZERO);
        sum.add(outside.mul(outside))
    })
}

/// Similarity and score at squared distances.
#[inline(always)]
fn score(distance: Lanes, weight: f32, scale: f32, prior: Lanes) -> (Lanes, Lanes) {
    let similarity = Lanes::splat(1.0).div(Lanes::splat(1.0).add(distance.mul(Lanes::splat(scale))));
    (similarity, similarity.mul(Lanes::splat(weight)).add(prior))
}
