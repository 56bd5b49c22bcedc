//! What is in files of a user's own.

use agent::definition::Definition;
use decision::Knowledge;
use domain::Violation;
use domain::checkpoint::{Checkpoint, lines};
use domain::experiment::FileKind;
use domain::knowledge::KnowledgeKind;
use vizdoom::GameConfig;

/// Largest config or definition file that is read, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;
/// Largest snapshot or network that is read, in bytes: more than a library with as many documents as there may be.
pub(super) const MAX_KNOWLEDGE: usize = 64 << 20;
/// Largest checkpoint that is read, in bytes.
pub(super) const MAX_CHECKPOINT: usize = 256 << 20;

/// The files that a config names, as it writes them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NamedFiles {
    /// `doom_scenario_path`.
    pub(super) wad: Option<String>,
    /// `doom_game_path`.
    pub(super) game: Option<String>,
}

impl NamedFiles {
    /// Reads a config.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub(super) fn of(content: &[u8]) -> Result<Self, String> {
        check_size(content, MAX_TEXT)?;
        let config = GameConfig::parse(&String::from_utf8_lossy(content), "").map_err(|error| match error {
            vizdoom::Error::Config { line, key, reason, .. } => format!("line {line}: {key}: {reason}"),
            other => other.to_string(),
        })?;
        let text = |path: Option<std::path::PathBuf>| path.map(|path| path.to_string_lossy().into_owned());
        Ok(Self { wad: text(config.scenario), game: text(config.game) })
    }

    /// Both, each once.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let second = self.game.as_deref().filter(|game| Some(*game) != self.wad.as_deref());
        self.wad.as_deref().into_iter().chain(second)
    }
}

/// Reads an agent's definition.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub(super) fn definition(content: &[u8]) -> Result<Definition, String> {
    check_size(content, MAX_TEXT)?;
    Definition::parse(content)
}

/// Whether a content is what an agent can know of this kind.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub(super) fn check_knowledge(kind: KnowledgeKind, content: &[u8]) -> Result<(), String> {
    check_size(content, MAX_KNOWLEDGE)?;
    let told = |found: Vec<Violation>| found.into_iter().next().map(|violation| violation.message).unwrap_or_default();
    Knowledge::read(&[(kind, content.into())].into()).map(drop).map_err(told)
}

/// Reads a checkpoint of an evolution.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub(super) fn checkpoint(content: &[u8]) -> Result<Checkpoint, String> {
    check_size(content, MAX_CHECKPOINT)?;
    lines::read(content).map_err(|error| error.to_string())
}

fn check_size(content: &[u8], limit: usize) -> Result<(), String> {
    if content.len() <= limit {
        return Ok(());
    }
    Err(format!("it has more than {limit} bytes"))
}

/// Whether a content can be a WAD, or an archive that is played in the place of one.
pub(crate) fn is_wad(content: &[u8]) -> bool {
    [&b"IWAD"[..], b"PWAD", b"PK\x03\x04"].iter().any(|magic| content.starts_with(magic))
}

/// What a file of this kind is called in messages.
pub(super) fn noun(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Config => "config",
        FileKind::Wad => "WAD",
        FileKind::Agent => "definition",
        FileKind::Checkpoint => "checkpoint",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_files_are_told_as_they_are_written() {
        let named =
            NamedFiles::of(b"doom_scenario_path = maps/a.wad\ndoom_skill = 3\nDoomGamePath = /x/doom2.wad").unwrap();
        assert_eq!((named.wad.as_deref(), named.game.as_deref()), (Some("maps/a.wad"), Some("/x/doom2.wad")));
        assert_eq!(named.all().collect::<Vec<_>>(), ["maps/a.wad", "/x/doom2.wad"]);
        assert_eq!(NamedFiles::of(b"").unwrap(), NamedFiles::default());
    }

    #[test]
    fn what_is_no_config_is_told_with_its_line() {
        assert_eq!(
            NamedFiles::of(b"doom_skill = 3\ndoom_skill = 9").unwrap_err(),
            "line 2: doom_skill: expected 1 to 5 instead of 9"
        );
        assert!(NamedFiles::of(&vec![b'#'; MAX_TEXT + 1]).unwrap_err().contains("more than"));
    }
}
