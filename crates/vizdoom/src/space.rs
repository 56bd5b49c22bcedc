//! Room in /dev/shm: asked before an engine starts, because an engine that finds none
//! dies of SIGBUS without a word.

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;

use crate::error::Error;
use crate::mapping::SHM_DIR;

/// Fails if fewer than `needed` bytes are free. Unknown room is not an error.
pub(crate) fn require(needed: u64) -> Result<(), Error> {
    compare(needed, available())
}

/// Returns the free bytes, if the file system has a limit.
pub(crate) fn available() -> Option<u64> {
    let path = CString::new(SHM_DIR).ok()?;
    let mut stat = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: a NUL-terminated path and room for the answer.
    if unsafe { libc::statvfs(path.as_ptr(), stat.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: filled in, as the call succeeded.
    let stat = unsafe { stat.assume_init() };
    // A tmpfs without a limit has zero blocks.
    (stat.f_blocks > 0).then(|| stat.f_bavail * stat.f_frsize)
}

/// Turns the failure to reserve memory into an error that says what to do about it.
pub(crate) fn translate(needed: u64, action: String) -> impl FnOnce(io::Error) -> Error {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::NoSharedMemory { needed, available: available().unwrap_or(0) }
        }
        _ => Error::Io { action, source },
    }
}

fn compare(needed: u64, available: Option<u64>) -> Result<(), Error> {
    match available {
        Some(available) if available < needed => Err(Error::NoSharedMemory { needed, available }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_room_is_told_with_numbers() {
        let error = compare(100, Some(99)).unwrap_err().to_string();
        assert!(error.contains("100") && error.contains("99") && error.contains("shm_size"));
        assert!(compare(100, Some(100)).is_ok());
        assert!(compare(100, None).is_ok());
    }

    #[test]
    fn a_full_file_system_is_told_apart_from_other_failures() {
        let translated = |code| translate(7, "cannot".to_owned())(io::Error::from_raw_os_error(code));
        assert!(matches!(translated(libc::ENOSPC), Error::NoSharedMemory { needed: 7, .. }));
        assert!(matches!(translated(libc::EACCES), Error::Io { .. }));
    }
}
