//! What is made of documents when a generation closes: the retrospection that is built in.

use std::collections::BTreeMap;

use domain::Violation;
use domain::seed::Address;

use super::Lesson;
use crate::confidence::wilson_upper;
use crate::documents::{Document, Library, Life, Provenance, Tags};
use crate::experience::{Experience, Tally};
use crate::rules::ResponseSpec;
use crate::tactic::Tactic;

/// The author of what is written here.
pub const AUTHOR: &str = "retrospection";

/// What precedes the name of whoever wrote a document from outside.
const OUTSIDE: &str = "external:";

/// Documents of a library that are played with, at most.
const MOST_PLAYED: usize = 32;
/// Documents that are written after one generation, at most.
const MOST_WRITTEN: usize = 4;
/// How often something has to have begun in a cell before it is written about.
const LEAST_BEGUN: u32 = 30;

/// What became clear of a document under review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Agents that have it do better.
    Won,
    /// They do worse, or it took too long to see that they do better.
    Lost,
}

/// All that a retrospection rests on.
#[derive(Debug)]
pub struct Reflection<'a> {
    /// The generation that closes.
    pub generation: u32,
    /// The seed of its draws.
    pub seed: u64,
    /// What the scenario has the buttons for.
    pub tactics: &'a [Tactic],
    /// What the generation's episodes teach.
    pub lesson: &'a Lesson,
    /// What is known of tactics by now.
    pub experience: &'a Experience,
    /// What became clear of documents under review, by their ids.
    pub judged: &'a BTreeMap<String, Judgement>,
}

/// The library after a generation that played with `library`.
///
/// Documents that decided are credited. Under review they become active or deprecated as they are judged (deprecated too if
/// they never decided), and what was deprecated before is retired. Then up to four are written: about the cells in which health was lost most often, with a
/// tactic that was not written about there before and is not what is done there anyway. Of these it takes the one that
/// may be the best of all, that is the upper bound of whose success rate is the highest (optimism in the face of
/// uncertainty: Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine Learning
/// 2002), and draws where bounds are equal. They begin under review.
///
/// # Errors
/// If there are too many documents.
pub fn reflect(library: &Library, with: &Reflection<'_>) -> Result<Library, Vec<Violation>> {
    let mut documents = with.reviewed(library);
    documents.extend(with.written(&documents));
    Library::new(documents)
}

/// The author of what somebody outside wrote who calls itself this.
pub(super) fn outsider(name: &str) -> String {
    format!("{OUTSIDE}{name}")
}

/// How many documents may still be written about what is known.
#[must_use]
pub fn room(documents: &[Document]) -> usize {
    MOST_PLAYED.saturating_sub(documents.iter().filter(|document| document.life.is_played()).count())
}

impl Reflection<'_> {
    /// The documents of a library after the generation, before anything is written: credited, and judged.
    #[must_use]
    pub fn reviewed(&self, library: &Library) -> Vec<Document> {
        let credited = library.credit(self.generation, self.lesson.uses.iter().copied());
        credited.documents().iter().map(|document| self.judged(document)).collect()
    }

    fn judged(&self, document: &Document) -> Document {
        let next = match (document.life, self.judged.get(&document.id)) {
            // Whatever went better, it was not for a document that never decided.
            (Life::UnderReview, Some(Judgement::Won)) if document.tally.trials > 0 => Life::Active,
            (Life::UnderReview, Some(_)) => Life::Deprecated,
            (Life::Deprecated, _) if is_ours(&document.provenance.author) => Life::Retired,
            (life, _) => life,
        };
        Document { life: next, ..document.clone() }
    }

    fn written(&self, documents: &[Document]) -> Vec<Document> {
        let room = room(documents).min(MOST_WRITTEN);
        let mut worst: Vec<_> =
            self.lesson.scenes.iter().filter(|(_, scene)| scene.begun >= LEAST_BEGUN && scene.hurt > 0).collect();
        worst.sort_by_key(|(cell, scene)| (std::cmp::Reverse(scene.hurt), **cell));
        let proposals = worst.into_iter().filter_map(|(&cell, scene)| {
            let tactic = self.proposal(cell, documents)?;
            Some(Document {
                id: format!("{}g{}", subject(cell, tactic), self.generation),
                situation: scene.mean(),
                tags: Tags::NONE,
                response: ResponseSpec::Tactic(tactic.name().to_owned()),
                tally: Tally::default(),
                provenance: Provenance {
                    author: AUTHOR.to_owned(),
                    generation: self.generation,
                    parent: String::new(),
                },
                life: Life::UnderReview,
                last_used: self.generation,
            })
        });
        proposals.take(room).collect()
    }

    /// What is worth trying in a cell about which no document is played with.
    fn proposal(&self, cell: u32, documents: &[Document]) -> Option<Tactic> {
        let about = |document: &&Document| document.id.starts_with(&prefix(cell));
        if documents.iter().filter(about).any(|document| document.life.is_played()) {
            return None;
        }
        let known: BTreeMap<_, _> = self.experience.of_cell(cell).collect();
        let usual = known.iter().max_by_key(|(tactic, tally)| (tally.trials, std::cmp::Reverse(**tactic)));
        let usual = usual.map(|(&tactic, _)| tactic);
        let was_written = |tactic| documents.iter().any(|document| document.id.starts_with(&subject(cell, tactic)));
        let mut draws = Address::new(self.seed, "retrospection/v1").at(self.generation).at(cell).stream();
        let ranked = self.tactics.iter().filter(|&&tactic| Some(tactic) != usual && !was_written(tactic));
        let ranked = ranked.map(|&tactic| {
            let Tally { trials, successes } = known.get(&tactic).copied().unwrap_or_default();
            (wilson_upper(successes, trials), draws.bits(), tactic)
        });
        let best = ranked.max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        best.map(|(_, _, tactic)| tactic)
    }
}

/// Whether a retrospection has written it, of whichever kind: what people write is theirs to retire.
fn is_ours(author: &str) -> bool {
    author == AUTHOR || author.starts_with(OUTSIDE)
}

/// How the ids begin of all that is written about a cell.
fn prefix(cell: u32) -> String {
    format!("c{cell}-")
}

fn subject(cell: u32, tactic: Tactic) -> String {
    format!("{}{}-", prefix(cell), tactic.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Use;
    use crate::experience::Trial;
    use crate::record::Step;
    use crate::situation::SIZE;
    use crate::trace::tests::trace;
    use crate::trace::{By, Trace};

    /// An episode that stands `hurt` times for losing health in each cell.
    fn lesson(cells: &[(u32, u32)]) -> Lesson {
        let mut lesson = Lesson::default();
        for &(cell, hurt) in cells {
            for try_number in 0..40 {
                let step = |health| Step {
                    trace: Trace { cell, health, tactic: Some(Tactic::Aim), ..trace(By::Fallback) },
                    situation: None,
                };
                let begun = Step { situation: Some([64; SIZE]), ..step(90) };
                let after = step(if try_number < hurt { 80 } else { 90 });
                lesson.add(Lesson::of(&[begun, after], 1, false));
            }
        }
        lesson
    }

    struct Case {
        lesson: Lesson,
        experience: Experience,
        judged: BTreeMap<String, Judgement>,
    }

    impl Case {
        fn new(cells: &[(u32, u32)]) -> Self {
            let lesson = lesson(cells);
            let experience = Experience::default().fold(lesson.trials.iter().copied());
            Self { lesson, experience, judged: BTreeMap::new() }
        }

        fn after(&self, library: &Library, generation: u32, tactics: &[Tactic]) -> Library {
            let Self { lesson, experience, judged } = self;
            reflect(library, &Reflection { generation, seed: 7, tactics, lesson, experience, judged }).unwrap()
        }
    }

    const TACTICS: [Tactic; 3] = [Tactic::Aim, Tactic::Dodge, Tactic::Retreat];

    fn told(library: &Library) -> Vec<(&str, Life)> {
        library.documents().iter().map(|document| (document.id.as_str(), document.life)).collect()
    }

    fn life(library: &Library, id: &str) -> Life {
        library.documents().iter().find(|document| document.id == id).unwrap().life
    }

    #[test]
    fn the_worst_cells_get_a_document_under_review() {
        let case = Case::new(&[(3, 5), (4, 20), (5, 0)]);
        let written = case.after(&Library::default(), 2, &TACTICS[..2]);
        assert_eq!(told(&written), [("c3-dodge-g2", Life::UnderReview), ("c4-dodge-g2", Life::UnderReview)]);
        let document = &written.documents()[0];
        assert!((document.situation[0] - 64.0 / 127.0).abs() < 1e-6, "about where it was met");
        assert_eq!(document.provenance.author, AUTHOR);
        assert_eq!(case.after(&Library::default(), 2, &TACTICS[..1]).documents().len(), 0, "nothing else is possible");
        assert_eq!(case.after(&Library::default(), 2, &TACTICS).hash(), {
            case.after(&Library::default(), 2, &TACTICS).hash()
        });
    }

    #[test]
    fn what_was_tried_badly_is_not_proposed_before_what_was_not_tried() {
        let mut case = Case::new(&[(3, 5)]);
        let bad = Trial { cell: 3, tactic: Tactic::Dodge, success: false };
        case.experience = case.experience.fold([bad; 20]);
        assert_eq!(told(&case.after(&Library::default(), 0, &TACTICS))[0].0, "c3-retreat-g0");
    }

    #[test]
    fn documents_live_as_they_are_judged() {
        let mut case = Case::new(&[(3, 5)]);
        let written = case.after(&Library::default(), 0, &TACTICS);
        let id = written.documents()[0].id.clone();
        assert_eq!(case.after(&written, 1, &TACTICS).documents().len(), 1, "it is still looked at");
        case.judged = [(id.clone(), Judgement::Won)].into();
        assert_eq!(life(&case.after(&written, 1, &TACTICS), &id), Life::Deprecated, "it never decided");
        let first = written.credit(0, [Use { document: 0, success: false }]);
        let won = case.after(&first, 1, &TACTICS);
        assert_eq!(told(&won), [(id.as_str(), Life::Active)]);
        case.judged = [(id.clone(), Judgement::Lost)].into();
        let lost = case.after(&first, 1, &TACTICS);
        assert_eq!((life(&lost, &id), lost.documents().len()), (Life::Deprecated, 2), "another tactic is tried");
        let retired = case.after(&lost, 2, &TACTICS);
        assert_eq!(life(&retired, &id), Life::Retired);
    }
}
