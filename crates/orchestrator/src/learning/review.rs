//! Whether documents under review earn their place: agents with them against agents without them, on the same seeds.

use std::collections::BTreeMap;

use decision::documents::{Document, Library, Life};
use decision::learning::Judgement;
use science::stats;

/// Rounds after which a document is judged at the latest.
pub const REVIEW_ROUNDS: u32 = 3;

/// A round that was played, as far as reviews are concerned.
#[derive(Debug, Clone)]
pub struct Round<'a> {
    /// Number of the generation.
    pub generation: u32,
    /// The library of every member, and its fitness by replicate.
    pub members: Vec<(&'a Library, BTreeMap<u32, f64>)>,
}

/// What became clear of the documents under review in `library`, which was played with in the last of `rounds`.
///
/// Who plays with a document is drawn, so agents with it and without it differ by nothing else on average. For every seed
/// of every round since it was written, the difference of their mean fitness is one observation. It is judged as soon as
/// Student's 95 % interval of the mean difference excludes zero, and after [`REVIEW_ROUNDS`] rounds by the sign of that
/// mean: what is kept then is more likely to help than not, which is all that a search needs and no finding.
#[must_use]
pub fn judge(library: &Library, rounds: &[Round<'_>]) -> BTreeMap<String, Judgement> {
    let under_review = library.documents().iter().filter(|document| document.life == Life::UnderReview);
    let judged = under_review.filter_map(|document| Some((document.id.clone(), judgement(document, rounds)?)));
    judged.collect()
}

fn judgement(document: &Document, rounds: &[Round<'_>]) -> Option<Judgement> {
    let since = document.provenance.generation;
    let played = rounds.iter().filter(|round| round.generation > since);
    let latest = rounds.iter().map(|round| round.generation).max()?;
    let differences: Vec<_> = played.flat_map(|round| round.differences(&document.id)).collect();
    let summary = stats::summarise(&differences).ok()?;
    let (low, high) = (summary.low.unwrap_or(f64::NEG_INFINITY), summary.high.unwrap_or(f64::INFINITY));
    let is_over = latest - since.min(latest) >= REVIEW_ROUNDS;
    if low > 0.0 || (is_over && summary.mean > 0.0) {
        Some(Judgement::Won)
    } else if high < 0.0 || is_over {
        Some(Judgement::Lost)
    } else {
        None
    }
}

impl Round<'_> {
    /// For every replicate that was played with and without the document, how much better it went with it.
    fn differences(&self, document: &str) -> Vec<f64> {
        let (mut with, mut without) = (BTreeMap::<u32, Vec<f64>>::new(), BTreeMap::<u32, Vec<f64>>::new());
        for (library, fitness) in &self.members {
            let side = if plays_with(library, document) { &mut with } else { &mut without };
            for (&replicate, &value) in fitness {
                side.entry(replicate).or_default().push(value);
            }
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let paired = with.iter().filter_map(|(replicate, with)| Some(mean(with) - mean(without.get(replicate)?)));
        paired.collect()
    }
}

/// Whether an agent with this library plays with the document.
#[must_use]
pub fn plays_with(library: &Library, document: &str) -> bool {
    let documents = library.documents();
    let place = documents.binary_search_by(|known| known.id.as_str().cmp(document));
    place.is_ok_and(|place| documents[place].life.is_played())
}

#[cfg(test)]
mod tests {
    use super::super::library::tests::library;
    use super::*;

    /// Rounds from `first` on, in which two of four members have the document and gain so much by it on each seed.
    fn judged(first: u32, gains: &[&[f64]]) -> Option<Judgement> {
        let (with, without) = (library(&[("d", Life::UnderReview)]), library(&[("d", Life::Deprecated)]));
        let fitness = |gain: f64, member: f64, gains: &[f64]| -> BTreeMap<u32, f64> {
            (0..).zip(gains).map(|(replicate, more)| (replicate, member + f64::from(replicate) + gain * more)).collect()
        };
        let rounds = (first..).zip(gains).map(|(generation, gains)| Round {
            generation,
            members: vec![
                (&with, fitness(1.0, 5.0, gains)),
                (&without, fitness(0.0, 5.0, gains)),
                (&without, fitness(0.0, 7.0, gains)),
                (&with, fitness(1.0, 7.0, gains)),
            ],
        });
        let rounds: Vec<_> = rounds.collect();
        judge(&with, &rounds).remove("d")
    }

    #[test]
    fn a_document_is_judged_when_it_is_clear_and_in_the_end_by_the_sign() {
        assert_eq!(judged(1, &[&[2.0, 2.1, 1.9, 2.0]]), Some(Judgement::Won));
        assert_eq!(judged(1, &[&[-2.0, -2.1, -1.9]]), Some(Judgement::Lost));
        assert_eq!(judged(1, &[&[2.0, -1.9, 0.3]]), None);
        assert_eq!(judged(1, &[&[2.0, -1.9, 0.3][..]; 2]), None);
        assert_eq!(judged(1, &[&[2.0, -1.9, 0.3][..]; 3]), Some(Judgement::Won));
        assert_eq!(judged(1, &[&[2.0, -2.5, 0.3][..]; 3]), Some(Judgement::Lost));
        assert_eq!(judged(1, &[&[3.0]]), None, "one seed says nothing");
    }

    #[test]
    fn rounds_from_before_it_was_written_do_not_count() {
        assert_eq!(judged(0, &[&[2.0, 2.1, 1.9, 2.0]]), None);
        assert_eq!(judge(&library(&[("d", Life::Active)]), &[]), BTreeMap::new());
    }
}
