//! Which situations a condition allows: a union of boxes, each a range of values for some features.
//!
//! Conditions become disjunctions of conjunctions, so that "can it ever hold", "does another rule come before it in
//! every case" and "do the rules cover everything" are questions about boxes. Genes whose values are open are compared
//! by the ranges of their values, with doubt resolved to the side where nothing wrong is claimed.

use super::bound::{Bound, Doubt, End};
use crate::situation::Feature;

/// The most boxes that a condition may fall apart into.
pub(super) const MAX_REGIONS: usize = 64;
/// The most boxes that are looked at before a question is left open.
const MAX_PIECES: usize = 1024;

/// A range of values of one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) feature: Feature,
    pub(super) lower: Bound,
    pub(super) upper: Bound,
}

impl Span {
    /// Every value of a feature.
    pub(super) fn whole(feature: Feature) -> Self {
        let component = feature.component();
        Self {
            feature,
            lower: Bound::number(feature, End::Lower, f64::from(component.low), false),
            upper: Bound::number(feature, End::Upper, f64::from(component.high), false),
        }
    }

    /// The values on one side of `bound`.
    pub(super) fn beyond(feature: Feature, end: End, bound: Bound) -> Self {
        let mut span = Self::whole(feature);
        match end {
            End::Lower => span.lower = span.lower.tighter(bound, end, Doubt::Generous),
            End::Upper => span.upper = span.upper.tighter(bound, end, Doubt::Generous),
        }
        span
    }

    fn and(self, other: Self, doubt: Doubt) -> Self {
        Self {
            feature: self.feature,
            lower: self.lower.tighter(other.lower, End::Lower, doubt),
            upper: self.upper.tighter(other.upper, End::Upper, doubt),
        }
    }

    fn is_empty(&self) -> bool {
        self.lower.excludes(self.upper)
    }
}

/// A box: the situations in which every span holds. Features without a span may have any value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Region(pub(super) Vec<Span>);

impl Region {
    /// This region where the span holds as well; none if that is nowhere.
    pub(super) fn and(&self, span: Span, doubt: Doubt) -> Option<Self> {
        let mut spans = self.0.clone();
        let narrowed = match spans.iter_mut().find(|known| known.feature == span.feature) {
            Some(known) => {
                *known = known.and(span, doubt);
                *known
            }
            None => {
                spans.push(span);
                span
            }
        };
        (!narrowed.is_empty()).then_some(Self(spans))
    }

    /// This region where the other one holds as well; none if that is nowhere.
    pub(super) fn and_all(&self, other: &Self, doubt: Doubt) -> Option<Self> {
        other.0.iter().try_fold(self.clone(), |region, &span| region.and(span, doubt))
    }

    /// What is left of this region outside of `cover`.
    fn without(&self, cover: &Self) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = Some(self.clone());
        for span in &cover.0 {
            let Some(inside) = rest else { break };
            for end in [End::Lower, End::Upper] {
                let bound = if end == End::Lower { span.lower } else { span.upper };
                let outside = Span::beyond(span.feature, end.opposite(), bound.flipped(span.feature, end));
                pieces.extend(inside.and(outside, Doubt::Generous));
            }
            rest = inside.and(*span, Doubt::Generous);
        }
        pieces
    }
}

/// What is left of `regions` outside of all `covers`; none if there are too many pieces to tell.
pub(super) fn remainder<'a>(regions: Vec<Region>, covers: impl IntoIterator<Item = &'a Region>) -> Option<Vec<Region>> {
    covers.into_iter().try_fold(regions, |regions, cover| {
        let pieces: Vec<_> = regions.iter().flat_map(|region| region.without(cover)).collect();
        (pieces.len() <= MAX_PIECES).then_some(pieces)
    })
}
