//! Which run belongs to which block, and the order in which runs are played.

use std::collections::BTreeMap;

use domain::seed::Address;

use super::DesignError;

/// Most runs of a layout.
const MOST_RUNS: usize = 1 << 24;

/// One run: a condition, played once in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// The block, from 0. By default a block is a seed, which all its runs share.
    pub block: usize,
    /// The number of this run among those of the same condition and block, from 0.
    pub replicate: usize,
    /// The condition, as an index into the design.
    pub condition: usize,
}

/// All runs of an experiment in the order in which they are played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    runs: Vec<Run>,
}

impl Layout {
    /// Every condition in every block, `replicates` times: blocks one after another, in each the replicates one after
    /// another, in each the conditions in order. Differences between conditions are then free of differences between
    /// blocks (Fisher 1935).
    ///
    /// # Errors
    /// If there would be more than 2^24 runs.
    pub fn crossed(conditions: usize, blocks: usize, replicates: usize) -> Result<Self, DesignError> {
        let count = conditions.checked_mul(blocks).and_then(|runs| runs.checked_mul(replicates));
        if count.is_none_or(|runs| runs > MOST_RUNS) {
            return Err(DesignError::TooMany { what: "the layout", most: MOST_RUNS });
        }
        let all = |block| (0..replicates).map(move |replicate| (block, replicate));
        let runs = (0..blocks)
            .flat_map(all)
            .flat_map(|(block, replicate)| (0..conditions).map(move |condition| Run { block, replicate, condition }));
        Ok(Self { runs: runs.collect() })
    }

    /// One run of each condition, in the block that the design gives it.
    #[must_use]
    pub fn in_blocks(blocks: &[usize]) -> Self {
        let mut runs: Vec<_> =
            blocks.iter().enumerate().map(|(condition, &block)| Run { block, replicate: 0, condition }).collect();
        runs.sort_unstable();
        Self { runs }
    }

    /// The layout with `count` more runs of one condition, such as the centre point, at the end of every block.
    ///
    /// # Errors
    /// If there would be more than 2^24 runs.
    pub fn with_extra(mut self, condition: usize, count: usize) -> Result<Self, DesignError> {
        let mut played: BTreeMap<usize, usize> = BTreeMap::new();
        for run in &self.runs {
            *played.entry(run.block).or_default() += usize::from(run.condition == condition);
        }
        if count.checked_mul(played.len()).is_none_or(|more| more > MOST_RUNS - self.runs.len()) {
            return Err(DesignError::TooMany { what: "the layout", most: MOST_RUNS });
        }
        for (block, played) in played {
            self.runs.extend((played..played + count).map(|replicate| Run { block, replicate, condition }));
        }
        self.runs.sort_by_key(|run| run.block);
        Ok(self)
    }

    /// The layout with the runs of every block in random order; blocks keep theirs. The draws of a block have the address
    /// (seed, "design/run-order/v1", block), so the order of a block does not depend on the other blocks.
    #[must_use]
    pub fn randomised(mut self, seed: u64) -> Self {
        for runs in self.runs.chunk_by_mut(|a, b| a.block == b.block) {
            runs.sort_unstable();
            let block = runs[0].block as u32;
            Address::new(seed, "design/run-order/v1").at(block).stream().shuffle(runs);
        }
        self
    }

    /// The runs in the order in which they are played.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_condition_is_crossed_with_every_block(conditions in 0usize..6, blocks in 0usize..6, replicates in 0usize..4) {
            let layout = Layout::crossed(conditions, blocks, replicates).unwrap();
            let mut expected = vec![];
            for block in 0..blocks {
                for replicate in 0..replicates {
                    expected.extend((0..conditions).map(|condition| Run { block, replicate, condition }));
                }
            }
            prop_assert_eq!(layout.runs(), expected);
        }

        #[test]
        fn random_order_keeps_blocks_together_and_loses_no_run(
            conditions in 1usize..8, blocks in 1usize..5, extra in 0usize..3, seed: u64,
        ) {
            let plain = Layout::crossed(conditions, blocks, 1).unwrap().with_extra(0, extra).unwrap();
            let random = plain.clone().randomised(seed);
            prop_assert!(random.runs().is_sorted_by_key(|run| run.block));
            let mut sorted = random.runs().to_vec();
            sorted.sort_unstable();
            let mut expected = plain.runs().to_vec();
            expected.sort_unstable();
            prop_assert_eq!(sorted, expected);
            prop_assert_eq!(&plain.randomised(seed), &random);
        }

        #[test]
        fn the_order_of_a_block_does_not_depend_on_the_others(blocks in 2usize..6, seed: u64) {
            let all = Layout::crossed(7, blocks, 2).unwrap().randomised(seed);
            let one = Layout::crossed(7, 1, 2).unwrap().randomised(seed);
            prop_assert_eq!(&all.runs()[..14], one.runs());
        }
    }

    #[test]
    fn extra_runs_count_on_from_those_that_are_there() {
        let layout = Layout::crossed(2, 2, 1).unwrap().with_extra(1, 2).unwrap();
        let replicates = |block, condition| {
            let own = layout.runs().iter().filter(move |run| (run.block, run.condition) == (block, condition));
            own.map(|run| run.replicate).collect::<Vec<_>>()
        };
        for block in 0..2 {
            assert_eq!(replicates(block, 0), [0]);
            assert_eq!(replicates(block, 1), [0, 1, 2]);
        }
    }

    #[test]
    fn orders_differ_between_seeds_and_blocks() {
        let order = |seed| -> Vec<_> {
            Layout::crossed(12, 2, 1).unwrap().randomised(seed).runs().iter().map(|run| run.condition).collect()
        };
        assert_ne!(order(1), order(2));
        assert_ne!(order(1)[..12], order(1)[12..]);
    }

    #[test]
    fn blocks_of_a_design_are_kept() {
        let layout = Layout::in_blocks(&[1, 0, 1]);
        let pairs: Vec<_> = layout.runs().iter().map(|run| (run.block, run.condition)).collect();
        assert_eq!(pairs, [(0, 1), (1, 0), (1, 2)]);
    }

    #[test]
    fn layouts_that_are_too_long_are_refused() {
        assert!(Layout::crossed(1 << 20, 1 << 20, 1).is_err() && Layout::crossed(usize::MAX, 2, 2).is_err());
        assert!(Layout::crossed(1, 2, 1).unwrap().with_extra(0, usize::MAX).is_err());
    }
}
