//! The smallest fraction in which chosen effects are clear.

use super::super::DesignError;
use super::{Fraction, Word, check_factors};

/// Most basic factors that are searched: 1024 runs.
const MOST_BASIC: usize = 10;

/// Partial designs that are looked at in each size before the search goes on to the next.
const PATIENCE: usize = 1_000_000;

/// A fraction found by its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smallest {
    /// The fraction. It has the properties.
    pub fraction: Fraction,
    /// Whether every smaller number of runs is proven to be too small. The search of a size ends after a million
    /// partial designs; then a smaller design may exist that was not found.
    pub proven: bool,
}

impl Fraction {
    /// A fraction with few runs in which each of these main effects and two-factor interactions is clear: aliased with
    /// no main effect and no other two-factor interaction. No two main effects are aliased with each other.
    ///
    /// All assignments of columns to factors are tried, up to a change of the basis, from the smallest number of runs up.
    ///
    /// # Errors
    /// If there are no factors or more than have letters, an effect is neither a main effect nor a two-factor
    /// interaction of these factors, or no design in up to 1024 runs was found.
    pub fn with_clear_effects(factors: usize, effects: &[Word]) -> Result<Smallest, DesignError> {
        check_factors(factors)?;
        effects.iter().try_for_each(|effect| check(factors, effect))?;
        let mut proven = true;
        for basic in Self::least_basic(factors)..=factors.min(MOST_BASIC) {
            let mut search = Search::new(factors, basic, effects);
            if search.assign() {
                return Ok(Smallest { fraction: search.fraction(), proven });
            }
            proven &= search.patience > 0;
        }
        let wanted = "makes all these effects clear".to_owned();
        Err(DesignError::NoneSmallEnough { factors, runs: 1 << MOST_BASIC, wanted })
    }
}

fn check(factors: usize, effect: &Word) -> Result<(), DesignError> {
    let bad = |problem: &str| Err(DesignError::Effect { text: effect.to_string(), problem: problem.to_owned() });
    match effect.length() {
        1 | 2 if effect.factors >> factors == 0 => Ok(()),
        1 | 2 => bad("the design has fewer factors"),
        _ => bad("only main effects and two-factor interactions can be clear"),
    }
}

struct Search<'a> {
    basic: usize,
    effects: &'a [Word],
    /// The factors in the order in which they get columns: those of clear effects first, the busiest leading.
    order: Vec<usize>,
    /// How many of them belong to clear effects.
    busy: usize,
    columns: Vec<u64>,
    /// How many main effects and two-factor interactions each column estimates so far.
    load: Vec<u32>,
    rank: usize,
    patience: usize,
}

impl<'a> Search<'a> {
    fn new(factors: usize, basic: usize, effects: &'a [Word]) -> Self {
        let uses = |factor: usize| effects.iter().filter(|effect| effect.factors >> factor & 1 == 1).count();
        let mut order: Vec<_> = (0..factors).collect();
        order.sort_by_key(|&factor| std::cmp::Reverse(uses(factor)));
        let busy = order.iter().filter(|&&factor| uses(factor) > 0).count();
        let load = vec![0; 1 << basic];
        Self { basic, effects, order, busy, columns: Vec::new(), load, rank: 0, patience: PATIENCE }
    }

    /// Gives columns to the remaining factors. Factors without clear effects can change places with each other, so
    /// theirs ascend, new basic columns first.
    fn assign(&mut self) -> bool {
        let done = self.columns.len();
        if done == self.order.len() {
            return self.rank == self.basic;
        }
        if self.patience == 0 || self.basic - self.rank > self.order.len() - done {
            return false;
        }
        self.patience -= 1;
        let previous = if done > self.busy { self.columns[done - 1] } else { 1 };
        // A power of two is a column that came as a new basic one.
        let may_be_new = previous.is_power_of_two();
        if self.rank < self.basic && (!may_be_new || self.try_column(1 << self.rank, true)) {
            return may_be_new;
        }
        let first = if may_be_new { 1 } else { previous + 1 };
        (first..1 << self.rank).any(|column| self.try_column(column, false))
    }

    fn try_column(&mut self, column: u64, fresh: bool) -> bool {
        if self.columns.contains(&column) {
            return false;
        }
        self.change_load(column, true);
        self.columns.push(column);
        self.rank += usize::from(fresh);
        if self.effects_are_clear() && self.assign() {
            return true;
        }
        self.rank -= usize::from(fresh);
        self.columns.pop();
        self.change_load(column, false);
        false
    }

    fn change_load(&mut self, column: u64, more: bool) {
        for other in self.columns.iter().chain([&0]) {
            let load = &mut self.load[(column ^ other) as usize];
            *load = if more { *load + 1 } else { *load - 1 };
        }
    }

    fn effects_are_clear(&self) -> bool {
        self.effects.iter().all(|effect| self.column_of(effect).is_none_or(|column| self.load[column as usize] == 1))
    }

    /// The column of an effect, once all its factors have theirs.
    fn column_of(&self, effect: &Word) -> Option<u64> {
        effect.iter().try_fold(0, |product, factor| {
            let place = self.order.iter().position(|&other| other == factor)?;
            Some(product ^ self.columns.get(place)?)
        })
    }

    fn fraction(&self) -> Fraction {
        let mut columns = vec![0; self.order.len()];
        self.order.iter().zip(&self.columns).for_each(|(&factor, &column)| columns[factor] = column);
        Fraction::from_bits(self.basic, columns)
    }
}
