//! What every book of tokens does.

use std::time::Duration;

use runtime::access::{NewToken, Role, Standing, TokenHash, TokenKeeper};

fn new(token: &str, role: Role, lifetime: Option<Duration>) -> NewToken {
    NewToken { hash: TokenHash::of(token), name: token.parse().expect("a name"), role, lifetime }
}

/// Checks a book that is empty.
///
/// # Panics
/// If it does not do what every book does.
pub async fn tokens(book: &dyn TokenKeeper) {
    let standing = async |token: &str| book.standing(&TokenHash::of(token)).await.expect("a standing");
    let valid = |token: &str, role| Standing::Valid { name: token.parse().expect("a name"), role };
    assert_eq!(book.list().await.expect("a list"), []);
    assert_eq!(standing("ada").await, Standing::Unknown);

    for (name, role, lifetime) in [
        ("ada", Role::Admin, None),
        ("bob", Role::Viewer, Some(Duration::from_secs(3_600))),
        ("old", Role::Operator, Some(Duration::ZERO)),
    ] {
        let kept = book.add(&new(name, role, lifetime)).await.expect("a token is kept");
        assert_eq!((kept.name.as_str(), kept.role, kept.revoked_at_ms), (name, role, None));
        let end = lifetime.map(|lifetime| kept.created_at_ms + lifetime.as_millis() as i64);
        assert_eq!(kept.expires_at_ms, end);
    }

    assert_eq!(standing("ada").await, valid("ada", Role::Admin));
    assert_eq!(standing("bob").await, valid("bob", Role::Viewer));
    assert_eq!(standing("old").await, Standing::Expired);
    assert!(book.revoke(&TokenHash::of("ada")).await.expect("it can be revoked"));
    assert_eq!(standing("ada").await, Standing::Revoked);
    assert_eq!(standing("bob").await, valid("bob", Role::Viewer), "another one");
    let revoked = book.list().await.expect("a list");
    assert!(book.revoke(&TokenHash::of("ada")).await.expect("it can be revoked again"));
    assert!(!book.revoke(&TokenHash::of("eve")).await.expect("there is none"));
    let listed = book.list().await.expect("a list");
    assert_eq!(listed, revoked, "the moment of the first revocation stays");
    assert_eq!(listed.len(), 3);
    assert!(listed.is_sorted_by_key(|token| token.created_at_ms));
    assert!(listed.iter().all(|token| token.revoked_at_ms.is_some() == (token.name.as_str() == "ada")));
}
