//! Fold-overs: the same runs again with signs changed, to break aliases.

use super::super::DesignError;
use super::word::Word;
use super::{Column, Fraction, MAX_BASIC, group};

impl Fraction {
    /// The design together with its mirror image, in which every factor has the other level: of its words those of even
    /// length remain (Box and Hunter 1961).
    ///
    /// # Errors
    /// If no word has odd length, so that the mirror image is the design itself, or the result has too many runs.
    pub fn fold_over(&self) -> Result<Self, DesignError> {
        self.fold_over_on(&(0..self.factors()).collect::<Vec<_>>())
    }

    /// The design together with its runs again in which these factors have the other level: words with an even number
    /// of them remain. Folding over one factor frees its main effect and all its two-factor interactions from short
    /// words with that factor. Every run stands next to the one it is a fold-over of.
    ///
    /// # Errors
    /// If a factor does not exist, no word holds an odd number of them, or the result has too many runs.
    pub fn fold_over_on(&self, factors: &[usize]) -> Result<Self, DesignError> {
        self.has_all(factors.iter().copied())?;
        if self.basic == MAX_BASIC {
            let help = "a fraction has at most 1048576 runs";
            let (design, runs) = ("a fold-over", self.runs());
            return Err(DesignError::Runs { design, runs: runs * 2, factors: self.factors(), help });
        }
        let flipped = Word::of(factors)?;
        let new = 1 << self.basic;
        let bits = |factor: usize| if flipped.factors >> factor & 1 == 1 { new } else { 0 };
        let column = |(factor, old): (usize, &Column)| Column { bits: old.bits | bits(factor), ..*old };
        let columns: Vec<_> = self.columns.iter().enumerate().map(column).collect();
        if group::dimension(columns.iter().map(|column| column.bits)) == self.basic {
            return Err(DesignError::FoldRepeats { factors: flipped.to_string() });
        }
        Ok(Self { basic: self.basic + 1, columns })
    }
}
