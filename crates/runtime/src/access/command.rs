//! `token create` and `token revoke`, the same in every daemon's program, whatever book it keeps.

use std::time::Duration;

use clap::Args;

use super::{BookError, NewToken, Role, Token, TokenHash, TokenKeeper, TokenName, generate};
use crate::config::{Secret, parse_span};

/// Arguments of `token create`.
#[derive(Args, Clone, Debug)]
pub struct CreateArgs {
    /// Whom it is for: goes into the journal
    pub name: TokenName,
    /// What it allows
    #[arg(long, value_enum, value_name = "ROLE", default_value_t = Role::Viewer)]
    pub role: Role,
    /// How long it is valid, such as 12h or 90d, or never to end by itself
    #[arg(long, value_name = "AGE", default_value = "90d", value_parser = lifetime)]
    pub expires: Lifetime,
}

/// Arguments of `token revoke`.
#[derive(Args, Clone, Debug)]
pub struct RevokeArgs {
    /// Names, which stand for all their tokens, or ids as `token list` shows them
    #[arg(required = true, value_name = "NAME|ID")]
    pub which: Vec<String>,
}

/// How long a token is valid; for ever if absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(pub Option<Duration>);

fn lifetime(text: &str) -> Result<Lifetime, String> {
    if text == "never" { Ok(Lifetime(None)) } else { parse_span(text).map(|span| Lifetime(Some(span))) }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The book cannot be used.
    #[error(transparent)]
    Book(#[from] BookError),
    /// There are no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] std::io::Error),
    /// There is no such token.
    #[error("there is no token `{0}`, neither by name nor by id; `token list` shows what there is")]
    Unknown(String),
}

/// Makes a token: the one place where it can be read, and what is kept of it.
///
/// # Errors
/// If the book cannot be used.
pub async fn create(book: &dyn TokenKeeper, args: CreateArgs) -> Result<(Secret, Token), TokenError> {
    let CreateArgs { name, role, expires: Lifetime(lifetime) } = args;
    let token = generate()?;
    let kept = book.add(&NewToken { hash: TokenHash::of(token.expose()), name, role, lifetime }).await?;
    Ok((token, kept))
}

/// Revokes tokens, and returns them.
///
/// # Errors
/// If the book cannot be used, or a token is not there. None is revoked then.
pub async fn revoke(book: &dyn TokenKeeper, args: &RevokeArgs) -> Result<Vec<Token>, TokenError> {
    let tokens = book.list().await?;
    let mut chosen: Vec<Token> = Vec::new();
    for text in &args.which {
        let meant = |token: &&Token| token.name.as_str() == text || token.hash.id() == *text;
        let before = chosen.len();
        chosen.extend(tokens.iter().filter(meant).cloned());
        if chosen.len() == before {
            return Err(TokenError::Unknown(text.clone()));
        }
    }
    for token in &chosen {
        book.revoke(&token.hash).await?;
    }
    let listed = book.list().await?;
    Ok(listed.into_iter().filter(|token| chosen.iter().any(|one| one.hash == token.hash)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{FileBook, Standing, TokenBook as _};

    #[tokio::test]
    async fn a_token_is_made_and_revoked_by_name_or_id() {
        let dir = tempfile::tempdir().unwrap();
        let book = FileBook::new(dir.path().join("tokens"));
        let create = async |name: &str| {
            let args = CreateArgs { name: name.parse().unwrap(), role: Role::Operator, expires: Lifetime(None) };
            let (token, kept) = super::create(&book, args).await.unwrap();
            (TokenHash::of(token.expose()), kept)
        };
        let (first, second, other) = (create("ada").await, create("ada").await, create("bob").await);
        assert_eq!(first.0, first.1.hash);
        let revoke = async |which: &[&str]| {
            let which = which.iter().map(|text| (*text).to_owned()).collect();
            super::revoke(&book, &RevokeArgs { which }).await
        };

        assert!(matches!(revoke(&["bob", "eve"]).await, Err(TokenError::Unknown(name)) if name == "eve"));
        assert!(matches!(book.standing(&other.0).await.unwrap(), Standing::Valid { .. }), "all or none");
        revoke(&[&first.0.id()]).await.unwrap();
        assert!(matches!(book.standing(&second.0).await.unwrap(), Standing::Valid { .. }));
        revoke(&["ada", "bob"]).await.unwrap();
        for (hash, _) in [first, second, other] {
            assert_eq!(book.standing(&hash).await.unwrap(), Standing::Revoked);
        }
        assert_eq!(
            (lifetime("never"), lifetime("12h")),
            (Ok(Lifetime(None)), Ok(Lifetime(Some(Duration::from_secs(43_200)))))
        );
        assert!(lifetime("soon").is_err());
    }
}
