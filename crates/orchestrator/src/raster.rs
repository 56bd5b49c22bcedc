//! Pictures as PNG, for programs that take no SVG. Text is drawn in DejaVu Sans, which is part of this program: no font of
//! the machine is looked at, so that the same figure is the same picture everywhere.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{self, Options, Tree};

const FONT: &str = "DejaVu Sans";

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for face in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_source(Source::Binary(Arc::new(face)));
    }
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// It is no SVG.
    #[error("the figure cannot be read: {0}")]
    Unreadable(#[from] usvg::Error),
    /// It has no pixel, or too many.
    #[error("{0} times its size is no size for a picture")]
    Size(f32),
    /// It cannot be encoded.
    #[error("the picture cannot be written as PNG: {0}")]
    Unwritable(String),
}

/// Draws an SVG as PNG with `scale` pixels for each of its units, in its light colours on white.
///
/// # Errors
/// If it is no SVG, or the picture would be empty or too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, RasterError> {
    let options = Options { font_family: FONT.to_owned(), fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(&without_at_rules(svg), &options)?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or(RasterError::Size(scale))?;
    let mut picture = Pixmap::new(size.width(), size.height()).ok_or(RasterError::Size(scale))?;
    picture.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| RasterError::Unwritable(error.to_string()))
}

/// The picture without what its style sheet says of dark screens and of print: the renderer skips that, and would warn of
/// it for every figure. Markup inside texts is escaped, so what looks like a style sheet is one.
fn without_at_rules(svg: &str) -> String {
    let parts = svg.split_once("<style>").and_then(|(head, rest)| Some((head, rest.split_once("</style>")?)));
    let Some((head, (sheet, tail))) = parts else { return svg.to_owned() };
    let (mut kept, mut start, mut depth) = (String::new(), 0, 0_usize);
    for (at, character) in sheet.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => {
                let rule = sheet[start..=at].trim_start();
                kept.push_str(if rule.starts_with('@') { "" } else { rule });
                (start, depth) = (at + 1, 0);
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    format!("{head}<style>{kept}</style>{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_for_other_media_are_taken_out() {
        let svg =
            "<svg><style>\n.a{fill:red}\n@supports (color:red){\n.b{x:y}\n@media print{.c{x:y}}}\n.d{x:y}</style>@a{}";
        assert_eq!(without_at_rules(svg), "<svg><style>.a{fill:red}.d{x:y}</style>@a{}");
        assert_eq!(without_at_rules("<svg>@a{}</svg>"), "<svg>@a{}</svg>");
    }
}
