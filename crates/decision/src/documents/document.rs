//! One strategy document.

use domain::Violation;

use super::{Life, Tags};
use crate::experience::Tally;
use crate::name::{MARKS, is_name};
use crate::rules::ResponseSpec;
use crate::situation::{COMPONENTS, Vector};
use crate::tactic::Tactic;

/// What to do in a situation, and how that has gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Name, unique in the library: 1 to 64 of `A-Z a-z 0-9 _ -`.
    pub id: String,
    /// The situation it is about, normalised: each component in [-1, 1].
    pub situation: Vector,
    /// What has to hold for it to be considered.
    pub tags: Tags,
    /// What to do.
    pub response: ResponseSpec,
    /// How often it decided and how often that went well.
    pub tally: Tally,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Where it stands in its life.
    pub life: Life,
    /// The generation in which it last decided, or was written if it never did.
    pub last_used: u32,
}

/// Where a document comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Who or what wrote it, at most 255 bytes.
    pub author: String,
    /// The generation after which it was written.
    pub generation: u32,
    /// The document that it was made from; empty if there is none.
    pub parent: String,
}

impl Document {
    /// What is wrong with it; paths start with `at`.
    #[must_use]
    pub fn violations(&self, at: &str) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut add = |field: &str, message: String| found.push(Violation::new(format!("{at}.{field}"), message));
        if !is_name(&self.id, MARKS) {
            add("id", format!("`{}` is no name: it takes 1 to 64 of A-Z a-z 0-9 _ -", self.id));
        }
        if !self.provenance.parent.is_empty() && !is_name(&self.provenance.parent, MARKS) {
            add("provenance.parent", format!("`{}` is no name of a document", self.provenance.parent));
        }
        if self.provenance.author.len() > usize::from(u8::MAX) {
            add("provenance.author", format!("{} bytes are too many, 255 are possible", self.provenance.author.len()));
        }
        if self.tally.successes > self.tally.trials {
            add("tally", format!("{} successes in {} trials", self.tally.successes, self.tally.trials));
        }
        for (value, component) in self.situation.iter().zip(&COMPONENTS) {
            if !(-1.0..=1.0).contains(value) {
                add("situation", format!("`{}` is {value}, it has to be from -1 to 1", component.name));
            }
        }
        if let Some(message) = self.wrong_response() {
            add("response", message);
        }
        found
    }

    fn wrong_response(&self) -> Option<String> {
        match &self.response {
            ResponseSpec::Tactic(name) => Tactic::find(name).is_none().then(|| format!("unknown tactic `{name}`")),
            ResponseSpec::Buttons(names) if names.len() > usize::from(u8::MAX) => {
                Some(format!("{} buttons are too many", names.len()))
            }
            ResponseSpec::Buttons(names) => {
                let wrong = names.iter().find(|name| name.is_empty() || name.len() > usize::from(u8::MAX));
                wrong.map(|name| format!("`{name}` is no button"))
            }
        }
    }
}
