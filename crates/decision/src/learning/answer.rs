//! What somebody outside makes of a generation, in the place of the retrospection that is built in.

use domain::Violation;
use serde::{Deserialize, Serialize};

use super::reflection::{outsider, room};
use crate::controls::Controls;
use crate::documents::{Document, DocumentSpec, Library, Life, Provenance};
use crate::name::is_name;

/// In the place of a name that is none.
const UNNAMED: &str = "unnamed";

/// An answer, as it is kept: what becomes of a generation follows from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Who answers: 1 to 64 of `A-Z a-z 0-9 _ - . :`.
    pub author: String,
    /// Documents to write.
    pub documents: Vec<DocumentSpec>,
    /// Ids of documents to give up.
    pub give_up: Vec<String>,
    /// What was wrong with it and is left out.
    #[serde(default)]
    pub left_out: Vec<String>,
}

impl Answer {
    /// The answer without all that is wrong with it, and what that is, for agents that have these documents and play with
    /// these buttons.
    #[must_use]
    pub fn sifted(self, documents: &[Document], buttons: &[String]) -> (Self, Vec<Violation>) {
        let mut found = Vec::new();
        let author = if is_name(&self.author, "_-.:") {
            self.author
        } else {
            let message = format!("`{}` is no name: it takes 1 to 64 of A-Z a-z 0-9 _ - . :", self.author);
            found.push(Violation::new("author", message));
            UNNAMED.to_owned()
        };
        let mut written = Written { documents, controls: Controls::new(buttons), buttons, specs: Vec::new() };
        for (place, spec) in self.documents.into_iter().enumerate() {
            match written.faults(&spec, &format!("documents[{place}]")) {
                faults if faults.is_empty() => written.specs.push(spec),
                faults => found.extend(faults),
            }
        }
        let mut give_up = Vec::new();
        for (place, id) in self.give_up.into_iter().enumerate() {
            match ungivable(&id, documents) {
                None => give_up.push(id),
                Some(message) => found.push(Violation::new(format!("give_up[{place}]"), message)),
            }
        }
        let left_out = found.iter().map(|one| Violation::in_one_line(std::slice::from_ref(one))).collect();
        (Self { author, documents: written.specs, give_up, left_out }, found)
    }

    /// The library that it makes of documents after a generation. What is written begins under review.
    ///
    /// # Errors
    /// If something is wrong with it that [`Self::sifted`] leaves out, or there are too many documents.
    pub fn obeyed(&self, mut documents: Vec<Document>, generation: u32) -> Result<Library, Vec<Violation>> {
        for document in documents.iter_mut().filter(|document| self.give_up.contains(&document.id)) {
            document.life = given_up(document.life).unwrap_or(document.life);
        }
        for (place, spec) in self.documents.iter().enumerate() {
            let document = spec.document(&format!("documents[{place}]"))?;
            let provenance = Provenance { author: outsider(&self.author), generation, ..document.provenance };
            documents.push(Document { life: Life::UnderReview, provenance, last_used: generation, ..document });
        }
        Library::new(documents)
    }
}

/// What may be written besides the documents that are there.
struct Written<'a> {
    documents: &'a [Document],
    controls: Controls,
    buttons: &'a [String],
    specs: Vec<DocumentSpec>,
}

impl Written<'_> {
    fn faults(&self, spec: &DocumentSpec, at: &str) -> Vec<Violation> {
        let mut found = spec.document(at).err().unwrap_or_default();
        found.extend(
            spec.response.resolve(&self.controls, self.buttons, &format!("{at}.response")).err().into_iter().flatten(),
        );
        let mut taken =
            self.documents.iter().map(|document| &document.id).chain(self.specs.iter().map(|spec| &spec.id));
        if taken.any(|id| *id == spec.id) {
            let message = format!("there is a document `{}` already", spec.id);
            found.push(Violation::new(format!("{at}.id"), message).with_help("take an id that no document has had"));
        }
        let room = room(self.documents);
        if found.is_empty() && self.specs.len() >= room {
            let message = format!("it is one too many: there is room for {room}");
            found.push(
                Violation::new(at, message).with_help("give up a document, and write one after the next generation"),
            );
        }
        found
    }
}

/// Why a document cannot be given up.
fn ungivable(id: &str, documents: &[Document]) -> Option<String> {
    match documents.iter().find(|document| document.id == id) {
        None => Some(format!("there is no document `{id}`")),
        Some(document) if given_up(document.life).is_none() => Some(format!("`{id}` is retired already")),
        Some(_) => None,
    }
}

/// The next step of a document that is given up.
fn given_up(life: Life) -> Option<Life> {
    match life {
        Life::Active | Life::UnderReview => Some(Life::Deprecated),
        Life::Draft | Life::Deprecated => Some(Life::Retired),
        Life::Retired => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(id: &str, health: f64, tactic: &str) -> DocumentSpec {
        let text = serde_json::json!({ "id": id, "situation": { "health": health }, "do": tactic });
        serde_json::from_value(text).unwrap()
    }

    fn known(stages: &[(&str, Life)]) -> Vec<Document> {
        let document = |&(id, life): &(&str, Life)| Document { life, ..spec(id, 9.0, "aim").document("d").unwrap() };
        stages.iter().map(document).collect()
    }

    fn buttons() -> Vec<String> {
        ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(str::to_owned).to_vec()
    }

    fn answer(documents: Vec<DocumentSpec>, give_up: &[&str]) -> Answer {
        let give_up = give_up.iter().map(|&id| id.to_owned()).collect();
        Answer { author: "somebody-1.5".into(), documents, give_up, left_out: Vec::new() }
    }

    #[test]
    fn what_is_written_begins_under_review_and_what_is_given_up_is_played_no_more() {
        let documents =
            known(&[("a", Life::Active), ("b", Life::UnderReview), ("c", Life::Deprecated), ("d", Life::Active)]);
        let said = answer(vec![spec("new", 50.0, "turn_left")], &["a", "b", "c"]);
        let (sifted, found) = said.clone().sifted(&documents, &buttons());
        assert_eq!((&sifted, found.len()), (&said, 0));
        let library = sifted.obeyed(documents, 4).unwrap();
        let lives: Vec<_> = library.documents().iter().map(|document| (document.id.as_str(), document.life)).collect();
        let expected = [
            ("a", Life::Deprecated),
            ("b", Life::Deprecated),
            ("c", Life::Retired),
            ("d", Life::Active),
            ("new", Life::UnderReview),
        ];
        assert_eq!(lives, expected);
        let written = &library.documents()[4];
        assert_eq!((written.provenance.author.as_str(), written.provenance.generation), ("external:somebody-1.5", 4));
    }

    #[test]
    fn what_is_wrong_is_named_at_its_place_and_left_out() {
        let documents = known(&[("a", Life::Active), ("gone", Life::Retired)]);
        let wrong = vec![
            spec("a", 50.0, "aim"),
            spec("walk", 50.0, "retreat"),
            spec("high", 900.0, "aim"),
            spec("good", 50.0, "aim"),
            spec("good", 60.0, "aim"),
        ];
        let said = Answer { author: "a b".into(), ..answer(wrong, &["a", "gone", "nobody"]) };
        let (sifted, found) = said.sifted(&documents, &buttons());
        let paths: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
        let expected = [
            "author",
            "documents[0].id",
            "documents[1].response",
            "documents[2].situation.health",
            "documents[4].id",
            "give_up[1]",
            "give_up[2]",
        ];
        assert_eq!(paths, expected);
        assert_eq!(
            (sifted.author.as_str(), sifted.documents.len(), &sifted.give_up[..]),
            (UNNAMED, 1, &["a".to_owned()][..])
        );
        assert_eq!(sifted.left_out.len(), expected.len());
        assert!(sifted.left_out[1].contains("there is a document `a` already"), "{:?}", sifted.left_out);
        let text = serde_json::to_string(&sifted).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), sifted);
    }

    #[test]
    fn there_is_room_for_as_many_as_are_played_with() {
        let ids: Vec<_> = (0..31).map(|place| format!("d{place}")).collect();
        let stages: Vec<_> = ids.iter().map(|id| (id.as_str(), Life::Active)).collect();
        let said = answer(vec![spec("one", 5.0, "aim"), spec("two", 5.0, "aim")], &[]);
        let (sifted, found) = said.sifted(&known(&stages), &buttons());
        assert_eq!((sifted.documents.len(), found.len()), (1, 1));
        assert_eq!(found[0].path, "documents[1]");
    }
}
