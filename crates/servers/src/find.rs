//! Where programs are, and which.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs that servers call, where distributions put them.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The folders of [`PATH`].
pub(crate) fn folders() -> impl Iterator<Item = PathBuf> {
    PATH.split(':').map(PathBuf::from)
}

/// The first of `candidates` that is a file, or a word on what to install.
pub(crate) fn first(mut candidates: impl Iterator<Item = PathBuf>, what: &str, package: &str) -> io::Result<PathBuf> {
    let missing =
        || io::Error::new(io::ErrorKind::NotFound, format!("{what} is not there: install the package {package}"));
    candidates.find(|path| path.is_file()).ok_or_else(missing)
}

/// The first number that `program --version` says, such as `15.18`.
pub(crate) fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").env_clear().output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let mut words = said.split_whitespace().map(|word| word.trim_start_matches('v'));
    words.find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}
