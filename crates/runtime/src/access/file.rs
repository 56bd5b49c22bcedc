//! A book of tokens in a file, for a daemon without a database.
//!
//! One line for each token, its words separated by blanks: hash, role, name, and the moments (RFC 3339) when it was made,
//! expires and was revoked, with `-` for never. Lines that begin with `#` are for people.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{BookError, NewToken, Standing, Token, TokenBook, TokenHash, TokenKeeper};

/// What the file begins with.
const HEADING: &str = "# Tokens of claudoom, by their hashes: hash role name created expires revoked\n";

/// Never.
const NEVER: &str = "-";

/// The file. It is read anew for every question, so that a change counts at once; it is small.
#[derive(Clone, Debug)]
pub struct FileBook {
    path: PathBuf,
}

impl FileBook {
    /// The book in this file, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The book in this file, once it was seen that it can be read.
    ///
    /// # Errors
    /// If it is not there, or holds something else.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, BookError> {
        let book = Self::new(path);
        book.read()?;
        Ok(book)
    }

    fn read(&self) -> Result<Vec<Token>, BookError> {
        let text = fs::read_to_string(&self.path).map_err(|error| self.away(&error))?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        lines.map(|(number, line)| self.token(number, line)).collect()
    }

    fn token(&self, number: usize, line: &str) -> Result<Token, BookError> {
        let damaged = |what: String| BookError::Damaged(format!("{}, line {number}: {what}", self.path.display()));
        let words: Vec<_> = line.split_whitespace().collect();
        let [hash, role, name, created, expires, revoked] = words[..] else {
            return Err(damaged(format!("{} words instead of 6", words.len())));
        };
        let optional = |word: &str| if word == NEVER { Ok(None) } else { moment(word).map(Some) };
        Ok(Token {
            hash: hash.parse().map_err(damaged)?,
            role: role.parse().map_err(damaged)?,
            name: name.parse().map_err(|error: super::BadTokenName| damaged(error.to_string()))?,
            created_at_ms: moment(created).map_err(damaged)?,
            expires_at_ms: optional(expires).map_err(damaged)?,
            revoked_at_ms: optional(revoked).map_err(damaged)?,
        })
    }

    /// Changes what the file holds, one keeper after the other. Readers see the old or the new file and nothing between.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Token>) -> T) -> Result<T, BookError> {
        let _locked = self.lock().map_err(|error| self.away(&error))?;
        let mut tokens = if self.path.exists() { self.read()? } else { Vec::new() };
        let outcome = change(&mut tokens);
        let lines: String = tokens.iter().map(line).collect();
        replace(&self.path, &format!("{HEADING}{lines}")).map_err(|error| self.away(&error))?;
        Ok(outcome)
    }

    fn lock(&self) -> io::Result<File> {
        let file = private().open(beside(&self.path, "lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn away(&self, error: &io::Error) -> BookError {
        BookError::Away(format!("{}: {error}", self.path.display()))
    }
}

#[tonic::async_trait]
impl TokenBook for FileBook {
    async fn standing(&self, hash: &TokenHash) -> Result<Standing, BookError> {
        let tokens = self.read()?;
        let found = tokens.iter().find(|token| token.hash == *hash);
        Ok(found.map_or(Standing::Unknown, |token| token.standing(now_ms())))
    }
}

#[tonic::async_trait]
impl TokenKeeper for FileBook {
    async fn add(&self, new: &NewToken) -> Result<Token, BookError> {
        let token = new.at(now_ms());
        self.change(|tokens| tokens.push(token.clone()))?;
        Ok(token)
    }

    async fn list(&self) -> Result<Vec<Token>, BookError> {
        if self.path.exists() { self.read() } else { Ok(Vec::new()) }
    }

    async fn revoke(&self, hash: &TokenHash) -> Result<bool, BookError> {
        self.change(|tokens| {
            let found = tokens.iter_mut().find(|token| token.hash == *hash);
            found.map(|token| token.revoked_at_ms.get_or_insert_with(now_ms)).is_some()
        })
    }
}

fn line(token: &Token) -> String {
    let Token { hash, role, name, created_at_ms, expires_at_ms, revoked_at_ms } = token;
    let optional = |moment: &Option<i64>| moment.map_or_else(|| NEVER.to_owned(), moment_text);
    let (expires, revoked) = (optional(expires_at_ms), optional(revoked_at_ms));
    format!("{hash} {role} {name} {} {expires} {revoked}\n", moment_text(*created_at_ms))
}

/// A moment in UTC, such as `2026-03-01T12:00:00.123Z`.
pub fn moment_text(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    // A moment beyond the calendar is as good as its last day.
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
}

fn moment(text: &str) -> Result<i64, String> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| format!("`{text}` is no moment in RFC 3339"))?;
    Ok((moment.unix_timestamp_nanos() / 1_000_000) as i64)
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Opens files that only their owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path, "new");
    let mut file = private().open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::access::Role;

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens");
        let hash = "0".repeat(64);
        for (line, fault) in [
            ("ada admin".to_owned(), "2 words instead of 6"),
            (format!("{hash} root ada 2026-01-01T00:00:00Z - -"), "`root` is no role"),
            (format!("{hash} admin ada yesterday - -"), "`yesterday` is no moment"),
            (format!("xy{hash} admin ada 2026-01-01T00:00:00Z - -"), "no hash"),
        ] {
            fs::write(&path, format!("# for people\n\n{line}\n")).unwrap();

            let error = FileBook::open(&path).unwrap_err().to_string();

            assert!(error.contains("tokens, line 3: ") && error.contains(fault), "{error}");
        }
        assert!(FileBook::open(dir.path().join("none")).unwrap_err().to_string().contains("none"));
    }

    #[tokio::test]
    async fn the_file_is_private_and_outlives_the_book() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens");
        let new =
            NewToken { hash: TokenHash::of("x"), name: "ada".parse().unwrap(), role: Role::Viewer, lifetime: None };

        let kept = FileBook::new(&path).add(&new).await.unwrap();

        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(FileBook::open(&path).unwrap().list().await.unwrap(), [kept]);
    }
}
