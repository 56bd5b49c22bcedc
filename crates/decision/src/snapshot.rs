//! Snapshots: what agents know, as bytes that are named by their content.
//!
//! A snapshot never changes; a generation that learnt something makes a new one. Its bytes are canonical: one value
//! has one encoding, so equal snapshots have equal hashes. Numbers are little-endian. A snapshot begins with four
//! letters and a version.

/// Bytes that are no snapshot, or not one that is understood here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Another kind of file.
    #[error("these bytes are no snapshot of {0}: they do not begin with its letters")]
    Foreign(&'static str),
    /// Made by a later or an abandoned version.
    #[error("a snapshot of {what} of version {found} cannot be read, only version {known} can; make it anew")]
    Version {
        /// What it holds.
        what: &'static str,
        /// Its version.
        found: u32,
        /// The version that is read here.
        known: u32,
    },
    /// The bytes end too early.
    #[error("the snapshot ends after {0} bytes, in the middle of a value")]
    Truncated(usize),
    /// There is something after the end.
    #[error("the snapshot ends at byte {0}, but more bytes follow")]
    Trailing(usize),
    /// A value that no snapshot has.
    #[error("byte {at} of the snapshot: {what}")]
    Value {
        /// Where it stands.
        at: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// Writes the beginning of a snapshot.
pub(crate) fn begin(letters: [u8; 4], version: u32, count: usize) -> Vec<u8> {
    let mut bytes = letters.to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend((count as u32).to_le_bytes());
    bytes
}

/// Reads a snapshot from its beginning.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader behind the beginning, and how many records follow.
    pub(crate) fn new(
        bytes: &'a [u8],
        what: &'static str,
        letters: [u8; 4],
        known: u32,
    ) -> Result<(Self, usize), SnapshotError> {
        let mut reader = Self::bare(bytes);
        if reader.take::<4>() != Ok(letters) {
            return Err(SnapshotError::Foreign(what));
        }
        let found = reader.u32()?;
        if found != known {
            return Err(SnapshotError::Version { what, found, known });
        }
        let count = reader.u32()? as usize;
        Ok((reader, count))
    }

    /// A reader of records without a beginning.
    pub(crate) fn bare(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let Some((head, _)) = self.bytes[self.at..].split_first_chunk::<N>() else {
            return Err(SnapshotError::Truncated(self.bytes.len()));
        };
        self.at += N;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, SnapshotError> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, SnapshotError> {
        self.take().map(u32::from_le_bytes)
    }

    /// A text behind its length in one byte.
    pub(crate) fn text(&mut self) -> Result<String, SnapshotError> {
        let length = usize::from(self.u8()?);
        let Some(text) = self.bytes.get(self.at..self.at + length) else {
            return Err(SnapshotError::Truncated(self.bytes.len()));
        };
        let text = std::str::from_utf8(text).map_err(|_| self.wrong("a text that is not UTF-8"))?;
        self.at += length;
        Ok(text.to_owned())
    }

    /// An error about the value that was read last.
    pub(crate) fn wrong(&self, what: impl Into<String>) -> SnapshotError {
        SnapshotError::Value { at: self.at, what: what.into() }
    }

    pub(crate) fn end(self) -> Result<(), SnapshotError> {
        if self.is_at_end() { Ok(()) } else { Err(SnapshotError::Trailing(self.at)) }
    }
}

/// Writes a text behind its length in one byte; what is longer than 255 bytes is the caller's to refuse.
pub(crate) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(text.len() as u8);
    bytes.extend(text.as_bytes());
}
