//! Writing SVG: elements, escaped text, and numbers in one fixed form.

/// A place in the picture: x to the right, y downwards, in pixels.
pub(super) type Point = (f64, f64);

/// An upright rectangle in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    pub(super) fn contains(&self, other: &Self) -> bool {
        self.x <= other.x && other.right() <= self.right() && self.y <= other.y && other.bottom() <= self.bottom()
    }
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The inside of an SVG document while it grows.
#[derive(Debug, Default)]
pub(super) struct Svg(String);

impl Svg {
    pub(super) fn line(&mut self, class: &str, (x1, y1): Point, (x2, y2): Point) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
        self.0.push_str(&format!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>\n"));
    }

    /// A rectangle; `title` is what a pointer resting on it shows.
    pub(super) fn rect(&mut self, class: &str, rect: Rect, title: &str) {
        let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(number);
        let attributes = format!("class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.titled("rect", &attributes, title);
    }

    /// A path of absolute commands, nothing if there are none; `title` is what a pointer resting on it shows.
    pub(super) fn path(&mut self, class: &str, data: &str, title: &str) {
        if data.is_empty() {
            return;
        }
        self.titled("path", &format!("class=\"{class}\" d=\"{data}\""), title);
    }

    pub(super) fn circle(&mut self, class: &str, (x, y): Point, radius: f64, title: &str) {
        let [x, y, radius] = [x, y, radius].map(number);
        self.titled("circle", &format!("class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""), title);
    }

    /// A text; `full` is shown to a resting pointer where the text was shortened.
    pub(super) fn text(&mut self, class: &str, place: Point, anchor: Anchor, text: &str, full: &str) {
        self.turned_text(class, place, anchor, 0.0, text, full);
    }

    /// A text turned by `degrees` clockwise about its place.
    pub(super) fn turned_text(
        &mut self,
        class: &str,
        (x, y): Point,
        anchor: Anchor,
        degrees: f64,
        text: &str,
        full: &str,
    ) {
        let [x, y, degrees] = [x, y, degrees].map(number);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let turn = if degrees == "0" { String::new() } else { format!(" transform=\"rotate({degrees} {x} {y})\"") };
        let title = if text == full { String::new() } else { format!("<title>{}</title>", escape(full)) };
        let text = escape(text);
        self.0.push_str(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}{turn}>{title}{text}</text>\n"));
    }

    /// Opens a group that lends its class to what follows until [`Svg::close`].
    pub(super) fn open(&mut self, class: &str) {
        self.0.push_str(&format!("<g class=\"{class}\">\n"));
    }

    pub(super) fn close(&mut self) {
        self.0.push_str("</g>\n");
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    fn titled(&mut self, name: &str, attributes: &str, title: &str) {
        if title.is_empty() {
            self.0.push_str(&format!("<{name} {attributes}/>\n"));
        } else {
            self.0.push_str(&format!("<{name} {attributes}><title>{}</title></{name}>\n", escape(title)));
        }
    }
}

/// The path through some points; empty for none.
pub(super) fn polyline(points: &[Point]) -> String {
    let mut data = String::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        data.push_str(&format!("{command}{} {}", number(x), number(y)));
    }
    data
}

/// A coordinate with at most two decimals, never `-0`: the same text on every machine.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML takes it: markup escaped, white space made blanks, characters that XML 1.0 forbids replaced.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let cases = [(0.0, "0"), (-0.001, "0"), (1.5, "1.5"), (100.0, "100"), (2.006, "2.01"), (-3.25, "-3.25")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn markup_and_forbidden_characters_are_escaped() {
        assert_eq!(escape("a<b>&\"c'\n\u{1}"), "a&lt;b&gt;&amp;&quot;c&#39; \u{fffd}");
    }

    #[test]
    fn a_polyline_of_nothing_is_nothing() {
        assert_eq!(polyline(&[]), "");
        assert_eq!(polyline(&[(1.0, 2.0), (3.5, 4.0)]), "M1 2L3.5 4");
    }
}
