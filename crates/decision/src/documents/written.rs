//! Documents as people write them.

use std::collections::BTreeMap;

use domain::Violation;
use serde::{Deserialize, Serialize};

use super::{Document, Life, Provenance, Tag, Tags};
use crate::experience::Tally;
use crate::rules::ResponseSpec;
use crate::situation::{COMPONENTS, Feature, Situation};

/// A document in a file: the situation by names and in natural units.
///
/// ```toml
/// [[documents]]
/// id = "bite_back"
/// situation = { melee_distance = 80, melee_bearing = 0, in_line = 1, health = 60, ammo = 20 }
/// tags = ["melee_near"]
/// do = "retreat"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSpec {
    /// Name, unique in the library.
    pub id: String,
    /// Components by name, each in its unit; what is left out is as if there were nothing to measure.
    #[serde(default)]
    pub situation: BTreeMap<String, f64>,
    /// Names of the tags that have to hold.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What to do.
    #[serde(rename = "do")]
    pub response: ResponseSpec,
    /// How often it decided.
    #[serde(default)]
    pub trials: u32,
    /// How often that went well.
    #[serde(default)]
    pub successes: u32,
    /// Who or what wrote it.
    #[serde(default)]
    pub author: String,
    /// The document that it was made from; empty if there is none.
    #[serde(default)]
    pub parent: String,
    /// The generation after which it was written.
    #[serde(default)]
    pub generation: u32,
    /// Where it stands in its life.
    #[serde(default = "active")]
    pub life: Life,
}

fn active() -> Life {
    Life::Active
}

impl DocumentSpec {
    /// A document that says nothing but what to do.
    #[must_use]
    pub fn new(id: String, response: ResponseSpec) -> Self {
        Self {
            id,
            situation: BTreeMap::new(),
            tags: Vec::new(),
            response,
            trials: 0,
            successes: 0,
            author: String::new(),
            parent: String::new(),
            generation: 0,
            life: active(),
        }
    }

    /// The document that is meant.
    ///
    /// # Errors
    /// All that is wrong with it; paths start with `at`.
    pub fn document(&self, at: &str) -> Result<Document, Vec<Violation>> {
        let mut found = Vec::new();
        let mut situation = Situation::blank();
        for (name, &value) in &self.situation {
            match component(name, value, &format!("{at}.situation.{name}")) {
                Ok(feature) => situation = situation.with(feature, value as f32),
                Err(violation) => found.push(violation),
            }
        }
        let mut tags = Tags::NONE;
        for (place, name) in self.tags.iter().enumerate() {
            match Tag::find(name) {
                Some(tag) => tags = tags.with(tag),
                None => {
                    let known = Tag::ALL.into_iter().map(Tag::name);
                    found.push(Violation::unknown(format!("{at}.tags[{place}]"), "tag", name, known));
                }
            }
        }
        let document = Document {
            id: self.id.clone(),
            situation: situation.vector(),
            tags,
            response: self.response.clone(),
            tally: Tally { trials: self.trials, successes: self.successes },
            provenance: Provenance {
                author: self.author.clone(),
                generation: self.generation,
                parent: self.parent.clone(),
            },
            life: self.life,
            last_used: self.generation,
        };
        found.extend(document.violations(at));
        if found.is_empty() { Ok(document) } else { Err(found) }
    }
}

fn component(name: &str, value: f64, at: &str) -> Result<Feature, Violation> {
    let known = || COMPONENTS.iter().map(|component| component.name);
    // Documents are compared by their vectors, of which walls are no part.
    let found = Feature::find(name).filter(|feature| !feature.is_wall());
    let feature = found.ok_or_else(|| Violation::unknown(at, "feature", name, known()))?;
    let (low, high) = (f64::from(feature.component().low), f64::from(feature.component().high));
    if (low..=high).contains(&value) {
        return Ok(feature);
    }
    Err(Violation::new(at, format!("{value} is outside of `{name}`, which goes from {low} to {high}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document, Vec<Violation>> {
        toml::from_str::<DocumentSpec>(text).unwrap().document("documents[0]")
    }

    #[test]
    fn a_situation_is_written_in_natural_units() {
        let text = "id = \"a\"\nsituation = { health = 50, enemy_bearing = -30 }\ntags = [\"hurt\"]\ndo = [\"ATTACK\"]";
        let document = read(text).unwrap();
        let value = |name| document.situation[Feature::find(name).unwrap().index()];
        assert_eq!((value("health"), value("enemy_bearing"), value("enemy_distance")), (0.25, -0.5, 1.0));
        assert_eq!((document.tags, document.life), (Tags::NONE.with(Tag::Hurt), Life::Active));
    }

    #[test]
    fn walls_are_no_part_of_a_document() {
        let found = read("id = \"a\"\nsituation = { wall_ahead = 50 }\ndo = [\"ATTACK\"]").unwrap_err();
        assert_eq!(found[0].path, "documents[0].situation.wall_ahead");
    }

    #[test]
    fn everything_wrong_is_named_at_its_place() {
        let text =
            "id = \"a b\"\nsituation = { helth = 50, ammo = 900 }\ntags = [\"hurtt\"]\ndo = \"dance\"\nsuccesses = 1";
        let found = read(text).unwrap_err();
        let paths: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
        let expected = [
            "documents[0].situation.ammo",
            "documents[0].situation.helth",
            "documents[0].tags[0]",
            "documents[0].id",
            "documents[0].tally",
            "documents[0].response",
        ];
        assert_eq!(paths, expected);
    }
}
