//! One end of the values that a condition allows for a feature.

use std::cmp::Ordering;

use crate::situation::Feature;

/// An end whose value is known, or known to be that of a gene and so to lie between two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    /// The value is at least this,
    pub(super) least: f64,
    /// and at most this.
    pub(super) most: f64,
    /// The gene it is taken from, where its value is left open.
    pub(super) gene: Option<usize>,
    /// Whether the value itself is excluded.
    pub(super) open: bool,
}

/// Which end it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Lower,
    Upper,
}

/// What to do with two ends of which nobody knows which one is tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Allow too much.
    Generous,
    /// Allow too little.
    Strict,
}

impl Bound {
    /// A known end. Ends of whole-numbered features are moved to the last whole number that they allow.
    pub(super) fn number(feature: Feature, end: End, value: f64, open: bool) -> Self {
        let (value, open) = match (feature.component().whole, end) {
            (false, _) => (value, open),
            (true, End::Lower) if open => (libm::floor(value) + 1.0, false),
            (true, End::Upper) if open => (libm::ceil(value) - 1.0, false),
            (true, End::Lower) => (libm::ceil(value), false),
            (true, End::Upper) => (libm::floor(value), false),
        };
        Self { least: value, most: value, gene: None, open }
    }

    /// An end at the value of a gene that may be anything from `least` to `most`.
    pub(super) fn gene(gene: usize, least: f64, most: f64, open: bool) -> Self {
        Self { least, most, gene: Some(gene), open }
    }

    /// The other side of this end: where what it excludes begins.
    pub(super) fn flipped(self, feature: Feature, end: End) -> Self {
        if self.gene.is_some() || self.least != self.most {
            return Self { open: !self.open, ..self };
        }
        Self::number(feature, end.opposite(), self.least, !self.open)
    }

    /// The tighter of two ends on the same side.
    pub(super) fn tighter(self, other: Self, end: End, doubt: Doubt) -> Self {
        match (self.order(other), end) {
            (Some(Ordering::Equal), _) => Self { open: self.open || other.open, ..self },
            (Some(Ordering::Greater), End::Lower) | (Some(Ordering::Less), End::Upper) => self,
            (Some(_), _) => other,
            (None, _) if doubt == Doubt::Generous => other,
            (None, End::Lower) => Self { open: true, ..Self::at(self.most.max(other.most)) },
            (None, End::Upper) => Self { open: true, ..Self::at(self.least.min(other.least)) },
        }
    }

    /// Whether nothing lies between this lower end and that upper one, whatever the genes are.
    pub(super) fn excludes(self, upper: Self) -> bool {
        match self.order(upper) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => self.open || upper.open,
            Some(Ordering::Less) => false,
            // Of two values that may meet in a point, an open one is enough.
            None => self.least >= upper.most && (self.open || upper.open),
        }
    }

    /// How the values compare for certain.
    fn order(self, other: Self) -> Option<Ordering> {
        if self.gene.is_some() && self.gene == other.gene || self.is_same_number(other) {
            Some(Ordering::Equal)
        } else if self.least > other.most {
            Some(Ordering::Greater)
        } else if self.most < other.least {
            Some(Ordering::Less)
        } else {
            None
        }
    }

    fn is_same_number(self, other: Self) -> bool {
        self.least == self.most && other.least == other.most && self.least == other.least
    }

    fn at(value: f64) -> Self {
        Self { least: value, most: value, gene: None, open: false }
    }
}

impl End {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Lower => Self::Upper,
            Self::Upper => Self::Lower,
        }
    }
}
