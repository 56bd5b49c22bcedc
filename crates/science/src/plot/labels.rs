//! Names beside points, without covering anything.

use super::figure::LABEL;
use super::svg::{Anchor, Point, Rect, Svg};
use super::text::width;

/// The places that are taken in a panel.
pub(super) struct Labels {
    bounds: Rect,
    taken: Vec<Rect>,
}

impl Labels {
    pub(super) fn new(bounds: Rect) -> Self {
        Self { bounds, taken: Vec::new() }
    }

    /// Keeps labels away from a mark.
    pub(super) fn block(&mut self, (x, y): Point, radius: f64) {
        self.taken.push(Rect { x: x - radius, y: y - radius, width: 2.0 * radius, height: 2.0 * radius });
    }

    /// Writes a label left, right, above or below a point, where there is room first; nowhere if there is none.
    pub(super) fn put(&mut self, svg: &mut Svg, (x, y): Point, text: &str, full: &str) {
        let wide = width(text, LABEL);
        let middle = y + LABEL * 0.35;
        let choices = [
            (x - 9.0, middle, Anchor::End),
            (x + 9.0, middle, Anchor::Start),
            (x, y - 9.0, Anchor::Middle),
            (x, y + LABEL + 7.0, Anchor::Middle),
        ];
        for (x, baseline, anchor) in choices {
            let left = match anchor {
                Anchor::Start => x,
                Anchor::Middle => x - wide / 2.0,
                Anchor::End => x - wide,
            };
            let place = Rect { x: left, y: baseline - LABEL, width: wide, height: LABEL + 2.0 };
            if self.bounds.contains(&place) && !self.taken.iter().any(|taken| taken.overlaps(&place)) {
                self.taken.push(place);
                return svg.text("cdp-text", (x, baseline), anchor, text, full);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_cover_each_other() {
        let mut labels = Labels::new(Rect { x: 0.0, y: 0.0, width: 100.0, height: 40.0 });
        let mut svg = Svg::default();
        for _ in 0..9 {
            labels.put(&mut svg, (50.0, 20.0), "name", "name");
        }
        assert_eq!(svg.into_string().matches("<text").count(), labels.taken.len());
        assert!((1..=4).contains(&labels.taken.len()));
        for (index, place) in labels.taken.iter().enumerate() {
            assert!(labels.taken[index + 1..].iter().all(|other| !other.overlaps(place)));
        }
    }
}
