//! What the marks mean.

use super::figure::{Figure, LABEL, MARGIN, WIDTH};
use super::marks::{crosses, marker};
use super::style;
use super::svg::{Anchor, Point, Rect, polyline};
use super::text::{shorten, shorten_name, width};

/// Length of a key's line or area, and of its mark.
const SIGN: f64 = 28.0;
const MARK: f64 = 10.0;
/// Height of a row of keys.
const ROW: f64 = 19.0;

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sign {
    /// The shape of a series.
    Marker(usize),
    /// A small dot in the colour of a series.
    Dot(usize),
    /// A line with the dashes of a series.
    Line(usize),
    /// The shape of a series on its line.
    LineMarker(usize),
    /// A pale area in the colour of a series.
    Band(usize),
    /// A filled bar in the colour of a series.
    Bar(usize),
    /// A cross in the colour of a series.
    Cross(usize),
    /// A line of reference, with dashes by number.
    Rule(usize),
}

impl Sign {
    fn width(self) -> f64 {
        if let Self::Marker(_) | Self::Dot(_) | Self::Cross(_) = self { MARK } else { SIGN }
    }
}

/// A sign with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) sign: Sign,
    pub(super) label: String,
}

impl Key {
    pub(super) fn new(sign: Sign, label: impl Into<String>) -> Self {
        Self { sign, label: label.into() }
    }
}

/// Draws a legend into the figure's next strip; `title` may be empty.
pub(super) fn legend(figure: &mut Figure<'_>, title: &str, keys: &[Key]) {
    let (left, right) = (MARGIN, WIDTH - MARGIN);
    figure.strip(2.0);
    let mut y = figure.strip(ROW).y + ROW / 2.0;
    let mut x = left;
    if !title.is_empty() {
        let text = format!("{}:", shorten(title, LABEL, 200.0));
        figure.svg.text("cdp-note", (x, y + LABEL * 0.35), Anchor::Start, &text, &text);
        x += width(&text, LABEL) + 10.0;
    }
    for key in keys {
        let label = shorten_name(&key.label, LABEL, 220.0);
        let sign_width = key.sign.width();
        let room = sign_width + 6.0 + width(&label, LABEL);
        if x + room > right && x > left {
            y = figure.strip(ROW).y + ROW / 2.0;
            x = left;
        }
        sign(figure, key.sign, (x, y));
        figure.svg.text("cdp-text", (x + sign_width + 6.0, y + LABEL * 0.35), Anchor::Start, &label, &key.label);
        x += room + 16.0;
    }
}

fn sign(figure: &mut Figure<'_>, sign: Sign, (x, y): Point) {
    let svg = &mut figure.svg;
    let (middle, line) = ((x + sign.width() / 2.0, y), polyline(&[(x, y), (x + SIGN, y)]));
    let bar = Rect { x, y: y - 6.0, width: SIGN, height: 12.0 };
    let series = match sign {
        Sign::Rule(dashes) => return svg.path(&format!("cdp-rule {}", style::dashes(dashes)), &line, ""),
        Sign::Marker(series) | Sign::Line(series) | Sign::LineMarker(series) => series,
        Sign::Band(series) | Sign::Bar(series) | Sign::Cross(series) | Sign::Dot(series) => series,
    };
    svg.open(&style::series(series));
    if let Sign::Line(_) | Sign::LineMarker(_) = sign {
        svg.path(&format!("cdp-line {}", style::dashes(series)), &line, "");
    }
    match sign {
        Sign::Marker(_) | Sign::LineMarker(_) => marker(svg, series, middle, 4.5, ""),
        Sign::Band(_) => svg.rect("cdp-band", bar, ""),
        Sign::Bar(_) => svg.rect("cdp-bar", bar, ""),
        Sign::Cross(_) => crosses(svg, &[middle], 4.0),
        Sign::Dot(_) => svg.circle("cdp-bar", middle, 2.5, ""),
        Sign::Line(_) | Sign::Rule(_) => {}
    }
    svg.close();
}
