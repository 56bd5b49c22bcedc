//! A pair of axes with the area between them.

use super::axis::Axis;
use super::figure::{Figure, MARGIN, WIDTH};
use super::scale::Scale;
use super::svg::{Point, Rect, Svg};

/// Blank room above and on the right of a panel.
pub(super) const GAP: f64 = 8.0;

/// The area of a chart with its two scales.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub(super) area: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Panel {
    /// Draws grid and axes of a panel with an inner height into the figure's next strip.
    pub(super) fn add(figure: &mut Figure<'_>, height: f64, x: &Axis, y: &Axis) -> Self {
        let (free, width) = (y.room_left(), Self::width(y));
        let strip = figure.strip(height + GAP + x.room_below(free, width));
        Self::draw(&mut figure.svg, Rect { x: strip.x + free, y: strip.y + GAP, width, height }, x, y)
    }

    /// Inner width of a panel that has a whole strip of a figure.
    pub(super) fn width(y: &Axis) -> f64 {
        WIDTH - 2.0 * MARGIN - y.room_left() - GAP
    }

    /// Draws grid and axes of a panel so that it fills a place.
    pub(super) fn fill(svg: &mut Svg, place: Rect, x: &Axis, y: &Axis) -> Self {
        let free = y.room_left();
        let width = (place.width - free - GAP).max(40.0);
        let height = (place.height - GAP - x.room_below(free, width)).max(20.0);
        Self::draw(svg, Rect { x: place.x + free, y: place.y + GAP, width, height }, x, y)
    }

    /// Draws grid and axes around an area.
    pub(super) fn draw(svg: &mut Svg, area: Rect, x: &Axis, y: &Axis) -> Self {
        let (from, to) = if y.downwards { (area.y, area.bottom()) } else { (area.bottom(), area.y) };
        let panel = Self {
            area,
            x: Scale { domain: x.domain, from: area.x, to: area.right() },
            y: Scale { domain: y.domain, from, to },
        };
        panel.draw_grid(svg, x, y);
        x.draw_below(svg, area, y.room_left(), |value| panel.x.at(value));
        y.draw_left(svg, area, |value| panel.y.at(value));
        panel
    }

    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (self.x.at(x), self.y.at(y))
    }

    /// Draws a vertical line through the panel.
    pub(super) fn vertical(&self, svg: &mut Svg, class: &str, x: f64) {
        let x = self.x.at(x);
        svg.line(class, (x, self.area.y), (x, self.area.bottom()));
    }

    /// Draws a horizontal line through the panel.
    pub(super) fn horizontal(&self, svg: &mut Svg, class: &str, y: f64) {
        let y = self.y.at(y);
        svg.line(class, (self.area.x, y), (self.area.right(), y));
    }

    fn draw_grid(&self, svg: &mut Svg, x: &Axis, y: &Axis) {
        for tick in x.ticks.iter().filter(|_| x.grid) {
            self.vertical(svg, "cdp-grid", tick.at);
        }
        for tick in y.ticks.iter().filter(|_| y.grid) {
            self.horizontal(svg, "cdp-grid", tick.at);
        }
        let Rect { x: left, y: top, .. } = self.area;
        svg.line("cdp-axis", (left, self.area.bottom()), (self.area.right(), self.area.bottom()));
        svg.line("cdp-axis", (left, top), (left, self.area.bottom()));
    }
}
