//! Files of a user's own that an experiment names: first by a path, and once they were taken in by their content.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::genome::Genome;
use crate::knowledge::{KnowledgeHashes, KnowledgeKind};

/// BLAKE3 of a file's content; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(pub [u8; 32]);

/// A text that is no [`ContentHash`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a content hash: expected 64 hexadecimal digits (0-9, a-f)")]
pub struct BadHash;

impl ContentHash {
    /// Name of this format of texts in schemas.
    pub const FORMAT: &'static str = "blake3";

    /// The hash of `content`.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

impl FromStr for ContentHash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(BadHash);
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(BadHash),
        };
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(hash))
    }
}

impl TryFrom<String> for ContentHash {
    type Error = BadHash;

    fn try_from(text: String) -> Result<Self, BadHash> {
        text.parse()
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl JsonSchema for ContentHash {
    fn schema_name() -> Cow<'static, str> {
        "ContentHash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": Self::FORMAT, "pattern": "^[0-9a-f]{64}$" })
    }
}

/// A file as an experiment names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FileRef<T> {
    /// Where it is, relative to the experiment file. An experiment that is stored has no paths.
    Path(#[schemars(length(min = 1))] String),
    /// What it is.
    Stored(T),
}

impl<T> FileRef<T> {
    /// The path of a file that is not taken in yet.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Stored(_) => None,
        }
    }

    /// What is known of a file that was taken in.
    #[must_use]
    pub fn stored(&self) -> Option<&T> {
        match self {
            Self::Path(_) => None,
            Self::Stored(stored) => Some(stored),
        }
    }
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredFile {
    /// What it is called, for people: its path as far as that says something elsewhere. Never used as a path.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What is in it.
    pub blake3: ContentHash,
}

/// A ViZDoom .cfg file that was taken in, with the files that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredConfig {
    /// What it is called, for people. Never used as a path.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What is in it.
    pub blake3: ContentHash,
    /// The WAD of its `doom_scenario_path`, unless that is one that comes with the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wad: Option<StoredFile>,
    /// The game data of its `doom_game_path`, unless that comes with the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game: Option<StoredFile>,
}

impl StoredConfig {
    /// The config itself, without what it names.
    #[must_use]
    pub fn file(&self) -> StoredFile {
        StoredFile { name: self.name.clone(), blake3: self.blake3 }
    }
}

/// An agent's definition file that was taken in, with what counts of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredAgent {
    /// What it is called, for people. Never used as a path.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What is in it.
    pub blake3: ContentHash,
    /// The policy that it names.
    pub policy: String,
    /// The parameters that it gives.
    #[serde(default)]
    pub genome: Genome,
    /// What it knows besides, each in the file that it is in: in the definition itself, or in one that it names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub knowledge: BTreeMap<KnowledgeKind, StoredFile>,
}

impl StoredAgent {
    /// The file itself, without what it says.
    #[must_use]
    pub fn file(&self) -> StoredFile {
        StoredFile { name: self.name.clone(), blake3: self.blake3 }
    }

    /// What it knows, by content.
    #[must_use]
    pub fn knowledge_hashes(&self) -> KnowledgeHashes {
        self.knowledge.iter().map(|(&kind, file)| (kind, file.blake3)).collect()
    }
}

/// A checkpoint of an evolution that was taken in, with what counts of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredCheckpoint {
    /// What it is called, for people. Never used as a path.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What is in it.
    pub blake3: ContentHash,
    /// The generation from which the search goes on, by the number in the names of its agents.
    pub generation: u32,
    /// Rounds of the search up to there.
    #[schemars(range(min = 1))]
    pub rounds: u32,
}

impl StoredCheckpoint {
    /// The file itself, without what it says.
    #[must_use]
    pub fn file(&self) -> StoredFile {
        StoredFile { name: self.name.clone(), blake3: self.blake3 }
    }
}

/// What a path in an experiment file, or in a file that it names, stands for: as somebody says who has the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// The path, exactly as it is written.
    pub path: String,
    /// The path of the config or definition that it is written in; none where that is the experiment file.
    pub named_in: Option<String>,
    /// What is in it.
    pub blake3: ContentHash,
    /// Its bytes.
    pub size: u64,
}

/// What a file at `path` is called once it was taken in. The name does not depend on where the experiment file was: a
/// path that leads down from it is kept, one that leads up loses the way up, and of an absolute one only the last part
/// is left.
#[must_use]
pub fn name_of(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if path.starts_with('/') {
        parts.drain(..parts.len().saturating_sub(1));
    }
    let name = parts.join("/").replace(char::is_control, "-");
    if name.is_empty() { "file".to_owned() } else { name }
}

/// What a file is called that a file called `config` names by `path`.
#[must_use]
pub fn name_beside(config: &str, path: &str) -> String {
    match config.rsplit_once('/') {
        Some((folder, _)) if !path.starts_with('/') => name_of(&format!("{folder}/{path}")),
        _ => name_of(path),
    }
}

/// Whether a file may be called so: what [`name_of`] leaves as it is.
#[must_use]
pub fn is_name(name: &str) -> bool {
    name_of(name) == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_and_nothing_else_does() {
        let hash = ContentHash::of(b"content");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(serde_json::from_str::<ContentHash>(&serde_json::to_string(&hash).unwrap()).unwrap(), hash);
        for bad in ["", "zz", &"é".repeat(32), &"+1".repeat(32), &"F".repeat(64), &"0".repeat(65)] {
            assert_eq!(bad.parse::<ContentHash>(), Err(BadHash), "{bad}");
        }
    }

    #[test]
    fn names_say_nothing_of_where_the_experiment_file_was() {
        for (path, name) in [
            ("maze.wad", "maze.wad"),
            ("./maps//maze.wad", "maps/maze.wad"),
            ("maps/../maze.wad", "maze.wad"),
            ("../../a/maze.wad", "a/maze.wad"),
            ("/home/somebody/maze.wad", "maze.wad"),
            ("/home/../maze.wad", "maze.wad"),
            ("a\nb.wad", "a-b.wad"),
            ("..", "file"),
            ("/", "file"),
        ] {
            assert_eq!(name_of(path), name, "{path}");
            assert!(is_name(name));
        }
        assert!(!is_name("/etc/passwd") && !is_name("a/../b") && !is_name(""));
    }

    #[test]
    fn what_a_config_names_is_called_after_the_config() {
        assert_eq!(name_beside("maps/a.cfg", "a.wad"), "maps/a.wad");
        assert_eq!(name_beside("maps/a.cfg", "../a.wad"), "a.wad");
        assert_eq!(name_beside("maps/a.cfg", "/data/a.wad"), "a.wad");
        assert_eq!(name_beside("a.cfg", "a.wad"), "a.wad");
    }

    #[test]
    fn a_reference_is_a_path_or_a_content() {
        let hash = ContentHash::of(b"").to_string();
        let read = |value| serde_json::from_value::<FileRef<StoredFile>>(value).unwrap();
        let path = read("a.wad".into());
        let stored = read(serde_json::json!({ "name": "a.wad", "blake3": hash }));
        assert_eq!((path.path(), path.stored()), (Some("a.wad"), None));
        assert_eq!((stored.path(), stored.stored().map(|file| file.name.as_str())), (None, Some("a.wad")));
    }
}
