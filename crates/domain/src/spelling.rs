//! What somebody probably meant who wrote a name that is not known.

/// The one of the `known` names that is nearest to `name`, if it is so near that a slip of the finger explains it.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let slips = (name.chars().count() / 3).max(1);
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_lowercase());
    let near = known.into_iter().map(|known| (distance(known), known)).filter(|(distance, _)| *distance <= slips);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["kills", "hits", "items", "damage_taken"];
        let cases = [("kils", "kills"), ("KILLS", "kills"), ("hist", "hits"), ("damage_token", "damage_taken")];
        for (name, meant) in cases {
            assert_eq!(nearest(name, known), Some(meant), "{name}");
        }
        for name in ["", "x", "fitness", "armor"] {
            assert_eq!(nearest(name, known), None, "{name}");
        }
    }
}
