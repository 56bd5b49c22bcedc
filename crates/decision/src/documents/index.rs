//! The documents of a library laid out for the search.
//!
//! Documents that are alike stand together: the set is halved along the component that varies most, as in a k-d tree
//! (Bentley, "Multidimensional binary search trees used for associative searching", CACM 1975), until a leaf is full.
//! Within a leaf eight documents stand side by side, component by component; so do the boxes around the leaves. A leaf
//! whose box is too far away need not be opened.

use super::Document;
use super::lanes::{LANES, Lanes};
use crate::situation::{SIZE, Vector};

/// Blocks of a leaf.
pub(super) const BLOCKS: usize = 2;
/// Documents of a leaf.
pub(super) const LEAF: usize = BLOCKS * LANES;
/// In the place of a document where a leaf is not full.
pub(super) const NOBODY: u32 = u32::MAX;

/// Eight situations, component by component.
pub(super) type Block = [Lanes; SIZE];

/// The layout.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Which document stands where, or [`NOBODY`]: [`LEAF`] places for each leaf.
    pub(super) order: Vec<u32>,
    /// The situations: [`BLOCKS`] for each leaf.
    pub(super) blocks: Vec<Block>,
    /// The tags, place by place.
    pub(super) tags: Vec<u32>,
    /// The boxes around the leaves, eight leaves side by side: smallest and largest components.
    pub(super) boxes: Vec<(Block, Block)>,
}

impl Index {
    pub(super) fn new(documents: &[Document]) -> Self {
        let mut places: Vec<u32> = (0..documents.len() as u32).collect();
        let mut index = Self::default();
        index.split(documents, &mut places);
        index.close_boxes();
        index
    }

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> usize {
        self.order.len() / LEAF
    }

    fn split(&mut self, documents: &[Document], places: &mut [u32]) {
        if places.is_empty() {
            return;
        }
        if places.len() <= LEAF {
            places.sort_unstable();
            self.push(documents, places);
            return;
        }
        let component = widest(documents, places);
        let value = |place: u32| documents[place as usize].situation[component];
        // Full leaves to the left, so that only the last leaf of all has places to spare.
        let middle = (places.len() / 2).next_multiple_of(LEAF);
        places.select_nth_unstable_by(middle, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        let (left, right) = places.split_at_mut(middle);
        self.split(documents, left);
        self.split(documents, right);
    }

    fn push(&mut self, documents: &[Document], places: &[u32]) {
        for block in 0..BLOCKS {
            let mut lanes = [Lanes::ZERO; SIZE];
            for lane in 0..LANES {
                let place = places.get(block * LANES + lane).copied();
                let document = place.map(|place| &documents[place as usize]);
                self.order.push(place.unwrap_or(NOBODY));
                self.tags.push(document.map_or(0, |document| document.tags.bits()));
                for (component, value) in
                    document.into_iter().flat_map(|document| document.situation.iter().enumerate())
                {
                    lanes[component].0[lane] = *value;
                }
            }
            self.blocks.push(lanes);
        }
        self.push_box(documents, places);
    }

    fn push_box(&mut self, documents: &[Document], places: &[u32]) {
        let lane = (self.leaves() - 1) % LANES;
        if lane == 0 {
            self.boxes.push(([Lanes::ZERO; SIZE], [Lanes::ZERO; SIZE]));
        }
        let Some((low, high)) = self.boxes.last_mut() else { return };
        for component in 0..SIZE {
            let values = places.iter().map(|&place| documents[place as usize].situation[component]);
            let (least, most) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| {
                (if value < least { value } else { least }, if value > most { value } else { most })
            });
            low[component].0[lane] = least;
            high[component].0[lane] = most;
        }
    }

    /// Nothing is left to do for the lanes without a leaf: they hold zeros and nobody asks for them.
    fn close_boxes(&mut self) {
        self.boxes.shrink_to_fit();
    }
}

/// The component with the largest variance; a tie goes to the first.
fn widest(documents: &[Document], places: &[u32]) -> usize {
    let count = places.len() as f64;
    let mut sums = [0.0f64; SIZE];
    let mut squares = [0.0f64; SIZE];
    for &place in places {
        let situation: &Vector = &documents[place as usize].situation;
        for component in 0..SIZE {
            let value = f64::from(situation[component]);
            sums[component] += value;
            squares[component] += value * value;
        }
    }
    let variance = |component: usize| squares[component] - sums[component] * sums[component] / count;
    (0..SIZE).reduce(|best, next| if variance(next) > variance(best) { next } else { best }).unwrap_or(0)
}
