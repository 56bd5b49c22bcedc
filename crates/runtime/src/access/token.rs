//! Bearer tokens: what they look like, and what is kept of them.

use std::fmt;
use std::str::FromStr;

use crate::config::Secret;

/// What every token begins with, so that scanners of repositories recognise one.
const PREFIX: &str = "claudoom_";

/// Random bytes of a token.
const ENTROPY: usize = 32;

/// Longest name, in bytes.
const MAX_NAME: usize = 64;

/// A new token. It is shown once, to who asked for it; kept is its hash.
///
/// # Errors
/// If the system has no random numbers.
pub fn generate() -> std::io::Result<Secret> {
    let mut random = [0; ENTROPY];
    getrandom::fill(&mut random)?;
    Ok(Secret::new(format!("{PREFIX}{}", Hex(&random))))
}

/// What is kept of a token: its BLAKE3 hash. A fast hash is enough, because a token is not chosen by people: nobody
/// guesses 256 random bits, however fast each guess is checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &str) -> Self {
        Self(*blake3::hash(token.as_bytes()).as_bytes())
    }

    /// A short name of the token, for people: the beginning of its hash, from which nobody learns the token.
    pub fn id(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({})", self.id())
    }
}

impl FromStr for TokenHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| format!("`{text}` is no hash of 64 hexadecimal digits"))?;
        Ok(Self(*hash.as_bytes()))
    }
}

/// Bytes as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Whom a token stands for, in journals: 1 to 64 of `A-Z a-z 0-9 . _ @ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(String);

/// A name that no token can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name for a token: 1 to {MAX_NAME} of A-Z a-z 0-9 . _ @ -")]
pub struct BadTokenName(String);

impl TokenName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TokenName {
    type Err = BadTokenName;

    fn from_str(text: &str) -> Result<Self, BadTokenName> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte);
        if text.is_empty() || text.len() > MAX_NAME || !text.bytes().all(fits) {
            return Err(BadTokenName(text.chars().take(MAX_NAME).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_known_by_their_hash() {
        let (one, other) = (generate().unwrap(), generate().unwrap());

        assert!(one.expose().starts_with(PREFIX) && one.expose().len() == PREFIX.len() + 2 * ENTROPY);
        assert_ne!(one.expose(), other.expose());
        let hash = TokenHash::of(one.expose());
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!(hash.to_string().starts_with(&hash.id()));
        assert!("0f".parse::<TokenHash>().is_err());
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["ada", "ci@build-7", "a.b_c", &"x".repeat(64)] {
            assert_eq!(name.parse::<TokenName>().unwrap().as_str(), name);
        }
        for name in ["", "a b", "a/b", "ä", &"x".repeat(65)] {
            assert!(name.parse::<TokenName>().is_err(), "{name}");
        }
    }
}
