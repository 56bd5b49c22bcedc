//! From values to pixels.

/// A range of values to show; never empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Domain {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Domain {
    /// The range of finite values. Where they are all equal, or differ by no more than rounding, it reaches a little to
    /// both sides; without values it is 0 to 1.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return Self { low: 0.0, high: 1.0 } };
        let (low, high) = values.fold((first, first), |(low, high), value| (low.min(value), high.max(value)));
        let size = low.abs().max(high.abs());
        if high - low > (size * 1e-12).max(1e-150) {
            return Self { low, high };
        }
        let reach = if size > 1e-150 { size * 0.1 } else { 1.0 };
        Self { low: low - reach, high: high + reach }
    }

    /// A range that is wider by a share of its span on both sides, so that no mark touches the edge.
    pub(super) fn padded(self, share: f64) -> Self {
        let pad = self.span() * share;
        Self { low: self.low - pad, high: self.high + pad }
    }

    pub(super) fn span(self) -> f64 {
        self.high - self.low
    }

    pub(super) fn middle(self) -> f64 {
        self.low + self.span() / 2.0
    }

    pub(super) fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A linear map from a domain to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) domain: Domain,
    /// Pixel of the domain's low end.
    pub(super) from: f64,
    /// Pixel of the domain's high end.
    pub(super) to: f64,
}

impl Scale {
    /// The pixel of a value; a value outside the domain stands at its edge.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.domain.low) / self.domain.span()).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_get_room() {
        assert_eq!(Domain::of([]), Domain { low: 0.0, high: 1.0 });
        assert_eq!(Domain::of([0.0, 0.0]), Domain { low: -1.0, high: 1.0 });
        assert_eq!(Domain::of([-10.0]), Domain { low: -11.0, high: -9.0 });
        assert_eq!(Domain::of([5e-324, 0.0]), Domain { low: -1.0, high: 1.0 });
        assert_eq!(Domain::of([3.0, 1.0, 2.0]), Domain { low: 1.0, high: 3.0 });
    }

    #[test]
    fn values_outside_stand_at_the_edge() {
        let scale = Scale { domain: Domain { low: 0.0, high: 10.0 }, from: 100.0, to: 0.0 };
        assert_eq!([-5.0, 0.0, 2.5, 10.0, 11.0].map(|value| scale.at(value)), [100.0, 100.0, 75.0, 0.0, 0.0]);
    }
}
