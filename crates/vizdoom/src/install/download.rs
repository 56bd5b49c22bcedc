//! Fetching the wheel with pip, which knows the user's index, proxy and certificates.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use super::Progress;
use crate::error::Error;

/// One wheel for everybody, whatever the user's Python: its engine is the pinned one.
const WHEEL_TAGS: [&str; 8] =
    ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64"];
/// Lines of pip's error output that are kept for the message.
const KEPT_LINES: usize = 8;

/// A wheel in a folder of its own, removed on drop.
pub(super) struct Fetched {
    wheel: PathBuf,
    _dir: TempDir,
}

impl Fetched {
    pub(super) fn wheel(&self) -> &Path {
        &self.wheel
    }
}

/// Downloads the wheel to a temporary folder.
pub(super) fn fetch(python: &str, progress: &mut dyn FnMut(Progress)) -> Result<Fetched, Error> {
    let dir = tempfile::tempdir().map_err(Error::io("cannot create a temporary folder"))?;
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "download", "--only-binary=:all:", "--no-deps"])
        .args(["--progress-bar", "off", "--disable-pip-version-check"])
        .args(WHEEL_TAGS)
        .arg("--dest")
        .arg(dir.path())
        .arg(format!("vizdoom=={}", crate::ENGINE_VERSION));
    run(&mut command, python, progress)?;
    let wheel = find_wheel(dir.path()).ok_or_else(|| Error::Download {
        command: describe(python),
        output: "pip reported success but left no wheel".to_owned(),
    })?;
    Ok(Fetched { wheel, _dir: dir })
}

fn run(command: &mut Command, python: &str, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
    let failed = |output: String| Error::Download { command: describe(python), output };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // Both pipes are read at once, or a full one would stop pip.
    let errors = child
        .stderr
        .take()
        .map(|pipe| thread::spawn(move || BufReader::new(pipe).lines().map_while(Result::ok).collect::<Vec<_>>()));
    let lines = child.stdout.take().map(|pipe| BufReader::new(pipe).lines());
    for line in lines.into_iter().flatten().map_while(Result::ok) {
        progress(Progress::Downloading(line.trim().to_owned()));
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let errors = errors.and_then(|reader| reader.join().ok()).unwrap_or_default();
    if status.success() {
        return Ok(());
    }
    Err(failed(format!("{status}: {}", told(errors))))
}

/// The last lines of what pip complained of. It tells the reason of every repeated attempt, of which one is enough.
fn told(mut errors: Vec<String>) -> String {
    let mut repeated = 0;
    errors.retain(|line| {
        repeated += usize::from(line.contains("Retrying (Retry("));
        repeated < 2 || !line.contains("Retrying (Retry(")
    });
    let tail = errors.len().saturating_sub(KEPT_LINES);
    errors[tail..].join(" / ")
}

fn find_wheel(dir: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(dir).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

fn describe(python: &str) -> String {
    format!("{python} -m pip download vizdoom=={}", crate::ENGINE_VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_repeated_attempts_is_told_once() {
        let retry = |left| format!("WARNING: Retrying (Retry(total={left})) after 'certificate verify failed'");
        let lines = [retry(2), retry(1), retry(0), "ERROR: No matching distribution found".to_owned()];
        let expected = format!("{} / ERROR: No matching distribution found", retry(2));
        assert_eq!(told(lines.to_vec()), expected);
    }
}
