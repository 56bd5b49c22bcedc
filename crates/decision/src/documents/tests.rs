use std::sync::Arc;

use domain::seed::Draws;
use proptest::prelude::*;

use super::*;
use crate::experience::Tally;
use crate::rules::ResponseSpec;
use crate::situation::{SIZE, Vector};

const WEIGHTS: Weights = Weights { similarity: 0.4, confidence: 0.4, recency: 0.2, radius: 1.0, half_life: 5.0 };

pub(super) fn document(id: &str, situation: Vector) -> Document {
    Document {
        id: id.into(),
        situation,
        tags: Tags::NONE,
        response: ResponseSpec::Tactic("aim".into()),
        tally: Tally { trials: 10, successes: 5 },
        provenance: Provenance { author: "test".into(), ..Provenance::default() },
        life: Life::Active,
        last_used: 0,
    }
}

/// Situations around a few centres on a coarse grid, so that there are ties, duplicates and boxes worth skipping.
fn drawn(seed: u64, count: usize) -> Vec<Document> {
    let mut draws = Draws::new(seed);
    (0..count)
        .map(|place| {
            let centre = draws.below(5) as f32 / 5.0;
            let situation = std::array::from_fn(|_| match draws.below(3) {
                0 => centre,
                1 => -centre,
                _ => draws.below(9) as f32 / 4.0 - 1.0,
            });
            let trials = draws.below(4) as u32;
            Document {
                tags: Tags::of_bits(draws.below(4) as u32 & draws.below(4) as u32).unwrap(),
                tally: Tally { trials, successes: draws.below(u64::from(trials) + 1) as u32 },
                life: Life::ALL[draws.below(5) as usize],
                last_used: draws.below(9) as u32,
                ..document(&format!("d{place}"), situation)
            }
        })
        .collect()
}

fn any_query() -> impl Strategy<Value = Vector> {
    prop::collection::vec(-4i8..=4, SIZE).prop_map(|steps| std::array::from_fn(|place| f32::from(steps[place]) / 4.0))
}

/// Mostly numbers of a range, now and then any number.
fn odd_or(range: std::ops::RangeInclusive<f32>) -> impl Strategy<Value = f32> {
    prop_oneof![6 => range, 1 => prop::num::f32::ANY]
}

proptest! {
    #[test]
    fn the_search_returns_what_a_plain_scan_returns_bit_for_bit(
        seed: u64,
        count in 0usize..400,
        queries in prop::collection::vec(any_query(), 1..6),
        share in (odd_or(0.0..=1.0), odd_or(0.0..=1.0), odd_or(0.0..=1.0), odd_or(0.1..=4.0)),
        limit in 0usize..10,
        present in 0u32..4,
    ) {
        let library = Arc::new(Library::new(drawn(seed, count)).unwrap());
        let weights = Weights { similarity: share.0, confidence: share.1, recency: share.2, radius: share.3, ..WEIGHTS };
        let usable = |document: &Document| !document.id.ends_with('7');
        let plain = PlainScan::new(&library, &weights, 9, usable);
        let mut ranking = Ranking::new(library.clone(), &weights, 9, usable);
        let near = library.documents().first().map_or([0.0; SIZE], |document| document.situation);
        for query in queries.iter().chain([&near]) {
            let present = Tags::of_bits(present).unwrap();
            let (found, expected) = (ranking.search(query, present, limit), plain.search(query, present, limit));
            prop_assert_eq!(found, expected);
            for hit in found.hits() {
                let document = &library.documents()[hit.document as usize];
                prop_assert!(document.life.is_played() && document.tags.hold_in(present));
            }
        }
    }

    #[test]
    fn what_is_encoded_is_read_back_and_named_by_its_content(seed: u64, count in 0usize..40) {
        let documents = drawn(seed, count);
        let library = Library::new(documents.clone()).unwrap();
        let bytes = library.encode();
        let read = Library::decode(&bytes).unwrap();
        prop_assert_eq!(read.documents(), library.documents());
        let mut backward = documents;
        backward.reverse();
        prop_assert_eq!(Library::new(backward).unwrap().hash(), library.hash());
    }

    #[test]
    fn broken_bytes_are_refused_or_mean_themselves(
        seed: u64,
        place: prop::sample::Index,
        byte: u8,
        cut: prop::sample::Index,
    ) {
        let mut bytes = Library::new(drawn(seed, 5)).unwrap().encode();
        prop_assert!(Library::decode(&bytes[..cut.index(bytes.len())]).is_err());
        let at = place.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Library::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}

fn best(documents: Vec<Document>, weights: &Weights) -> String {
    let library = Arc::new(Library::new(documents).unwrap());
    let mut ranking = Ranking::new(library.clone(), weights, 20, |_| true);
    let top = ranking.search(&[0.0; SIZE], Tags::NONE, 1);
    library.documents()[top.hits()[0].document as usize].id.clone()
}

#[test]
fn every_weight_prefers_what_it_says() {
    let near = document("near", [0.0; SIZE]);
    let sure = Document { tally: Tally { trials: 90, successes: 90 }, ..document("sure", [0.3; SIZE]) };
    let fresh = Document { last_used: 20, ..document("fresh", [0.4; SIZE]) };
    let none = Weights { similarity: 0.0, confidence: 0.0, recency: 0.0, ..WEIGHTS };
    let chosen = |weights| best(vec![near.clone(), sure.clone(), fresh.clone()], &weights);
    assert_eq!(chosen(Weights { similarity: 1.0, ..none }), "near");
    assert_eq!(chosen(Weights { confidence: 1.0, ..none }), "sure");
    assert_eq!(chosen(Weights { recency: 1.0, ..none }), "fresh");
    assert_eq!(chosen(none), "fresh", "a tie goes to the id that comes first");
}

#[test]
fn similarity_is_one_half_at_the_radius() {
    let mut situation = [0.0; SIZE];
    situation[3] = 0.5;
    let library = Arc::new(Library::new(vec![document("a", situation)]).unwrap());
    let mut ranking = Ranking::new(library, &Weights { radius: 0.5, ..WEIGHTS }, 0, |_| true);
    assert_eq!(ranking.search(&[0.0; SIZE], Tags::NONE, 1).hits()[0].similarity, 0.5);
}

#[test]
fn an_empty_library_finds_nothing() {
    let mut ranking = Ranking::new(Arc::new(Library::default()), &WEIGHTS, 0, |_| true);
    assert!(ranking.search(&[0.0; SIZE], Tags::NONE, 8).hits().is_empty());
    let all_drafts = vec![Document { life: Life::Draft, ..document("a", [0.0; SIZE]) }];
    let mut ranking = Ranking::new(Arc::new(Library::new(all_drafts).unwrap()), &WEIGHTS, 0, |_| true);
    assert!(ranking.search(&[0.0; SIZE], Tags::NONE, 8).hits().is_empty());
}

#[test]
fn everything_wrong_with_documents_is_named() {
    let mut odd = document("a b", [0.0; SIZE]);
    odd.situation[34] = f32::NAN;
    odd.tally = Tally { trials: 1, successes: 2 };
    odd.response = ResponseSpec::Tactic("dance".into());
    let twin = document("twin", [0.0; SIZE]);
    let found = Library::new(vec![odd, twin.clone(), twin]).unwrap_err();
    let paths: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
    let expected =
        ["documents[0].id", "documents[0].tally", "documents[0].situation", "documents[0].response", "documents"];
    assert_eq!(paths, expected);
    assert!(found[2].message.contains("`health` is NaN"), "{found:?}");
}

#[test]
fn buttons_are_kept_by_their_names() {
    let response = ResponseSpec::Buttons(vec!["ATTACK".into(), "MOVE_LEFT".into()]);
    let library = Library::new(vec![Document { response, ..document("a", [0.25; SIZE]) }]).unwrap();
    assert_eq!(Library::decode(&library.encode()).unwrap().documents(), library.documents());
}
