//! The documents of a library laid out for the search.
//!
//! Documents that are alike stand together: the set is halved along the component that varies most, as in a k-d tree
//! (Bentley, "Multidimensional binary search trees used for associative searching", CACM 1975), until a leaf is full.
//! Within a leaf eight documents stand side by side, component by component. So do the boxes around eight leaves that
//! follow each other, and the boxes around eight groups of boxes, up to one group on top. What lies in a box that is too
//! far away need not be looked at.

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
    /// Groups of eight boxes: those around leaves, those around such groups, and so on up to a single group.
    pub(super) levels: Vec<Vec<Boxes>>,
}

/// Eight boxes side by side: smallest and largest components. Where there are less, the rest holds zeros.
#[derive(Debug, Clone, Copy)]
pub(super) struct Boxes {
    pub(super) low: Block,
    pub(super) high: Block,
}

impl Index {
    pub(super) fn new(documents: &[Document]) -> Self {
        let mut places: Vec<u32> = (0..documents.len() as u32).collect();
        let mut index = Self::default();
        let mut boxes = Vec::new();
        index.split(documents, &mut places, &mut boxes);
        if !boxes.is_empty() {
            index.levels.push(group(boxes.into_iter()));
        }
        while let Some(level) = index.levels.last().filter(|level| level.len() > 1) {
            let above = group(level.iter().map(Boxes::around));
            index.levels.push(above);
        }
        index
    }

    fn split(&mut self, documents: &[Document], places: &mut [u32], boxes: &mut Vec<(Vector, Vector)>) {
        if places.is_empty() {
            return;
        }
        if places.len() <= LEAF {
            places.sort_unstable();
            self.push(documents, places);
            boxes.push(around(documents, places));
            return;
        }
        let component = widest(documents, places);
        let value = |place: u32| documents[place as usize].situation[component];
        // Full leaves to the left, so that only the last leaf of all has places to spare.
        let middle = (places.len() / 2).next_multiple_of(LEAF);
        places.select_nth_unstable_by(middle, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        let (left, right) = places.split_at_mut(middle);
        self.split(documents, left, boxes);
        self.split(documents, right, boxes);
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
    }
}

impl Boxes {
    /// The box around all eight. Zeros that fill the last group make it larger than it has to be, which is not wrong.
    fn around(&self) -> (Vector, Vector) {
        let least = |lanes: &Lanes| lanes.0.into_iter().reduce(|a, b| if b < a { b } else { a }).unwrap_or(0.0);
        let most = |lanes: &Lanes| lanes.0.into_iter().reduce(|a, b| if b > a { b } else { a }).unwrap_or(0.0);
        (std::array::from_fn(|place| least(&self.low[place])), std::array::from_fn(|place| most(&self.high[place])))
    }
}

/// Boxes in groups of eight.
fn group(boxes: impl Iterator<Item = (Vector, Vector)>) -> Vec<Boxes> {
    let mut groups: Vec<Boxes> = Vec::new();
    for (place, (low, high)) in boxes.enumerate() {
        let lane = place % LANES;
        if lane == 0 {
            groups.push(Boxes { low: [Lanes::ZERO; SIZE], high: [Lanes::ZERO; SIZE] });
        }
        let Some(group) = groups.last_mut() else { continue };
        for component in 0..SIZE {
            group.low[component].0[lane] = low[component];
            group.high[component].0[lane] = high[component];
        }
    }
    groups
}

/// The box around some documents.
fn around(documents: &[Document], places: &[u32]) -> (Vector, Vector) {
    let (mut low, mut high) = ([f32::INFINITY; SIZE], [f32::NEG_INFINITY; SIZE]);
    for place in places {
        let corners = low.iter_mut().zip(&mut high);
        for (&value, (low, high)) in documents[*place as usize].situation.iter().zip(corners) {
            *low = if value < *low { value } else { *low };
            *high = if value > *high { value } else { *high };
        }
    }
    (low, high)
}

/// The component with the largest variance; a tie goes to the first.
fn widest(documents: &[Document], places: &[u32]) -> usize {
    let count = places.len() as f64;
    let mut sums = [0.0f64; SIZE];
    let mut squares = [0.0f64; SIZE];
    for &place in places {
        let moments = sums.iter_mut().zip(&mut squares);
        for (&value, (sum, square)) in documents[place as usize].situation.iter().zip(moments) {
            let value = f64::from(value);
            *sum += value;
            *square += value * value;
        }
    }
    let variance = |component: usize| squares[component] - sums[component] * sums[component] / count;
    (0..SIZE).reduce(|best, next| if variance(next) > variance(best) { next } else { best }).unwrap_or(0)
}
