//! Minimum aberration designs of 64 runs.

use super::super::DesignError;
use super::{Fraction, MAX_BASIC, classes};

/// Columns after the six basic ones of the minimum aberration designs of 7 to 32 factors in 64 runs: the first design of
/// each size in table 4 of Chen, Sun and Wu, A catalogue of two-level and three-level fractional factorial designs with
/// small runs, International Statistical Review 61 (1993) 131-145. Bit 0 of a column is the first basic factor.
const SIXTY_FOUR: [&[u64]; 26] = [
    &[63],
    &[15, 51],
    &[7, 27, 45],
    &[7, 27, 43, 53],
    &[7, 11, 29, 45, 51],
    &[7, 11, 29, 45, 51, 62],
    &[7, 11, 21, 25, 38, 58, 60],
    &[7, 11, 19, 30, 37, 41, 49, 60],
    &[7, 11, 19, 30, 37, 41, 49, 60, 63],
    &[7, 11, 13, 19, 21, 35, 37, 57, 58, 60],
    &[7, 11, 13, 14, 19, 21, 35, 37, 57, 58, 60],
    &[7, 11, 13, 14, 19, 21, 22, 35, 37, 57, 58, 60],
    &[7, 11, 13, 14, 19, 21, 22, 35, 37, 38, 57, 58, 60],
    &[7, 11, 13, 14, 19, 21, 22, 35, 37, 38, 57, 58, 60, 63],
    &[7, 11, 13, 14, 19, 21, 22, 25, 35, 41, 42, 49, 52, 56, 62],
    &[7, 11, 13, 14, 19, 21, 22, 25, 35, 37, 41, 42, 49, 52, 56, 62],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 35, 37, 41, 44, 49, 52, 56, 62],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 35, 37, 38, 41, 42, 49, 52, 56, 62],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 35, 37, 38, 41, 42, 49, 52, 56, 62],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 35, 37, 38, 41, 42, 44, 49, 50, 52, 56],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 49, 50, 52, 56],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 47, 49, 50, 52, 56],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 47, 49, 50, 52, 55, 56],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 47, 49, 50, 52, 55, 56, 59],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 47, 49, 50, 52, 55, 56, 59, 61],
    &[7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31, 35, 37, 38, 41, 42, 44, 47, 49, 50, 52, 55, 56, 59, 61, 62],
];

impl Fraction {
    /// A design of `factors` factors in `runs` runs with minimum aberration (Fries and Hunter 1980): no other has fewer
    /// words of the shortest length in which the two differ. Up to 32 runs it is found by looking at all designs, in
    /// 64 runs it comes from the catalogue of Chen, Sun and Wu (1993), which has up to 32 factors. The basic factors
    /// come first.
    ///
    /// # Errors
    /// If the number of runs is no power of two between 2 and 64, is too small for so many factors or larger than the
    /// full factorial, or if there are more than 32 factors in 64 runs.
    pub fn minimum_aberration(factors: usize, runs: usize) -> Result<Self, DesignError> {
        let refuse = |help| Err(DesignError::Runs { design: "a minimum aberration design", runs, factors, help });
        if !runs.is_power_of_two() || !(2..=64).contains(&runs) {
            return refuse("it has 2, 4, 8, 16, 32 or 64");
        }
        let basic = runs.trailing_zeros() as usize;
        match factors {
            _ if factors < basic => refuse("the full factorial has fewer; take it and replicate it"),
            _ if factors == basic => Self::full(factors),
            _ if factors >= runs => refuse("it needs more runs than factors"),
            _ if basic < 6 => Ok(Self::from_bits(basic, classes::minimum_aberration(basic, factors))),
            _ => match SIXTY_FOUR.get(factors - 7) {
                Some(others) => Ok(Self::from_bits(6, (0..6).map(|place| 1 << place).chain(others.iter().copied()))),
                None => refuse("the catalogue of 64 runs ends at 32 factors"),
            },
        }
    }

    /// The fewest runs, a power of two, that have a column for each of `factors` factors.
    pub(super) fn least_basic(factors: usize) -> usize {
        (1..=MAX_BASIC).find(|&basic| factors < 1 << basic).unwrap_or(MAX_BASIC)
    }
}
