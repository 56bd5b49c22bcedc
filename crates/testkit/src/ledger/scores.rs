//! The scores of one experiment.

use std::collections::BTreeMap;

use domain::score::{EpisodeKey, Score};

/// Rows in the order they came, found by their keys.
#[derive(Default)]
pub(super) struct Scores {
    rows: Vec<Score>,
    /// Places in `rows`; more than one only where keys are not kept apart.
    by_key: BTreeMap<EpisodeKey, Vec<usize>>,
}

impl Scores {
    pub(super) fn get(&self, key: &EpisodeKey) -> Option<&Score> {
        self.by_key.get(key).and_then(|places| places.first()).map(|&place| &self.rows[place])
    }

    pub(super) fn add(&mut self, score: &Score) {
        self.by_key.entry(score.key).or_default().push(self.rows.len());
        self.rows.push(score.clone());
    }

    /// Puts a score in the place of the one with its key.
    pub(super) fn replace(&mut self, score: &Score) {
        if let Some(&place) = self.by_key.get(&score.key).and_then(|places| places.first()) {
            self.rows[place] = score.clone();
        }
    }

    /// All rows in key order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Score> {
        self.by_key.values().flatten().map(|&place| &self.rows[place])
    }

    /// Rows after a key, in key order.
    pub(super) fn after(&self, key: Option<EpisodeKey>) -> impl Iterator<Item = &Score> {
        use std::ops::Bound;
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_key.range((from, Bound::Unbounded)).flat_map(|(_, places)| places).map(|&place| &self.rows[place])
    }

    /// Rows of one member in order of replicates, or in the order they came.
    pub(super) fn of_member(&self, generation: u32, position: u32, key_order: bool) -> Vec<&Score> {
        let key = |replicate| EpisodeKey { generation, position, replicate };
        let mut places: Vec<_> =
            self.by_key.range(key(0)..=key(u32::MAX)).flat_map(|(_, places)| places).copied().collect();
        if !key_order {
            places.sort_unstable();
        }
        places.into_iter().map(|place| &self.rows[place]).collect()
    }
}
