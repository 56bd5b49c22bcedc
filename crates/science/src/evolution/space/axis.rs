//! One parameter as an axis: where on its scale a value lies.

use domain::genome::{Domain, Parameter, Scale};

/// A parameter whose scale is even, so that equal steps are alike: a logarithmic one is measured by logarithms.
#[derive(Debug, Clone, Copy)]
pub(in crate::evolution) struct Axis<'a> {
    domain: &'a Domain<'a>,
    scale: Scale,
}

impl<'a> From<&'a Parameter<'a>> for Axis<'a> {
    fn from(parameter: &'a Parameter<'a>) -> Self {
        Self { domain: &parameter.domain, scale: parameter.scale }
    }
}

impl Axis<'_> {
    /// Where a value lies.
    pub(in crate::evolution) fn place(self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => libm::log(value),
        }
    }

    /// The allowed value nearest to a place.
    pub(in crate::evolution) fn value(self, place: f64) -> f64 {
        self.domain.nearest(match self.scale {
            Scale::Linear => place,
            Scale::Log => libm::exp(place),
        })
    }

    /// The places of the smallest and the largest value.
    pub(in crate::evolution) fn bounds(self) -> (f64, f64) {
        let (low, high) = self.domain.bounds();
        (self.place(low), self.place(high))
    }

    /// The value at `share` (0 to 1) of the axis, so that equal shares are equally likely. A whole number has the share
    /// of what is rounded to it.
    pub(in crate::evolution) fn at_share(self, share: f64) -> f64 {
        let (low, high) = self.domain.bounds();
        match (self.domain, self.scale) {
            (Domain::Real { .. }, Scale::Linear) => self.domain.nearest(low + share * (high - low)),
            (Domain::Real { .. }, Scale::Log) => {
                let (low, high) = self.bounds();
                self.value(low + share * (high - low))
            }
            (_, Scale::Linear) => self.domain.nearest(low + libm::floor(share * (high - low + 1.0))),
            (_, Scale::Log) => {
                let (low, high) = (libm::log(low - 0.5), libm::log(high + 0.5));
                self.value(low + share * (high - low))
            }
        }
    }

    /// The middle of the shares at which a value is found.
    pub(in crate::evolution) fn share(self, value: f64) -> f64 {
        let (low, high) = self.domain.bounds();
        let (low, high, place) = match (self.domain, self.scale) {
            (Domain::Real { .. }, Scale::Linear) => (low, high, value),
            (Domain::Real { .. }, Scale::Log) => (libm::log(low), libm::log(high), libm::log(value)),
            (_, Scale::Linear) => (low - 0.5, high + 0.5, value),
            (_, Scale::Log) => (libm::log(low - 0.5), libm::log(high + 0.5), libm::log(value)),
        };
        if high > low { ((place - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }

    /// The smallest share between two values: 0 where there is always one in between.
    pub(in crate::evolution) fn grain(self) -> f64 {
        let (low, high) = self.domain.bounds();
        match self.domain {
            Domain::Real { .. } => 0.0,
            _ => 1.0 / (high - low + 1.0),
        }
    }
}
