//! Regular two-level fractions 2^(k-p) (Box and Hunter 1961; Wu and Hamada, Experiments, 3rd edition, chapters 4 and 5).
//!
//! Every factor is a column: a product of a few basic columns, with a sign. Products of factors that are constant over
//! all runs are the words of the defining relation, and all properties follow from them.

mod catalogue;
mod classes;
mod clear;
mod fold;
mod generators;
mod group;
mod resolution;
mod word;

use std::collections::BTreeMap;

use super::DesignError;
pub use clear::Smallest;
pub use word::{MAX_FACTORS, Word};

/// Most runs of a fraction: 2^20.
pub const MAX_RUNS: usize = 1 << MAX_BASIC;

const MAX_BASIC: usize = 20;

/// Most words or effects that a list may hold.
const MAX_LISTED: usize = 1 << 20;

/// A regular two-level fraction of 2^m runs, each different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fraction {
    /// Number m of basic columns; the factors' columns span all of them.
    basic: usize,
    columns: Vec<Column>,
}

/// A product of basic columns (bit 0 is the first one), with a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    bits: u64,
    negative: bool,
}

/// Effects that one column of the design estimates together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasSet {
    /// The effects, short ones first; the first one is positive and the others have their sign relative to it. In the
    /// set of the mean the first one is the identity.
    pub effects: Vec<Word>,
}

impl Fraction {
    /// The full factorial of `factors` factors.
    ///
    /// # Errors
    /// If there are no factors or more than 20.
    pub fn full(factors: usize) -> Result<Self, DesignError> {
        if !(1..=MAX_BASIC).contains(&factors) {
            return Err(DesignError::Factors { design: "a full factorial", least: 1, most: MAX_BASIC, got: factors });
        }
        Ok(Self::from_bits(factors, (0..factors).map(|factor| 1 << factor)))
    }

    /// A fraction with these positive columns, which span `basic` dimensions.
    fn from_bits(basic: usize, columns: impl IntoIterator<Item = u64>) -> Self {
        Self { basic, columns: columns.into_iter().map(|bits| Column { bits, negative: false }).collect() }
    }

    /// Number of factors.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.columns.len()
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        1 << self.basic
    }

    /// The runs as level numbers, 0 for low and 1 for high; the first basic column changes slowest.
    #[must_use]
    pub fn conditions(&self) -> Vec<Vec<usize>> {
        (0..self.runs() as u64)
            .map(|run| self.columns.iter().map(|column| self.level(*column, run)).collect())
            .collect()
    }

    fn level(&self, column: Column, run: u64) -> usize {
        let low = !(run.reverse_bits() >> (64 - self.basic)) & column.bits;
        usize::from((low.count_ones() % 2 == 1) == column.negative)
    }

    /// All words of the defining relation except the identity, short ones first: 2^p - 1 of them.
    ///
    /// # Errors
    /// If there are more than 2^20 words.
    pub fn defining_words(&self) -> Result<Vec<Word>, DesignError> {
        let basis = group::relations(&self.columns);
        if basis.len() > 20 {
            return Err(DesignError::TooMany { what: "the defining relation", most: MAX_LISTED });
        }
        let mut words = vec![Word { factors: 0, negative: false }];
        for &next in &basis {
            words.extend_from_within(..);
            let half = words.len() / 2;
            words[half..].iter_mut().for_each(|word| word.factors ^= next);
        }
        words.remove(0);
        words.iter_mut().for_each(|word| word.negative = self.column(word.factors).negative);
        words.sort_by_key(Word::rank);
        Ok(words)
    }

    /// How many words the defining relation has of each length: element `i` counts those of `i` letters, and element 0
    /// is the identity. By the identities of MacWilliams (1963) from the number of high levels in every run, as in
    /// Xu (2005).
    #[must_use]
    pub fn word_length_pattern(&self) -> Vec<u64> {
        group::word_lengths(self.basic, self.columns.iter().map(|column| column.bits))
    }

    /// Length of the shortest word; absent for a full factorial, which has none.
    #[must_use]
    pub fn resolution(&self) -> Option<usize> {
        (1..)
            .zip(self.word_length_pattern().into_iter().skip(1))
            .find(|&(_, count)| count > 0)
            .map(|(length, _)| length)
    }

    /// All effects of up to `order` factors, in sets that are estimated together.
    ///
    /// # Errors
    /// If there are more than 2^20 such effects.
    pub fn aliases(&self, order: usize) -> Result<Vec<AliasSet>, DesignError> {
        let mut sets: BTreeMap<u64, Vec<Word>> = BTreeMap::from([(0, vec![Word { factors: 0, negative: false }])]);
        for factors in effects(self.factors(), order)? {
            let column = self.column(factors);
            sets.entry(column.bits).or_default().push(Word { factors, negative: column.negative });
        }
        let mut sets: Vec<_> = sets.into_values().map(relative).collect();
        sets.sort_by_key(|set| set.effects[0].rank());
        Ok(sets)
    }

    /// The effects of up to `order` factors that are aliased with `effect`, short ones first, with their sign relative
    /// to it.
    ///
    /// # Errors
    /// If the effect names a factor that the design does not have, or there are more than 2^20 effects to look at.
    pub fn aliases_of(&self, effect: Word, order: usize) -> Result<Vec<Word>, DesignError> {
        self.has_all(effect.iter())?;
        let own = self.column(effect.factors);
        let mut aliases: Vec<_> = std::iter::once(0)
            .chain(effects(self.factors(), order)?)
            .filter(|&factors| factors != effect.factors)
            .map(|factors| (factors, self.column(factors)))
            .filter(|(_, column)| column.bits == own.bits)
            .map(|(factors, column)| Word { factors, negative: column.negative != own.negative })
            .collect();
        aliases.sort_by_key(Word::rank);
        Ok(aliases)
    }

    /// The block of every run, if the runs are split by the signs of these words, the first one slowest: 2^w blocks of w
    /// words. The words and all their products are then confounded with blocks.
    ///
    /// # Errors
    /// If a word names a factor that the design does not have, or is constant within the blocks of those before it.
    pub fn in_blocks(&self, words: &[Word]) -> Result<Vec<usize>, DesignError> {
        let mut columns: Vec<Column> = Vec::new();
        for word in words {
            self.has_all(word.iter())?;
            columns.push(self.column(word.factors));
            if group::dimension(columns.iter().map(|column| column.bits)) < columns.len() {
                return Err(DesignError::Blocks { word: word.to_string() });
            }
        }
        let block = |run| columns.iter().fold(0, |block, &column| 2 * block + self.level(column, run));
        Ok((0..self.runs() as u64).map(block).collect())
    }

    fn has_all(&self, mut factors: impl Iterator<Item = usize>) -> Result<(), DesignError> {
        match factors.find(|&factor| factor >= self.factors()) {
            Some(factor) => Err(DesignError::NoSuchFactor { factor, factors: self.factors() }),
            None => Ok(()),
        }
    }

    /// The column of a product of factors.
    fn column(&self, factors: u64) -> Column {
        let chosen = self.columns.iter().enumerate().filter(|&(factor, _)| factors >> factor & 1 == 1);
        chosen.fold(Column { bits: 0, negative: false }, |product, (_, column)| Column {
            bits: product.bits ^ column.bits,
            negative: product.negative != column.negative,
        })
    }
}

fn check_factors(factors: usize) -> Result<(), DesignError> {
    if (1..=MAX_FACTORS).contains(&factors) {
        return Ok(());
    }
    Err(DesignError::Factors { design: "a fraction", least: 1, most: MAX_FACTORS, got: factors })
}

/// The set with its signs relative to its first effect.
fn relative(mut effects: Vec<Word>) -> AliasSet {
    effects.sort_by_key(Word::rank);
    let sign = effects[0].negative;
    effects.iter_mut().for_each(|effect| effect.negative ^= sign);
    AliasSet { effects }
}

/// All products of 1 to `order` of so many factors.
fn effects(factors: usize, order: usize) -> Result<Vec<u64>, DesignError> {
    let mut effects = Vec::new();
    let mut last: Vec<u64> = vec![0];
    for _ in 0..order.min(factors) {
        let longer = |&word: &u64| (64 - word.leading_zeros() as usize..factors).map(move |factor| word | 1 << factor);
        last = last.iter().flat_map(longer).collect();
        effects.extend_from_slice(&last);
        if effects.len() > MAX_LISTED {
            return Err(DesignError::TooMany { what: "the alias table", most: MAX_LISTED });
        }
    }
    Ok(effects)
}

#[cfg(test)]
mod tests;
