//! A pair of axes with the area between them.

use super::axis::Axis;
use super::scale::Scale;
use super::svg::{Point, Rect, Svg};

/// The area of a chart with its two scales.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub(super) area: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Panel {
    /// The area that is left for a panel within a place once its axes have their room.
    pub(super) fn area(place: Rect, x: &Axis, y: &Axis) -> Rect {
        let left = place.x + y.room_left();
        let width = (place.x + place.width - left - 8.0).max(40.0);
        let height = (place.height - 8.0 - x.room_below(left, width)).max(20.0);
        Rect { x: left, y: place.y + 8.0, width, height }
    }

    /// Draws grid and axes into a place and returns the panel to draw on.
    pub(super) fn draw(svg: &mut Svg, place: Rect, x: &Axis, y: &Axis) -> Self {
        let area = Self::area(place, x, y);
        let (top, bottom) = if y.downwards { (area.bottom(), area.y) } else { (area.y, area.bottom()) };
        let panel = Self {
            area,
            x: Scale { domain: x.domain, from: area.x, to: area.right() },
            y: Scale { domain: y.domain, from: bottom, to: top },
        };
        panel.draw_grid(svg, x, y);
        x.draw_below(svg, area, |value| panel.x.at(value));
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
