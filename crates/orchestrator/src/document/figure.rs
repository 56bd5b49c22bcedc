//! Pictures, and the names by which they are told apart.

use science::plot::{Heading, PlotError};

use super::Block;

/// Longest name, in bytes: with an ending it is short enough for any file system.
const LONGEST: usize = 100;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it shows, in lower case ASCII with `-` between words, unlike the others of its document. The ids inside the
    /// picture begin with it, and files are named by it.
    pub name: String,
    /// The picture as SVG.
    pub svg: String,
}

impl Figure {
    /// What `draw` draws under a heading, and a name made of some texts, of which the first begins with a letter; absent
    /// where there is nothing to draw, or too much.
    pub(crate) fn drawn(
        name: &[&str],
        title: &str,
        note: &str,
        draw: impl FnOnce(&Heading<'_>) -> Result<String, PlotError>,
    ) -> Option<Self> {
        Self::tried(name, title, note, draw).ok()
    }

    /// The same, with the reason why nothing was drawn.
    pub(crate) fn tried(
        name: &[&str],
        title: &str,
        note: &str,
        draw: impl FnOnce(&Heading<'_>) -> Result<String, PlotError>,
    ) -> Result<Self, PlotError> {
        let name = slug(name);
        let svg = draw(&Heading { id: &name, title, note })?;
        Ok(Self { name, svg })
    }
}

/// The pictures of a document, in order.
#[must_use]
pub fn figures(blocks: &[Block]) -> Vec<&Figure> {
    blocks.iter().flat_map(of_block).collect()
}

fn of_block(block: &Block) -> Vec<&Figure> {
    match block {
        Block::Figure(figure) => vec![figure],
        Block::Details(_, blocks) => figures(blocks),
        _ => Vec::new(),
    }
}

/// Texts as one word of ASCII letters, digits and `-`.
fn slug(parts: &[&str]) -> String {
    let mut slug = String::new();
    for character in parts.join("-").chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(LONGEST);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::super::paragraph;
    use super::*;

    #[test]
    fn names_fit_into_ids_and_file_names() {
        assert_eq!(slug(&["means", "agent.Policy (v2)"]), "means-agent-policy-v2");
        assert_eq!(slug(&["", "map", "../é"]), "map");
        assert_eq!(slug(&["map", &"x".repeat(300)]).len(), LONGEST);
    }

    #[test]
    fn what_is_folded_counts_as_well() {
        let figure = |name: &str| Block::Figure(Figure { name: name.into(), svg: String::new() });
        let blocks = [figure("one"), paragraph("text"), Block::Details("more".into(), vec![figure("two")])];
        let names: Vec<_> = figures(&blocks).iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
    }
}
