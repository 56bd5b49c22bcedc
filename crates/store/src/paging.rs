//! Where a list goes on: opaque tokens that hold the key of the last row, so that pages stay right while rows are
//! added.

use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::Page;
use domain::score::EpisodeKey;
use uuid::Uuid;

use crate::error::{Result, refused};

/// Most items of one page, and the size of a page that names none.
const MAX_SIZE: u32 = 10_000;

/// How many items to return.
pub(crate) fn size(page: &Page) -> u64 {
    match page.size {
        0 => MAX_SIZE.into(),
        size => size.min(MAX_SIZE).into(),
    }
}

/// Cuts off the row that was read beyond the page, and makes the token if there was one.
pub(crate) fn cut<T>(rows: &mut Vec<T>, size: u64, token: impl Fn(&T) -> String) -> Option<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    rows.last().filter(|_| more).map(token)
}

/// The place of an experiment in the list of experiments.
pub(crate) fn experiment_token(created_at_ms: i64, id: Uuid) -> String {
    format!("{created_at_ms:016x}{}", id.simple())
}

/// Reads what [`experiment_token`] wrote.
pub(crate) fn parse_experiment(token: &str) -> Result<(i64, Uuid)> {
    let (moment, id) = token.split_at_checked(16).ok_or_else(bad_token)?;
    let moment = i64::from_str_radix(moment, 16).map_err(|_| bad_token())?;
    Ok((moment, Uuid::try_parse(id).map_err(|_| bad_token())?))
}

/// The place of a message in the list of those that were put aside.
pub(crate) fn parked_token(parked_at_ms: i64, id: &str) -> String {
    format!("{parked_at_ms:016x}{id}")
}

/// Reads what [`parked_token`] wrote.
pub(crate) fn parse_parked(token: &str) -> Result<(i64, String)> {
    let (moment, id) = token.split_at_checked(16).ok_or_else(bad_token)?;
    Ok((i64::from_str_radix(moment, 16).map_err(|_| bad_token())?, id.to_owned()))
}

/// The place of a score in the list of scores.
pub(crate) fn score_token(key: &EpisodeKey) -> String {
    format!("{:08x}{:08x}{:08x}", key.generation, key.position, key.replicate)
}

/// Reads what [`score_token`] wrote.
pub(crate) fn parse_score(token: &str) -> Result<EpisodeKey> {
    if token.len() != 24 {
        return Err(bad_token());
    }
    let part = |from: usize| {
        let digits = token.get(from..from + 8).ok_or_else(bad_token)?;
        u32::from_str_radix(digits, 16).map_err(|_| bad_token())
    };
    Ok(EpisodeKey { generation: part(0)?, position: part(8)?, replicate: part(16)? })
}

/// The place of a job in the list of jobs.
pub(crate) fn job_token(generation: i64, ordinal: i64) -> String {
    format!("{generation:08x}{ordinal:08x}")
}

/// Reads what [`job_token`] wrote.
pub(crate) fn parse_job(token: &str) -> Result<(i64, i64)> {
    let (generation, ordinal) = token.split_at_checked(8).ok_or_else(bad_token)?;
    let number = |digits| u32::from_str_radix(digits, 16).map(i64::from).map_err(|_| bad_token());
    Ok((number(generation)?, number(ordinal)?))
}

/// The place of an entry in a journal.
pub(crate) fn entry_token(id: i64) -> String {
    format!("{id:016x}")
}

/// Reads what [`entry_token`] wrote.
pub(crate) fn parse_entry(token: &str) -> Result<i64> {
    if token.len() != 16 {
        return Err(bad_token());
    }
    i64::from_str_radix(token, 16).map_err(|_| bad_token())
}

/// The place of a content in the list of contents.
pub(crate) fn blob_token(created_at_ms: i64, hash: &[u8]) -> String {
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{created_at_ms:016x}{hash}")
}

/// Reads what [`blob_token`] wrote.
pub(crate) fn parse_blob(token: &str) -> Result<(i64, Vec<u8>)> {
    let (moment, hash) = token.split_at_checked(16).ok_or_else(bad_token)?;
    let hash: ContentHash = hash.parse().map_err(|_| bad_token())?;
    Ok((i64::from_str_radix(moment, 16).map_err(|_| bad_token())?, hash.0.to_vec()))
}

fn bad_token() -> crate::error::Error {
    refused(ErrorKind::Invalid, "the page token is not one that this list returned")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back_and_anything_else_is_refused() {
        let id = Uuid::from_u128(7);
        assert_eq!(parse_experiment(&experiment_token(1_700_000_000_123, id)).unwrap(), (1_700_000_000_123, id));
        let key = EpisodeKey { generation: 3, position: u32::MAX, replicate: 0 };
        assert_eq!(parse_score(&score_token(&key)).unwrap(), key);
        assert_eq!(parse_parked(&parked_token(7, "00ff")).unwrap(), (7, "00ff".to_owned()));
        assert_eq!(parse_entry(&entry_token(1 << 40)).unwrap(), 1 << 40);
        assert_eq!(parse_job(&job_token(3, 70_000)).unwrap(), (3, 70_000));
        assert_eq!(parse_blob(&blob_token(7, &[9; 32])).unwrap(), (7, vec![9; 32]));
        for bad in ["", "x", "zz", &"g".repeat(24), &"ä".repeat(12), &"é".repeat(24)] {
            assert!(parse_score(bad).is_err() && parse_experiment(bad).is_err(), "{bad}");
            assert!(parse_entry(bad).is_err() && parse_job(bad).is_err() && parse_blob(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_is_given_only_if_there_is_more() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(cut(&mut rows, 2, ToString::to_string), Some("2".to_owned()));
        assert_eq!((rows.as_slice(), cut(&mut vec![1, 2], 2, ToString::to_string)), ([1, 2].as_slice(), None));
    }
}
