//! Where an export goes: standard output, or a file that is there as a whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where an export goes.
#[derive(Debug)]
pub enum Target {
    /// Standard output.
    Standard,
    /// A file, which gets its name when it is complete. Until then it is a temporary file beside it.
    File {
        /// What is written.
        file: NamedTempFile,
        /// The name that it gets.
        path: PathBuf,
        /// Whether it may take the name of a file that is there.
        force: bool,
    },
}

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// There is one of that name.
    #[error("{} is there already: name another file, or overwrite it with --force", .0.display())]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("cannot write {}: {cause}", .path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl Target {
    /// Prepares to write to a file, or to standard output if none is named.
    ///
    /// # Errors
    /// If there is such a file and it may not be overwritten, or its folder cannot be written to.
    pub fn open(out: Option<&Path>, force: bool) -> Result<Self, TargetError> {
        let Some(path) = out else { return Ok(Self::Standard) };
        let unwritable = |cause| TargetError::Unwritable { path: path.to_owned(), cause };
        if path.is_dir() {
            return Err(unwritable(io::ErrorKind::IsADirectory.into()));
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(TargetError::Exists(path.to_owned()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // Others may read it as far as the user's mask lets them, as with any file that a program writes.
        let file = tempfile::Builder::new()
            .prefix(".export-")
            .permissions(fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(unwritable)?;
        Ok(Self::File { file, path: path.to_owned(), force })
    }

    /// What to write to.
    ///
    /// # Errors
    /// If there are too many open files.
    pub fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Standard => Box::new(BufWriter::new(io::stdout())),
            Self::File { file, .. } => Box::new(BufWriter::new(file.as_file().try_clone()?)),
        })
    }

    /// Writes all that there is to write.
    ///
    /// # Errors
    /// If there are too many open files, or it cannot be written.
    pub fn write(&self, content: &[u8]) -> io::Result<()> {
        let mut out = self.writer()?;
        out.write_all(content)?;
        out.flush()
    }

    /// Gives a complete file its name.
    ///
    /// # Errors
    /// If somebody was faster, or the disk is full.
    pub fn keep(self) -> Result<(), TargetError> {
        let Self::File { file, path, force } = self else { return Ok(()) };
        let unwritable = |cause| TargetError::Unwritable { path: path.clone(), cause };
        file.as_file().sync_all().map_err(unwritable)?;
        let kept = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(TargetError::Exists(path)),
            Err(error) => Err(unwritable(error.error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let target = Target::open(Some(&path), false).unwrap();
        target.writer().unwrap().write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(target);
        assert_eq!(names(folder.path()), Vec::<String>::new());

        let target = Target::open(Some(&path), false).unwrap();
        target.writer().unwrap().write_all(b"whole").unwrap();
        target.keep().unwrap();
        assert_eq!(
            (fs::read(&path).unwrap().as_slice(), names(folder.path())),
            (&b"whole"[..], vec!["out.csv".to_owned()])
        );
    }

    #[test]
    fn a_file_that_is_there_is_kept_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let late = Target::open(Some(&path), false).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(Target::open(Some(&path), false), Err(TargetError::Exists(_))));
        assert!(matches!(late.keep(), Err(TargetError::Exists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"mine");

        let forced = Target::open(Some(&path), true).unwrap();
        forced.writer().unwrap().write_all(b"other").unwrap();
        forced.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"other");
        assert!(Target::open(Some(&folder.path().join("no/where.csv")), false).is_err());
    }
}
