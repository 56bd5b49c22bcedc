//! The files that an experiment names, on the machine of whoever launches it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use agent::definition::Source;
use async_trait::async_trait;
use domain::experiment::{ExperimentSpec, FileKind, Mention};
use domain::file::{ContentHash, GivenFile};
use domain::knowledge::KnowledgeKind;
use domain::ports::{BlobInfo, BlobStore, Page, PortError, PortResult};
use domain::{ErrorKind, Violation};

use super::FilePaths;
use super::content::{
    MAX_CHECKPOINT, MAX_KNOWLEDGE, MAX_TEXT, NamedFiles, check_knowledge, checkpoint, definition, is_wad, noun,
};

/// A file that was found and is what it is named for.
#[derive(Debug, Clone)]
pub struct LocalFile {
    /// What it stands for.
    pub given: GivenFile,
    /// Where it was found.
    pub source: PathBuf,
    /// Where it is named in the experiment file.
    pub at: String,
}

/// Finds every file that an experiment file in `folder` names by a path, and those that its configs and definitions name.
///
/// # Errors
/// Every file that is not there, cannot be read, or is not what it is named for.
pub fn collect(spec: &ExperimentSpec, folder: &Path) -> Result<Vec<LocalFile>, Vec<Violation>> {
    let (mut files, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for mention in spec.paths() {
        if !seen.insert((mention.kind, mention.path.clone())) {
            continue;
        }
        match read(&mention, folder) {
            Ok(found) => files.extend(found),
            Err(reason) => faults.push(Violation::new(&mention.at, reason)),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

/// A file and what it names.
fn read(mention: &Mention, folder: &Path) -> Result<Vec<LocalFile>, String> {
    let source = folder.join(&mention.path);
    let wrong =
        |reason: String| format!("`{}` is not a {} that can be used: {reason}", mention.path, noun(mention.kind));
    let file = open(&source).map_err(|reason| wrong(format!("{} {reason}", source.display())))?;
    let found = |given, source| LocalFile { given, source, at: mention.at.clone() };
    let mut files = Vec::new();
    match mention.kind {
        FileKind::Wad => check_wad(&source).map_err(wrong)?,
        FileKind::Checkpoint => {
            checkpoint(&read_up_to(&source, MAX_CHECKPOINT)?).map_err(wrong)?;
        }
        FileKind::Agent => {
            let definition = definition(&read_up_to(&source, MAX_TEXT)?).map_err(wrong)?;
            for (kind, named) in definition.sources() {
                let Source::File(path) = named else { continue };
                let source = known(&source, kind, path).map_err(wrong)?;
                files.push(found(given(path, Some(mention.path.clone()), &source)?, source));
            }
        }
        FileKind::Config => {
            let named = NamedFiles::of(&read_up_to(&source, MAX_TEXT)?).map_err(wrong)?;
            for path in named.all() {
                let beside = beside(&source, path).map_err(wrong)?;
                let Some(source) = beside else { continue };
                let named_in = Some(mention.path.clone());
                files.push(found(given(path, named_in, &source)?, source));
            }
        }
    }
    drop(file);
    files.insert(0, found(given(&mention.path, None, &source)?, source));
    Ok(files)
}

/// Opens what has to be a file, without waiting for anything that is none.
fn open(path: &Path) -> Result<File, String> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_ok() => {
            return Err("is a link to something that does not exist".to_owned());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err("does not exist".to_owned()),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    if meta.is_dir() {
        return Err("is a folder".to_owned());
    }
    if !meta.is_file() {
        return Err("is no regular file".to_owned());
    }
    File::open(path).map_err(|error| format!("cannot be read: {error}"))
}

/// The content of a file, a byte more than is allowed at most.
fn read_up_to(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut content));
    read.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    Ok(content)
}

/// Whether a file begins as a WAD does. What is none is never sent anywhere.
fn check_wad(path: &Path) -> Result<(), String> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    read.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if is_wad(&start) { Ok(()) } else { Err("it starts with neither IWAD, PWAD nor PK".to_owned()) }
}

/// Where the file is that a config names by `path`, with `.wad` left out or not. None if it may come with the engine.
fn beside(config: &Path, path: &str) -> Result<Option<PathBuf>, String> {
    let folder = config.parent().unwrap_or_else(|| Path::new(""));
    let asked = folder.join(path);
    let with_extension = asked.extension().is_none().then(|| asked.with_extension("wad"));
    for place in std::iter::once(asked.clone()).chain(with_extension) {
        if place.symlink_metadata().is_ok() {
            open(&place).map_err(|reason| format!("it names {}, which {reason}", place.display()))?;
            check_wad(&place).map_err(|reason| format!("it names {}: {reason}", place.display()))?;
            return Ok(Some(place));
        }
    }
    if path.contains('/') {
        return Err(format!("it names {}, which does not exist", asked.display()));
    }
    Ok(None)
}

/// Where the file is that a definition names by `path`. What is not what it is named for is never sent anywhere.
fn known(definition: &Path, kind: KnowledgeKind, path: &str) -> Result<PathBuf, String> {
    let place = definition.parent().unwrap_or_else(|| Path::new("")).join(path);
    let wrong = |reason: String| format!("it names {} as its {kind}: {reason}", place.display());
    open(&place).map_err(|reason| format!("it names {} as its {kind}, which {reason}", place.display()))?;
    check_knowledge(kind, &read_up_to(&place, MAX_KNOWLEDGE)?).map_err(wrong)?;
    Ok(place)
}

fn given(path: &str, named_in: Option<String>, source: &Path) -> Result<GivenFile, String> {
    let mut hasher = blake3::Hasher::new();
    let hashed = File::open(source).and_then(|mut file| io::copy(&mut file, &mut hasher));
    let size = hashed.map_err(|error| format!("{} cannot be read: {error}", source.display()))?;
    let blake3 = ContentHash(*hasher.finalize().as_bytes());
    Ok(GivenFile { path: path.to_owned(), named_in, blake3, size })
}

/// Files where they are: what `validate` looks at.
#[derive(Debug, Default)]
pub struct LocalBlobs(BTreeMap<ContentHash, PathBuf>);

impl LocalBlobs {
    /// The contents of these files.
    #[must_use]
    pub fn of(files: &[LocalFile]) -> Self {
        Self(files.iter().map(|file| (file.given.blake3, file.source.clone())).collect())
    }
}

impl FilePaths for LocalBlobs {
    fn path(&self, hash: &ContentHash) -> PathBuf {
        self.0.get(hash).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl BlobStore for LocalBlobs {
    fn limit(&self) -> u64 {
        u64::MAX
    }

    async fn put(&self, content: &[u8]) -> PortResult<ContentHash> {
        let message = format!("{} bytes have no place here", content.len());
        Err(PortError::new(ErrorKind::FailedPrecondition, message))
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        let path =
            self.0.get(hash).ok_or_else(|| PortError::new(ErrorKind::NotFound, format!("no file has {hash}")))?;
        let read = tokio::fs::read(path).await;
        read.map_err(|error| {
            PortError::new(ErrorKind::Invalid, format!("cannot read {}", path.display())).because(error)
        })
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        Ok(hashes.iter().filter(|hash| self.0.contains_key(*hash)).copied().collect())
    }

    async fn list(&self, _: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)> {
        Err(PortError::new(ErrorKind::FailedPrecondition, "files of this machine are not listed"))
    }
}
