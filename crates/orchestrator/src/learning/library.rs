//! Who plays with which documents: one under review is left to half of the agents, so that the other half shows how it
//! goes without it.
//!
//! An agent's library holds all documents, in any case: one that is kept from it is there as deprecated, which is not
//! played with.

use std::collections::BTreeMap;

use decision::documents::{Document, Library, Life};
use domain::Violation;
use domain::file::ContentHash;
use domain::seed::Address;

/// The library that a population shares, from those of its members.
///
/// # Errors
/// If there are too many documents.
pub fn base<'a>(libraries: impl IntoIterator<Item = &'a Library>) -> Result<Library, Vec<Violation>> {
    let mut documents = BTreeMap::<&str, Document>::new();
    for document in libraries.into_iter().flat_map(Library::documents) {
        let known = documents.entry(&document.id).or_insert_with(|| document.clone());
        if document.life == Life::UnderReview {
            known.life = Life::UnderReview;
        }
    }
    Library::new(documents.into_values().collect())
}

/// Whether an agent at each position does without the document under review: for half of them, drawn anew for every
/// document and generation.
#[must_use]
pub fn held_out(seed: u64, generation: u32, document: &str, members: u32) -> Vec<bool> {
    let [a, b, c, d, ..] = ContentHash::of(document.as_bytes()).0;
    let number = u32::from_le_bytes([a, b, c, d]);
    let mut held: Vec<_> = (0..members).map(|position| position < members / 2).collect();
    Address::new(seed, "held-out/v1").at(generation).at(number).stream().shuffle(&mut held);
    held
}

/// The libraries of the members of `generation`, by position; one for all where no document is under review.
///
/// # Errors
/// As [`base`].
pub fn variants(library: &Library, seed: u64, generation: u32, members: u32) -> Result<Vec<Library>, Vec<Violation>> {
    let under_review = library.documents().iter().filter(|document| document.life == Life::UnderReview);
    let held: BTreeMap<_, _> = under_review
        .map(|document| (document.id.as_str(), held_out(seed, generation, &document.id, members)))
        .collect();
    if held.is_empty() {
        return Ok(vec![library.clone()]);
    }
    let variant = |position: usize| {
        let documents = library.documents().iter().map(|document| {
            let is_held = held.get(document.id.as_str()).is_some_and(|held| held[position]);
            Document { life: if is_held { Life::Deprecated } else { document.life }, ..document.clone() }
        });
        Library::new(documents.collect())
    };
    (0..members as usize).map(variant).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use decision::documents::DocumentSpec;
    use proptest::prelude::*;

    use super::*;

    /// A library of documents with these stages.
    pub(in super::super) fn library(stages: &[(&str, Life)]) -> Library {
        let document = |&(id, life): &(&str, Life)| {
            let spec: DocumentSpec = serde_json::from_value(serde_json::json!({ "id": id, "do": "aim" })).unwrap();
            Document { life, ..spec.document("d").unwrap() }
        };
        Library::new(stages.iter().map(document).collect()).unwrap()
    }

    proptest! {
        #[test]
        fn every_document_under_review_is_left_to_half_and_none_is_lost(
            members in 2u32..40, seed: u64, generation in 0u32..9,
        ) {
            let stages = [("a", Life::UnderReview), ("b", Life::Active), ("c", Life::Retired), ("d", Life::UnderReview)];
            let shared = library(&stages);
            let variants = variants(&shared, seed, generation, members).unwrap();
            prop_assert_eq!(variants.len(), members as usize);
            for (place, &(_, life)) in stages.iter().enumerate() {
                let playing = variants.iter().filter(|variant| variant.documents()[place].life.is_played()).count();
                let expected = match life {
                    Life::UnderReview => members - members / 2,
                    Life::Active => members,
                    _ => 0,
                };
                prop_assert_eq!(playing as u32, expected);
            }
            prop_assert_eq!(base(&variants).unwrap().hash(), shared.hash());
        }
    }

    #[test]
    fn without_a_review_all_play_with_the_same() {
        let shared = library(&[("a", Life::Active), ("b", Life::Deprecated)]);
        let variants = variants(&shared, 1, 2, 30).unwrap();
        assert_eq!(variants.iter().map(Library::hash).collect::<Vec<_>>(), [shared.hash()]);
        assert_ne!(held_out(1, 2, "a", 30), held_out(1, 2, "b", 30));
        assert_ne!(held_out(1, 2, "a", 30), held_out(1, 3, "a", 30));
    }
}
