//! The smallest fraction of a wanted resolution.

use super::super::DesignError;
use super::{Fraction, check_factors};

/// Most basic factors that are searched: 128 runs.
const MOST_BASIC: usize = 7;

impl Fraction {
    /// A fraction with the fewest runs that has at least this resolution; a full factorial has every one.
    ///
    /// Up to 64 runs it has minimum aberration, if 64 runs have at most 32 factors. In 128 runs all sets of columns are
    /// tried in order, and the first one that has the resolution is taken.
    ///
    /// # Errors
    /// If the resolution is below 3, there are no factors or more than have letters, or no design in up to 128 runs has
    /// this resolution.
    pub fn with_resolution(factors: usize, resolution: usize) -> Result<Self, DesignError> {
        if resolution < 3 {
            return Err(DesignError::Resolution(resolution));
        }
        check_factors(factors)?;
        for basic in Self::least_basic(factors)..=factors.min(MOST_BASIC) {
            if let Some(fraction) = with_basic(factors, basic, resolution)? {
                return Ok(fraction);
            }
        }
        let wanted = format!("has resolution {resolution}");
        Err(DesignError::NoneSmallEnough { factors, runs: 1 << MOST_BASIC, wanted })
    }
}

/// The fraction with so many basic factors, if there is one of this resolution.
fn with_basic(factors: usize, basic: usize, resolution: usize) -> Result<Option<Fraction>, DesignError> {
    if factors == basic {
        return Fraction::full(factors).map(Some);
    }
    let known = basic <= 5 || (basic == 6 && factors <= 32);
    let best = if known {
        Some(Fraction::minimum_aberration(factors, 1 << basic)?)
    } else {
        independent(factors, basic, resolution - 1).map(|columns| Fraction::from_bits(basic, columns))
    };
    Ok(best.filter(|fraction| fraction.resolution().is_none_or(|has| has >= resolution)))
}

/// Columns, basic ones first, of which no `strength` or fewer are dependent, if there are so many.
fn independent(factors: usize, basic: usize, strength: usize) -> Option<Vec<u64>> {
    let mut columns: Vec<u64> = (0..basic).map(|place| 1 << place).collect();
    if strength <= 3 {
        let odd = |column: &u64| column.count_ones() % 2 == 1;
        let others = (1u64..1 << basic).filter(|column| !column.is_power_of_two());
        let (mut others, even): (Vec<_>, Vec<_>) = others.partition(odd);
        if strength == 2 {
            others.extend(even);
        }
        columns.extend(others);
        columns.truncate(factors);
        return (columns.len() == factors).then_some(columns);
    }
    let candidates: Vec<u64> = (1u64..1 << basic).filter(|column| column.count_ones() as usize >= strength).collect();
    extend(&mut columns, &candidates, factors, strength).then_some(columns)
}

/// Adds candidates in order until there are enough columns.
fn extend(columns: &mut Vec<u64>, candidates: &[u64], factors: usize, strength: usize) -> bool {
    let missing = factors - columns.len();
    if missing == 0 {
        return true;
    }
    for (place, &next) in candidates.iter().enumerate() {
        if candidates.len() - place < missing {
            break;
        }
        if depends(columns, next, strength - 1) {
            continue;
        }
        columns.push(next);
        if extend(columns, &candidates[place + 1..], factors, strength) {
            return true;
        }
        columns.pop();
    }
    false
}

/// Whether the vector is the product of `most` or fewer of the columns.
fn depends(columns: &[u64], vector: u64, most: usize) -> bool {
    vector == 0
        || (most > 0
            && (0..columns.len()).any(|place| depends(&columns[place + 1..], vector ^ columns[place], most - 1)))
}
