//! Axes: where they are labelled, and how much room the labels take.

use super::figure::LABEL;
use super::scale::Domain;
use super::svg::{Anchor, Rect, Svg};
use super::text::{shorten, shorten_name, width};
use super::ticks::{Tick, Ticks, ticks};

/// Widest label beside an upright axis, in pixels.
const WIDEST: f64 = 200.0;
/// Room for a title along an axis.
const TITLE: f64 = 20.0;
/// From a label to its axis.
const GAP: f64 = 8.0;
/// Slope of labels that are too long to lie flat, in degrees.
const SLOPE: f64 = 40.0;

/// One axis before it has a place.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) title: String,
    /// What all labels have to be multiplied by, such as `×10⁶`; empty for 1.
    factor: String,
    pub(super) domain: Domain,
    pub(super) ticks: Vec<Tick>,
    /// Lines through the panel at its ticks.
    pub(super) grid: bool,
    /// Whether values grow downwards on an upright axis.
    pub(super) downwards: bool,
    /// Whether ticks are named at all.
    pub(super) named: bool,
    /// Whether its labels are numbers, of which some may be left out.
    numbers: bool,
}

impl Axis {
    /// An axis of numbers with about `wanted` ticks.
    pub(super) fn numbers(title: &str, domain: Domain, wanted: f64) -> Self {
        Self::with_ticks(title, domain, wanted, false)
    }

    /// An axis of counts or ranks, labelled at whole numbers from 0 only.
    pub(super) fn counts(title: &str, domain: Domain, wanted: f64) -> Self {
        let mut axis = Self::with_ticks(title, domain, wanted, true);
        axis.ticks.retain(|tick| tick.at >= 0.0);
        axis
    }

    /// An axis of names, the first at 0, the next at 1, and so on.
    pub(super) fn names<'a>(title: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let name = |(index, name): (usize, &str)| Tick { at: index as f64, label: name.to_owned() };
        let ticks: Vec<_> = names.into_iter().enumerate().map(name).collect();
        let domain = Domain { low: -0.5, high: ticks.len().max(1) as f64 - 0.5 };
        let (title, factor) = (title.to_owned(), String::new());
        Self { title, factor, domain, ticks, grid: false, downwards: true, named: true, numbers: false }
    }

    fn with_ticks(title: &str, domain: Domain, wanted: f64, whole: bool) -> Self {
        let Ticks { ticks, factor } = ticks(domain, wanted, whole);
        let title = title.to_owned();
        Self { title, factor, domain, ticks, grid: true, downwards: false, named: true, numbers: true }
    }

    /// Room that it takes on the left of a panel.
    pub(super) fn room_left(&self) -> f64 {
        let title = if self.title.is_empty() { 0.0 } else { TITLE };
        let widest = self.ticks.iter().map(|tick| width(&tick.label, LABEL)).fold(0.0, f64::max);
        title + if self.named { widest.min(WIDEST) + GAP } else { 0.0 }
    }

    /// Room that it takes below a panel of some length with some free room to its left.
    pub(super) fn room_below(&self, free: f64, length: f64) -> f64 {
        let title = if self.title.is_empty() { 0.0 } else { TITLE };
        let labels = match self.layout(free, length) {
            Layout::Flat { .. } => LABEL,
            Layout::Sloped { room, .. } => {
                let longest = self.ticks.iter().map(|tick| width(&tick.label, LABEL)).fold(0.0, f64::max);
                longest.min(room) * libm::sin(SLOPE.to_radians()) + LABEL
            }
        };
        title + if self.named { labels + GAP } else { 0.0 }
    }

    /// Draws title and labels below a panel with some free room to its left.
    pub(super) fn draw_below(&self, svg: &mut Svg, area: Rect, free: f64, at: impl Fn(f64) -> f64) {
        let y = area.bottom() + GAP;
        if self.named {
            match self.layout(free, area.width) {
                Layout::Flat { every } => {
                    for tick in self.ticks.iter().step_by(every) {
                        let place = (at(tick.at), y + LABEL - 2.0);
                        svg.text("cdp-text", place, Anchor::Middle, &tick.label, &tick.label);
                    }
                }
                Layout::Sloped { room, every } => {
                    for tick in self.ticks.iter().step_by(every) {
                        let (text, place) = (shorten_name(&tick.label, LABEL, room), (at(tick.at) + 3.0, y + 6.0));
                        svg.turned_text("cdp-text", place, Anchor::End, -SLOPE, &text, &tick.label);
                    }
                }
            }
        }
        if !self.title.is_empty() {
            let place = (area.x + area.width / 2.0, area.bottom() + self.room_below(free, area.width) - 4.0);
            let (title, full) = self.titles(area.width.max(90.0));
            svg.text("cdp-text", place, Anchor::Middle, &title, &full);
        }
    }

    /// Draws title and labels on the left of a panel.
    pub(super) fn draw_left(&self, svg: &mut Svg, area: Rect, at: impl Fn(f64) -> f64) {
        let spacing = area.height / self.domain.span() * self.spacing();
        let every = libm::ceil((LABEL + 1.0) / spacing).max(1.0) as usize;
        for tick in self.ticks.iter().step_by(every).filter(|_| self.named) {
            let (text, place) = (shorten_name(&tick.label, LABEL, WIDEST), (area.x - GAP, at(tick.at) + LABEL * 0.35));
            svg.text("cdp-text", place, Anchor::End, &text, &tick.label);
        }
        if !self.title.is_empty() {
            let place = (area.x - self.room_left() + LABEL - 2.0, area.y + area.height / 2.0);
            let (title, full) = self.titles(area.height);
            svg.turned_text("cdp-text", place, Anchor::Middle, -90.0, &title, &full);
        }
    }

    /// How labels lie below a panel: flat if all fit side by side, else thinned out if they are numbers and sloped if
    /// they are names, and thinned out as well where even that is too narrow.
    fn layout(&self, free: f64, length: f64) -> Layout {
        let per_unit = length / self.domain.span();
        let spacing = per_unit * self.spacing();
        let widest = self.ticks.iter().map(|tick| width(&tick.label, LABEL) + 6.0).fold(0.0, f64::max);
        if self.numbers || widest <= spacing {
            return Layout::Flat { every: libm::ceil(widest / spacing).max(1.0) as usize };
        }
        let first = self.ticks.first().map_or(0.0, |tick| free + per_unit * (tick.at - self.domain.low));
        let room = (first / libm::cos(SLOPE.to_radians()) - 4.0).clamp(24.0, 140.0);
        let every = libm::ceil((LABEL / libm::sin(SLOPE.to_radians())) / spacing).max(1.0) as usize;
        Layout::Sloped { room, every }
    }

    /// The title as it fits into some pixels, and in full; the factor is never cut.
    fn titles(&self, room: f64) -> (String, String) {
        if self.factor.is_empty() {
            return (shorten(&self.title, LABEL, room), self.title.clone());
        }
        let factor = format!(" ({})", self.factor);
        let title = shorten(&self.title, LABEL, room - width(&factor, LABEL));
        (title + &factor, format!("{}{factor}", self.title))
    }

    /// Distance between neighbouring ticks, in units of the axis.
    fn spacing(&self) -> f64 {
        self.ticks.windows(2).map(|pair| pair[1].at - pair[0].at).fold(self.domain.span(), f64::min)
    }
}

enum Layout {
    Flat { every: usize },
    Sloped { room: f64, every: usize },
}
