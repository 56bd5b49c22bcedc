//! A page of the newest contents, out of a listing in any order: memory is that of a page.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobInfo, Page, PortError, PortResult};

/// The newest of what was added, below where the page before ended.
pub(crate) struct Newest {
    /// The oldest of them on top, so that it leaves first. One more than the page has, to see whether there is more.
    kept: BinaryHeap<Reverse<(i64, ContentHash, u64)>>,
    size: usize,
    below: Option<(i64, ContentHash)>,
}

impl Newest {
    /// An empty page.
    ///
    /// # Errors
    /// `Invalid` for a token that no page gave.
    pub(crate) fn new(page: &Page) -> PortResult<Self> {
        let below = page.after.as_deref().map(parse).transpose()?;
        Ok(Self { kept: BinaryHeap::new(), size: page.size.max(1) as usize, below })
    }

    pub(crate) fn add(&mut self, info: BlobInfo) {
        if self.below.is_some_and(|below| (info.created_at_ms, info.hash) >= below) {
            return;
        }
        self.kept.push(Reverse((info.created_at_ms, info.hash, info.size)));
        if self.kept.len() > self.size + 1 {
            self.kept.pop();
        }
    }

    /// The page, newest first, and the token of the next if there is more.
    pub(crate) fn page(self) -> (Vec<BlobInfo>, Option<String>) {
        let sorted = self.kept.into_sorted_vec();
        let mut found: Vec<_> = sorted
            .into_iter()
            .map(|Reverse((created_at_ms, hash, size))| BlobInfo { hash, size, created_at_ms })
            .collect();
        let more = found.len() > self.size;
        found.truncate(self.size);
        let next = found.last().filter(|_| more).map(|last| format!("{:016x}{}", last.created_at_ms, last.hash));
        (found, next)
    }
}

fn parse(token: &str) -> PortResult<(i64, ContentHash)> {
    let bad = || PortError::new(ErrorKind::Invalid, "the page token is not one that this list returned");
    let (moment, hash) = token.split_at_checked(16).ok_or_else(bad)?;
    Ok((i64::from_str_radix(moment, 16).map_err(|_| bad())?, hash.parse().map_err(|_| bad())?))
}
