//! A shared memory object of /dev/shm, mapped read-write.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::ptr::{self, NonNull};

/// Where POSIX shared memory objects live on Linux.
pub(crate) const SHM_DIR: &str = "/dev/shm";

/// An open mapping; unmapped on drop. Reads are bounds-checked.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping is plain memory without thread affinity. The other process touches
// it only between a message and its answer, while the driver holds the `Engine` mutably.
unsafe impl Send for Mapping {}
// SAFETY: shared references only read.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Creates a new object of `len` bytes with its memory reserved, so that a full
    /// /dev/shm is an error here rather than a SIGBUS later.
    pub(crate) fn create(path: &Path, len: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        file.set_len(len as u64)?;
        reserve(&file, 0, len)?;
        Self::map(&file, len)
    }

    /// Maps all of an existing object.
    pub(crate) fn map(file: &File, len: usize) -> io::Result<Self> {
        // SAFETY: a fresh shared mapping of an open file; the result is checked.
        let base = unsafe {
            libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        NonNull::new(base.cast::<u8>())
            .map(|base| Self { base, len })
            .ok_or_else(|| io::Error::other("mmap returned no address"))
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the address of `len` bytes at `offset`.
    pub(crate) fn at(&self, offset: usize, len: usize) -> *mut u8 {
        assert!(
            offset.checked_add(len).is_some_and(|end| end <= self.len),
            "shared memory access out of bounds: {len} bytes at {offset} of {}",
            self.len
        );
        // SAFETY: within the mapping, as just checked.
        unsafe { self.base.as_ptr().add(offset) }
    }

    pub(crate) fn bytes(&self, offset: usize, len: usize) -> &[u8] {
        // SAFETY: in bounds; the engine writes only while the driver waits for it.
        unsafe { std::slice::from_raw_parts(self.at(offset, len), len) }
    }

    pub(crate) fn u8(&self, offset: usize) -> u8 {
        self.read(offset)
    }

    pub(crate) fn flag(&self, offset: usize) -> bool {
        self.u8(offset) != 0
    }

    pub(crate) fn u32(&self, offset: usize) -> u32 {
        self.read(offset)
    }

    pub(crate) fn i32(&self, offset: usize) -> i32 {
        self.read(offset)
    }

    pub(crate) fn u64(&self, offset: usize) -> u64 {
        self.read(offset)
    }

    pub(crate) fn f64(&self, offset: usize) -> f64 {
        self.read(offset)
    }

    /// Writes a plain value. Takes `&mut self` because it changes what others read.
    pub(crate) fn write<T: Plain>(&mut self, offset: usize, value: T) {
        let place = self.at(offset, size_of::<T>()).cast::<T>();
        // SAFETY: in bounds, any alignment, plain data.
        unsafe { ptr::write_unaligned(place, value) }
    }

    fn read<T: Plain>(&self, offset: usize) -> T {
        let place = self.at(offset, size_of::<T>()).cast::<T>();
        // SAFETY: in bounds, any alignment, every bit pattern is a value of a plain type.
        unsafe { ptr::read_unaligned(place) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and no borrow outlives `self`.
        unsafe { libc::munmap(self.base.as_ptr().cast::<c_void>(), self.len) };
    }
}

/// Number types without invalid bit patterns.
pub(crate) trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u32 {}
impl Plain for i32 {}
impl Plain for u64 {}
impl Plain for i64 {}
impl Plain for f64 {}

/// Reserves the memory of a range of a shared memory object.
pub(crate) fn reserve(file: &File, offset: usize, len: usize) -> io::Result<()> {
    let (offset, len) = (offset as libc::off_t, len as libc::off_t);
    // SAFETY: a valid descriptor; the result is checked.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), offset, len) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}
