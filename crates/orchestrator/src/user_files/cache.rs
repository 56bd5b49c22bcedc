//! A folder of contents by their hash, shared by all processes of a machine.
//!
//! What is in it can be lost at any time without harm: a content is compared with its hash before it is used, and
//! fetched again if it is another. A file appears under its hash by a rename, so a process that is killed while it writes
//! leaves only a temporary file, which the next one that writes removes. Whoever uses a file has it locked; the oldest
//! that nobody uses go when the folder would grow above its bound.

use std::collections::HashSet;
use std::fs::{self, File, FileTimes};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use domain::file::ContentHash;
use runtime::crash::{self, Point};
use uuid::Uuid;

use super::FilePaths;

/// How names of files begin that are not whole yet.
const TEMPORARY: &str = "tmp-";
/// Locked by whoever adds or removes files.
const LOCK: &str = ".lock";

/// A file in the cache, locked against removal for as long as this value lives.
#[derive(Debug)]
pub(super) struct Entry(#[allow(dead_code, reason = "its lock is what counts")] File);

/// Device, inode, length and moments of the last change: as long as they stay the same, so does the content.
type Stamp = (u64, u64, u64, i64, i64);

/// The cache of this machine.
#[derive(Debug, Clone)]
pub struct FileCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    max_bytes: u64,
    intact: Mutex<HashSet<(Stamp, ContentHash)>>,
}

impl FileCache {
    /// A cache in the folder `root`, which is made when it is first needed. It holds up to `max_bytes`, or what is in use
    /// if that is more.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, max_bytes: u64) -> Self {
        let root = root.into();
        // The engine works in another folder.
        let root = std::path::absolute(&root).unwrap_or(root);
        Self(Arc::new(Inner { root, max_bytes, intact: Mutex::default() }))
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// The file with this content, if it is there and intact. One that is damaged is removed.
    pub(super) fn open(&self, hash: &ContentHash) -> io::Result<Option<Entry>> {
        let path = self.path(hash);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        file.lock_shared()?;
        if !is_at(&file, &path)? {
            // Removed between opening and locking it.
            return Ok(None);
        }
        if !self.is_intact(&file, hash)? {
            tracing::warn!(path = %path.display(), "a damaged file in the cache is fetched again");
            fs::remove_file(&path)?;
            return Ok(None);
        }
        // What was used last goes last. Files of another user cannot be touched, which only makes them look older.
        let _ = file.set_times(FileTimes::new().set_accessed(SystemTime::now()));
        Ok(Some(Entry(file)))
    }

    /// The content of a file that is held.
    pub(super) fn read(&self, hash: &ContentHash) -> io::Result<Vec<u8>> {
        fs::read(self.path(hash))
    }

    /// Removes what nobody uses.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn clear(&self) -> io::Result<()> {
        fs::create_dir_all(self.root())?;
        let _turn = self.take_turn()?;
        for (_, _, path) in self.contents()? {
            remove_unused(&path)?;
        }
        Ok(())
    }

    /// Adds a content, and returns it unless somebody else added it or took it away in between.
    pub(super) fn admit(&self, hash: &ContentHash, content: &[u8]) -> io::Result<Option<Entry>> {
        fs::create_dir_all(self.root())?;
        let temporary = self.root().join(format!("{TEMPORARY}{}", Uuid::new_v4().simple()));
        let mut file = File::options().create_new(true).write(true).open(&temporary)?;
        file.lock()?;
        if let Err(error) = file.write_all(content) {
            fs::remove_file(&temporary)?;
            return Err(error);
        }
        let _turn = self.take_turn()?;
        self.sweep(&temporary)?;
        if !is_at(&file, &temporary)? {
            // Swept away before it was locked.
            return Ok(None);
        }
        let path = self.path(hash);
        if path.exists() {
            fs::remove_file(&temporary)?;
            return Ok(None);
        }
        self.make_room(content.len() as u64)?;
        crash::reached(Point::FileWritten);
        fs::rename(&temporary, &path)?;
        crash::reached(Point::FileKept);
        file.lock_shared()?;
        Ok(Some(Entry(file)))
    }

    /// Waits until no other process adds or removes files.
    fn take_turn(&self) -> io::Result<File> {
        let lock = File::options().create(true).truncate(false).write(true).open(self.root().join(LOCK))?;
        lock.lock()?;
        Ok(lock)
    }

    /// Removes what was left by processes that were killed while they wrote.
    fn sweep(&self, mine: &Path) -> io::Result<()> {
        for entry in fs::read_dir(self.root())? {
            let path = entry?.path();
            let is_temporary = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY));
            if is_temporary && path != mine {
                remove_unused(&path)?;
            }
        }
        Ok(())
    }

    /// Removes files that nobody uses, those first that were used longest ago, until there is room for `bytes` more.
    fn make_room(&self, bytes: u64) -> io::Result<()> {
        let mut files = self.contents()?;
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        files.sort();
        for (_, size, path) in files {
            if total + bytes <= self.0.max_bytes {
                break;
            }
            if remove_unused(&path)? {
                total -= size;
            }
        }
        Ok(())
    }

    /// When each file was used last, its size and its place.
    fn contents(&self) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.root())? {
            let path = entry?.path();
            let is_content = path.file_name().is_some_and(|name| name.to_string_lossy().parse::<ContentHash>().is_ok());
            if let Ok(meta) = path.metadata()
                && is_content
            {
                files.push((meta.accessed()?, meta.len(), path));
            }
        }
        Ok(files)
    }

    fn is_intact(&self, file: &File, hash: &ContentHash) -> io::Result<bool> {
        let meta = file.metadata()?;
        let stamp = (meta.dev(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec());
        let intact = || self.0.intact.lock().unwrap_or_else(PoisonError::into_inner);
        if intact().contains(&(stamp, *hash)) {
            return Ok(true);
        }
        let mut hasher = blake3::Hasher::new();
        io::copy(&mut &*file, &mut hasher)?;
        let is_intact = *hasher.finalize().as_bytes() == hash.0;
        if is_intact {
            intact().insert((stamp, *hash));
        }
        Ok(is_intact)
    }
}

impl FilePaths for FileCache {
    fn path(&self, hash: &ContentHash) -> PathBuf {
        self.root().join(hash.to_string())
    }
}

/// Whether `path` still leads to this file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let here = file.metadata()?;
    match path.symlink_metadata() {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a file unless somebody has it locked.
fn remove_unused(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    if file.try_lock().is_err() {
        return Ok(false);
    }
    fs::remove_file(path)?;
    Ok(true)
}
