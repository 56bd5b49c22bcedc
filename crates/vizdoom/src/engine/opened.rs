//! Files that the engine opens by their paths, and whether the paths led to them all the time.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Files as they were before the engine was started.
pub(super) struct Opened(Vec<(PathBuf, File)>);

impl Opened {
    pub(super) fn new<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<Self, Error> {
        let open = |path: &Path| match File::open(path) {
            Ok(file) => Ok((path.to_owned(), file)),
            Err(error) => Err(Error::io(format!("cannot open {}", path.display()))(error)),
        };
        Ok(Self(paths.map(open).collect::<Result<_, _>>()?))
    }

    /// Refuses an engine that may not have found a file: it leaves out what is not there, and plays another game. As long
    /// as a path leads to the file that is open here, it has led to it since before the engine was started.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.0.iter().find(|(path, file)| !is_at(file, path)) {
            Some((path, _)) => Err(Error::FileLost { path: path.clone() }),
            None => Ok(()),
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(here), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
    (here.dev(), here.ino()) == (there.dev(), there.ino())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_taken_away_meanwhile_is_noticed_even_if_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let (wad, other) = (folder.path().join("a.wad"), folder.path().join("b.wad"));
        fs::write(&wad, "PWAD").unwrap();
        fs::write(&other, "PWAD").unwrap();
        let opened = Opened::new([wad.as_path(), other.as_path()].into_iter()).unwrap();
        opened.check().unwrap();

        fs::remove_file(&wad).unwrap();
        assert!(opened.check().unwrap_err().is_engine_failure());
        fs::write(&wad, "PWAD").unwrap();

        let error = opened.check().unwrap_err();
        assert!(matches!(&error, Error::FileLost { path } if *path == wad), "{error}");
    }
}
