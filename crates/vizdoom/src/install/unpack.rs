//! Unpacking a wheel: only what is needed, into a folder beside, renamed when checked.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use super::manifest::{FILES, Pin};
use super::{Install, Progress, beside};
use crate::error::Error;

/// A folder that is removed unless it was moved to its place.
struct Staging(PathBuf);

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Unpacks the needed files of a wheel and puts them at `dest`. The caller holds the lock.
pub(super) fn unpack(wheel: &Path, dest: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
    let staging = Staging(beside(dest, "new"));
    // What an interrupted installation left.
    let _ = fs::remove_dir_all(&staging.0);
    let mut archive = open(wheel)?;
    for (done, pin) in FILES.iter().enumerate() {
        progress(Progress::Unpacking { done, total: FILES.len() });
        extract(&mut archive, wheel, pin, &staging.0.join(pin.path))?;
    }
    Install::open(&staging.0)?.verify_with(&mut |done, total| progress(Progress::Verifying { done, total }))?;
    replace(&staging.0, dest)
}

fn open(wheel: &Path) -> Result<ZipArchive<File>, Error> {
    let file = File::open(wheel).map_err(Error::io(format!("cannot open {}", wheel.display())))?;
    ZipArchive::new(file).map_err(|error| bad(wheel, &error))
}

fn bad(wheel: &Path, error: &ZipError) -> Error {
    Error::BadWheel { path: wheel.to_owned(), reason: error.to_string() }
}

fn extract(archive: &mut ZipArchive<File>, wheel: &Path, pin: &Pin, to: &Path) -> Result<(), Error> {
    let mut entry = archive.by_name(pin.path).map_err(|error| match error {
        ZipError::FileNotFound => {
            Error::BadWheel { path: wheel.to_owned(), reason: format!("{} is not in it", pin.path) }
        }
        error => bad(wheel, &error),
    })?;
    let mut write = |to: &Path| -> io::Result<()> {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create(to)?;
        // Not a byte more than pinned, whatever the archive claims.
        io::copy(&mut io::Read::take(&mut entry, pin.size + 1), &mut file)?;
        let executable = pin.path == "vizdoom/vizdoom" || pin.path.contains(".so");
        let mode = if executable { 0o755 } else { 0o644 };
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()
    };
    write(to).map_err(Error::io(format!("cannot unpack to {}", to.display())))
}

/// Refuses a folder with things that are no part of an engine: putting the engine there would remove them.
pub(super) fn check_vacant(dest: &Path) -> Result<(), Error> {
    let failed = || Error::io(format!("cannot look into {}", dest.display()));
    let entries = match fs::read_dir(dest) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed()(error)),
    };
    for entry in entries {
        let name = entry.map_err(failed())?.file_name();
        if !FILES.iter().any(|pin| Path::new(pin.path).starts_with(&name)) {
            return Err(Error::Occupied { path: dest.to_owned(), other: name.to_string_lossy().into_owned() });
        }
    }
    Ok(())
}

/// Moves the new folder to its place; an old one is moved aside first.
fn replace(new: &Path, dest: &Path) -> Result<(), Error> {
    let old = beside(dest, "old");
    let _ = fs::remove_dir_all(&old);
    let action = || format!("cannot put the engine to {}", dest.display());
    match fs::rename(dest, &old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let hint = match error.kind() {
                io::ErrorKind::ResourceBusy => ", where a file system is mounted (name a folder inside it)",
                _ => "",
            };
            return Err(Error::io(action() + hint)(error));
        }
        _ => {}
    }
    fs::rename(new, dest).map_err(Error::io(action()))?;
    let _ = fs::remove_dir_all(&old);
    Ok(())
}
