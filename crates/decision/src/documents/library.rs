//! A snapshot of documents, and its bytes.

use domain::Violation;
use domain::file::ContentHash;

use super::index::Index;
use super::{Document, Life, Provenance, Tags};
use crate::experience::Tally;
use crate::rules::ResponseSpec;
use crate::situation::SIZE;
use crate::snapshot::{self, Reader, SnapshotError, put_text};
use crate::tactic::Tactic;

/// The most documents of a library.
pub const MAX_DOCUMENTS: usize = 100_000;

const LETTERS: [u8; 4] = *b"CLDC";
const VERSION: u32 = 1;
const WHAT: &str = "documents";
/// How a response is told in bytes.
const TACTIC: u8 = 0;
const BUTTONS: u8 = 1;

/// A snapshot of documents in the order of their ids, ready to be searched.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub(super) documents: Vec<Document>,
    pub(super) index: Index,
}

impl Library {
    /// The library of these documents.
    ///
    /// # Errors
    /// All that is wrong with them, at `documents[PLACE]`; ids that are used twice; too many documents.
    pub fn new(mut documents: Vec<Document>) -> Result<Self, Vec<Violation>> {
        let mut found: Vec<_> = documents
            .iter()
            .enumerate()
            .flat_map(|(place, document)| document.violations(&format!("documents[{place}]")))
            .collect();
        if documents.len() > MAX_DOCUMENTS {
            let message = format!("{} documents are too many, {MAX_DOCUMENTS} are possible", documents.len());
            found.push(Violation::new("documents", message));
        }
        documents.sort_by(|a, b| a.id.cmp(&b.id));
        let twice = documents.windows(2).filter(|pair| pair[0].id == pair[1].id);
        found.extend(
            twice.map(|pair| Violation::new("documents", format!("two documents are called `{}`", pair[0].id))),
        );
        if found.is_empty() { Ok(Self::of_sorted(documents)) } else { Err(found) }
    }

    fn of_sorted(documents: Vec<Document>) -> Self {
        let index = Index::new(&documents);
        Self { documents, index }
    }

    /// The documents, in the order of their ids.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The name of this snapshot.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.encode())
    }

    /// The snapshot as bytes: letters, version, count, and the documents in the order of their ids.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = snapshot::begin(LETTERS, VERSION, self.documents.len());
        for document in &self.documents {
            write(&mut bytes, document);
        }
        bytes
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`SnapshotError`] if the bytes are not what [`Self::encode`] makes.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (mut reader, count) = Reader::new(bytes, WHAT, LETTERS, VERSION)?;
        if count > MAX_DOCUMENTS {
            return Err(reader.wrong(format!("{count} documents are too many, {MAX_DOCUMENTS} are possible")));
        }
        let mut documents: Vec<Document> = Vec::new();
        for _ in 0..count {
            let document = read(&mut reader)?;
            if let Some(wrong) = document.violations("document").first() {
                return Err(reader.wrong(format!("{}: {}", wrong.path, wrong.message)));
            }
            if documents.last().is_some_and(|last| last.id >= document.id) {
                return Err(reader.wrong("documents are not in the order of their ids"));
            }
            documents.push(document);
        }
        reader.end()?;
        Ok(Self::of_sorted(documents))
    }
}

fn write(bytes: &mut Vec<u8>, document: &Document) {
    put_text(bytes, &document.id);
    // Adding zero turns -0 into 0: they are equal, so they are one value and have one encoding.
    document.situation.iter().for_each(|value| bytes.extend((value + 0.0).to_le_bytes()));
    bytes.extend(document.tags.bits().to_le_bytes());
    match &document.response {
        ResponseSpec::Tactic(name) => {
            bytes.push(TACTIC);
            bytes.push(Tactic::find(name).map_or(0, Tactic::code));
        }
        ResponseSpec::Buttons(names) => {
            bytes.push(BUTTONS);
            bytes.push(names.len() as u8);
            names.iter().for_each(|name| put_text(bytes, name));
        }
    }
    for number in [document.tally.trials, document.tally.successes, document.provenance.generation, document.last_used]
    {
        bytes.extend(number.to_le_bytes());
    }
    bytes.push(document.life as u8);
    put_text(bytes, &document.provenance.author);
    put_text(bytes, &document.provenance.parent);
}

fn read(reader: &mut Reader<'_>) -> Result<Document, SnapshotError> {
    let id = reader.text()?;
    let mut situation = [0.0; SIZE];
    for value in &mut situation {
        *value = f32::from_le_bytes(reader.take()?);
        if *value == 0.0 && value.is_sign_negative() {
            return Err(reader.wrong("a negative zero"));
        }
    }
    let bits = reader.u32()?;
    let tags = Tags::of_bits(bits).ok_or_else(|| reader.wrong(format!("unknown tags in {bits:#x}")))?;
    let response = read_response(reader)?;
    let tally = Tally { trials: reader.u32()?, successes: reader.u32()? };
    let (generation, last_used) = (reader.u32()?, reader.u32()?);
    let stage = usize::from(reader.u8()?);
    let life = Life::ALL.get(stage).copied().ok_or_else(|| reader.wrong(format!("there is no stage {stage}")))?;
    let provenance = Provenance { author: reader.text()?, generation, parent: reader.text()? };
    Ok(Document { id, situation, tags, response, tally, provenance, life, last_used })
}

fn read_response(reader: &mut Reader<'_>) -> Result<ResponseSpec, SnapshotError> {
    match reader.u8()? {
        TACTIC => {
            let code = reader.u8()?;
            let tactic = Tactic::of_code(code).ok_or_else(|| reader.wrong(format!("there is no tactic {code}")))?;
            Ok(ResponseSpec::Tactic(tactic.name().to_owned()))
        }
        BUTTONS => {
            let count = reader.u8()?;
            (0..count).map(|_| reader.text()).collect::<Result<_, _>>().map(ResponseSpec::Buttons)
        }
        other => Err(reader.wrong(format!("there is no kind {other} of responses"))),
    }
}
