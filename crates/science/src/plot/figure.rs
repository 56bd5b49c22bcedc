//! The sheet that charts draw on: heading on top, content below it row by row, text for those who cannot see it.

use super::error::PlotError;
use super::style;
use super::svg::{Anchor, Rect, Svg, escape, number};
use super::text::wrap;

/// Width of every figure in pixels.
pub(super) const WIDTH: f64 = 720.0;
/// Blank border of every figure.
pub(super) const MARGIN: f64 = 16.0;
/// Size of labels in pixels.
pub(super) const LABEL: f64 = 12.0;

const TITLE: f64 = 15.0;

/// What stands above a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'a> {
    /// Begins the ids inside the figure, so it must be unique in a page: a letter, then letters, digits, `-` and `_`.
    pub id: &'a str,
    /// What the picture shows, in one line.
    pub title: &'a str,
    /// What a reader must know to read it, such as the number of episodes and what was left out; may be empty.
    pub note: &'a str,
}

/// A figure while it is drawn from top to bottom.
pub(super) struct Figure<'a> {
    heading: Heading<'a>,
    /// What has been drawn.
    pub(super) svg: Svg,
    top: f64,
    description: Vec<String>,
}

impl<'a> Figure<'a> {
    pub(super) fn new(heading: &Heading<'a>) -> Result<Self, PlotError> {
        let id = heading.id;
        let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if !id.starts_with(|first: char| first.is_ascii_alphabetic()) || !id.chars().all(plain) {
            return Err(PlotError::Id(id.to_owned()));
        }
        let mut figure = Self { heading: *heading, svg: Svg::default(), top: MARGIN, description: Vec::new() };
        // Semibold letters are a little wider than the estimate.
        figure.lines("cdp-text cdp-title", TITLE, heading.title, TITLE * 1.06, 2);
        figure.strip(2.0);
        figure.note(heading.note, 4);
        Ok(figure)
    }

    /// Adds a sentence for people who hear the figure.
    pub(super) fn describe(&mut self, sentence: impl Into<String>) {
        self.description.push(sentence.into());
    }

    /// Writes a note over the whole width, in at most so many lines.
    pub(super) fn note(&mut self, note: &str, most: usize) {
        self.lines("cdp-note", LABEL, note, LABEL, most);
    }

    fn lines(&mut self, class: &str, size: f64, text: &str, estimate: f64, most: usize) {
        for line in wrap(text, estimate, WIDTH - 2.0 * MARGIN, most) {
            let full = if line.ends_with('\u{2026}') { text } else { &line };
            self.svg.text(class, (MARGIN, self.top + size), Anchor::Start, &line, full);
            self.top += size + 4.0;
        }
    }

    /// Takes the next strip of the figure over its whole width.
    pub(super) fn strip(&mut self, height: f64) -> Rect {
        let strip = Rect { x: MARGIN, y: self.top, width: WIDTH - 2.0 * MARGIN, height };
        self.top += height;
        strip
    }

    /// The finished document.
    pub(super) fn finish(self) -> String {
        let Heading { id, title, note } = self.heading;
        let [width, height] = [WIDTH, libm::ceil(self.top + MARGIN)].map(number);
        let description = self.description.join(" ");
        let description = [description.trim(), note].join(" ");
        let (title, description) = (escape(title), escape(description.trim()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cdp\" id=\"{id}\" role=\"img\" aria-label=\"{title}\" \
             aria-describedby=\"{id}-desc\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
             <desc id=\"{id}-desc\">{description}</desc>\n<style>\n{}</style>\n\
             <rect class=\"cdp-paper\" x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
            style::sheet(),
            self.svg.into_string(),
        )
    }
}
