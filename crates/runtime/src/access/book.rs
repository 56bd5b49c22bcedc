//! Books of tokens, as their readers and their keepers see them.

use std::time::Duration;

use super::{Role, TokenHash, TokenName};

/// What a book keeps of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The hash by which it is known.
    pub hash: TokenHash,
    /// Whom it stands for.
    pub name: TokenName,
    /// What it allows.
    pub role: Role,
    /// Milliseconds since 1970 when it was made, by the book's clock.
    pub created_at_ms: i64,
    /// Milliseconds since 1970 from which on it is no longer valid; absent if it never ends by itself.
    pub expires_at_ms: Option<i64>,
    /// Milliseconds since 1970 when it was revoked, if it was.
    pub revoked_at_ms: Option<i64>,
}

/// A token that is about to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its hash.
    pub hash: TokenHash,
    /// Whom it stands for.
    pub name: TokenName,
    /// What it allows.
    pub role: Role,
    /// How long it is valid; for ever if absent.
    pub lifetime: Option<Duration>,
}

impl NewToken {
    /// The token as it is kept from the moment `now` on, in milliseconds since 1970.
    pub fn at(&self, now: i64) -> Token {
        let Self { hash, name, role, lifetime } = self.clone();
        let end = |lifetime: Duration| now.saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
        let expires_at_ms = lifetime.map(end);
        Token { hash, name, role, created_at_ms: now, expires_at_ms, revoked_at_ms: None }
    }
}

/// How a token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is valid.
    Valid {
        /// Whom it stands for.
        name: TokenName,
        /// What it allows.
        role: Role,
    },
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
    /// Nobody has made it.
    Unknown,
}

impl Token {
    /// How it stands at the moment `now`, in milliseconds since 1970.
    pub fn standing(&self, now: i64) -> Standing {
        if self.revoked_at_ms.is_some() {
            return Standing::Revoked;
        }
        if self.expires_at_ms.is_some_and(|end| now >= end) {
            return Standing::Expired;
        }
        Standing::Valid { name: self.name.clone(), role: self.role }
    }
}

/// What a book cannot do.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// It cannot be read or written for now.
    #[error("the tokens cannot be reached: {0}")]
    Away(String),
    /// What it holds cannot be understood.
    #[error("the tokens cannot be read: {0}")]
    Damaged(String),
}

/// Who checks tokens.
#[tonic::async_trait]
pub trait TokenBook: Send + Sync {
    /// How the token of this hash stands now.
    async fn standing(&self, hash: &TokenHash) -> Result<Standing, BookError>;
}

/// Who makes and revokes tokens.
#[tonic::async_trait]
pub trait TokenKeeper: TokenBook {
    /// Keeps a new token.
    async fn add(&self, new: &NewToken) -> Result<Token, BookError>;

    /// Every token, the oldest first, whether or not it is valid.
    async fn list(&self) -> Result<Vec<Token>, BookError>;

    /// Revokes a token from now on; false if there is none of this hash. One that was revoked stays so.
    async fn revoke(&self, hash: &TokenHash) -> Result<bool, BookError>;
}
