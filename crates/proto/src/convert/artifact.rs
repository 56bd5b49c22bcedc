//! Contents of files by their hash.

use domain::file::{ContentHash, GivenFile};

use super::BadMessage;
use crate::orchestrator::v1;

/// Reads the hash in the field `path` of a message.
///
/// # Errors
/// If it is not 64 hexadecimal digits.
pub fn hash(path: impl Into<String>, text: &str) -> Result<ContentHash, BadMessage> {
    text.parse().map_err(|_| BadMessage::new(path, "must be 64 hexadecimal digits (0-9, a-f)"))
}

/// Reads the files that go with an experiment.
///
/// # Errors
/// If a hash is not one.
pub fn given(files: Vec<v1::ArtifactRef>) -> Result<Vec<GivenFile>, BadMessage> {
    let read = |(index, file): (usize, v1::ArtifactRef)| {
        Ok(GivenFile {
            blake3: hash(format!("files[{index}].blake3"), &file.blake3)?,
            path: file.path,
            named_in: Some(file.named_in).filter(|config| !config.is_empty()),
            size: file.size,
        })
    };
    files.into_iter().enumerate().map(read).collect()
}

impl From<&GivenFile> for v1::ArtifactRef {
    fn from(file: &GivenFile) -> Self {
        Self {
            path: file.path.clone(),
            blake3: file.blake3.to_string(),
            size: file.size,
            named_in: file.named_in.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_read_back_and_a_bad_hash_is_named() {
        let file = |named_in: Option<&str>| GivenFile {
            path: "maze.wad".to_owned(),
            named_in: named_in.map(str::to_owned),
            blake3: ContentHash::of(b"maze"),
            size: 4,
        };
        let files = vec![file(None), file(Some("maze.cfg"))];
        let messages: Vec<_> = files.iter().map(v1::ArtifactRef::from).collect();
        assert_eq!(given(messages.clone()), Ok(files));
        let bad = given(vec![messages[0].clone(), v1::ArtifactRef::default()]).unwrap_err();
        assert_eq!(bad.0[0].path, "files[1].blake3");
    }
}
