//! Who may make a call: asked before it reaches a service, and again while its streams are open.

use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use tonic::codegen::http::header::{AUTHORIZATION, HeaderMap};
use tonic::{Code, Status};

use super::reason;
use super::{Method, Needs, Peer};
use crate::access::{BookError, Role, Standing, TokenBook, TokenHash, TokenName};

/// How often the token of an open stream is looked at: what is revoked ends within a minute, and a slow look still fits.
const RECHECK: Duration = Duration::from_secs(20);

/// Who needs no token.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Callers on this machine need none: those over a Unix socket or the loopback interface
    #[default]
    Local,
    /// Everybody needs one
    #[value(name = "required")]
    None,
    /// Nobody needs one: whoever reaches the port may do everything
    #[value(name = "off")]
    All,
}

/// Who made a call, where that is known for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The bearer of a token.
    Token(TokenName),
    /// The owner of a certificate of an authority that the server trusts.
    Certificate(String),
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(name) => write!(f, "token {name}"),
            Self::Certificate(name) => write!(f, "certificate {name}"),
        }
    }
}

/// What decides who may call.
#[derive(Clone)]
pub struct Access {
    /// Who needs no token.
    pub trust: Trust,
    /// Where tokens are looked up; without it none is valid.
    pub book: Option<Arc<dyn TokenBook>>,
    /// What the owners of certificates may do.
    pub certificates: Role,
    /// How often the token of an open stream is looked at.
    pub recheck: Duration,
}

impl Default for Access {
    fn default() -> Self {
        Self { trust: Trust::default(), book: None, certificates: Role::Operator, recheck: RECHECK }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { trust, book, certificates, .. } = self;
        let book = book.is_some();
        f.debug_struct("Access").field("trust", trust).field("book", &book).field("certificates", certificates).finish()
    }
}

/// What a call shows of its maker.
#[derive(Debug)]
pub(super) struct Shown {
    token: Result<Option<TokenHash>, Status>,
    certificate: Option<String>,
    local: bool,
}

/// A call that was let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Admitted {
    /// Who made it, where that is known.
    pub(super) identity: Option<Identity>,
    /// The token that has to stay valid.
    pub(super) token: Option<TokenHash>,
}

/// A request of another protocol that was let in.
pub struct Admission {
    access: Arc<Access>,
    admitted: Admitted,
}

impl Admission {
    /// Who makes it, where that is known.
    pub fn identity(&self) -> Option<&Identity> {
        self.admitted.identity.as_ref()
    }

    /// Waits until it may no longer go on: never, unless it was made with a token.
    pub async fn ended(self) -> Status {
        match self.admitted.token {
            Some(token) => self.access.until_invalid(token).await,
            None => std::future::pending().await,
        }
    }
}

impl Shown {
    pub(super) fn of(headers: &HeaderMap, peer: Option<&Peer>) -> Self {
        Self {
            token: bearer(headers).map(|token| token.map(TokenHash::of)),
            certificate: peer.and_then(Peer::certificate).map(str::to_owned),
            local: peer.is_some_and(Peer::is_local),
        }
    }
}

impl Access {
    /// Whether the call that shows this may be made, before anything is looked up; absent if its token decides.
    pub(super) fn at_once(&self, needs: Needs, shown: &Shown) -> Option<Result<Admitted, Status>> {
        let Needs::Role(needed) = needs else { return Some(Ok(Admitted { identity: None, token: None })) };
        let named = || shown.certificate.clone().map(Identity::Certificate);
        if self.trust == Trust::All {
            return Some(Ok(Admitted { identity: named(), token: None }));
        }
        match &shown.token {
            Err(status) => return Some(Err(status.clone())),
            Ok(Some(_)) => return None,
            Ok(None) => {}
        }
        if let Some(identity) = named() {
            let allowed = allowed(needed, self.certificates, &identity);
            return Some(allowed.map(|()| Admitted { identity: Some(identity), token: None }));
        }
        if self.trust == Trust::Local && shown.local {
            return Some(Ok(Admitted { identity: None, token: None }));
        }
        Some(Err(reason::TOKEN_MISSING.status(
            Code::Unauthenticated,
            "this call needs a token: send the metadata `authorization: Bearer <token>`; `token create` makes one",
        )))
    }

    /// The same for a call that shows a token.
    pub(super) async fn by_token(&self, needs: Needs, shown: Shown) -> Result<Admitted, Status> {
        let token = shown.token?;
        let (Needs::Role(needed), Some(hash)) = (needs, token) else {
            return Ok(Admitted { identity: None, token: None });
        };
        let (name, role) = self.valid(&hash).await?;
        let identity = Identity::Token(name);
        allowed(needed, role, &identity)?;
        Ok(Admitted { identity: Some(identity), token: Some(hash) })
    }

    /// Whether somebody may make a call of another protocol: by the header of the same name, from an address that is
    /// `local` or not.
    ///
    /// # Errors
    /// The refusal.
    pub async fn admit(self: &Arc<Self>, needed: Role, headers: &HeaderMap, local: bool) -> Result<Admission, Status> {
        let token = bearer(headers).map(|token| token.map(TokenHash::of));
        self.admit_with(needed, Shown { token, certificate: None, local }).await
    }

    /// The same for a token that comes in another way than by the header.
    ///
    /// # Errors
    /// The refusal.
    pub async fn admit_token(self: &Arc<Self>, needed: Role, token: &str) -> Result<Admission, Status> {
        let token = Ok(Some(TokenHash::of(token)));
        self.admit_with(needed, Shown { token, certificate: None, local: false }).await
    }

    async fn admit_with(self: &Arc<Self>, needed: Role, shown: Shown) -> Result<Admission, Status> {
        let needs = Needs::Role(needed);
        let admitted = match self.at_once(needs, &shown) {
            Some(admitted) => admitted,
            None => self.by_token(needs, shown).await,
        };
        let admitted = admitted.inspect_err(|status| {
            tracing::info!(code = ?status.code(), reason = status.message(), "a request is refused");
        })?;
        Ok(Admission { access: self.clone(), admitted })
    }

    /// Waits until a token is no longer valid, for the stream that was opened with it. Tokens that cannot be looked up
    /// stay as they were, so that a database that is away ends no session.
    pub(super) async fn until_invalid(self: Arc<Self>, hash: TokenHash) -> Status {
        loop {
            tokio::time::sleep(self.recheck).await;
            match self.valid(&hash).await {
                Err(status) if status.code() == Code::Unauthenticated => return status,
                _ => {}
            }
        }
    }

    async fn valid(&self, hash: &TokenHash) -> Result<(TokenName, Role), Status> {
        let Some(book) = &self.book else {
            let text = "this daemon knows no tokens: it was started without a file of them";
            return Err(reason::TOKEN_UNKNOWN.status(Code::Unauthenticated, text));
        };
        let refused = |reason: reason::Reason, text| Err(reason.status(Code::Unauthenticated, text));
        match book.standing(hash).await.map_err(unchecked)? {
            Standing::Valid { name, role } => Ok((name, role)),
            Standing::Expired => refused(reason::TOKEN_EXPIRED, "the token has expired"),
            Standing::Revoked => refused(reason::TOKEN_REVOKED, "the token was revoked"),
            Standing::Unknown => refused(reason::TOKEN_UNKNOWN, "the token is not known here"),
        }
    }
}

/// A method that is in no table is none: nobody gets through to it.
pub(super) fn unknown(path: &str) -> Status {
    reason::METHOD_UNKNOWN.status(Code::Unimplemented, format!("there is no method {path}"))
}

/// What the method of a path needs.
pub(super) fn needs(method: Option<&Method>, path: &str) -> Result<Needs, Status> {
    method.map(|method| method.needs).ok_or_else(|| unknown(path))
}

fn unchecked(error: BookError) -> Status {
    tracing::warn!(%error, "a token cannot be checked");
    reason::TOKEN_UNCHECKED.status(Code::Unavailable, "tokens cannot be checked for now")
}

fn allowed(needed: Role, role: Role, identity: &Identity) -> Result<(), Status> {
    if role >= needed {
        return Ok(());
    }
    let text = format!("this call is for {needed}s, and {identity} is a {role}");
    Err(reason::ROLE_TOO_LOW.status(Code::PermissionDenied, text))
}

/// The token that a call brings. One that is not there is none; one that is not understood is a mistake.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Status> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim()))
        }
        _ => Err(reason::TOKEN_UNKNOWN.status(Code::Unauthenticated, "`authorization` has to be `Bearer <token>`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{FileBook, NewToken, TokenKeeper as _};

    const LOOK: Needs = Needs::Role(Role::Viewer);
    const LAUNCH: Needs = Needs::Role(Role::Operator);

    fn shown(token: Option<&str>, certificate: Option<&str>, local: bool) -> Shown {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, token.parse().unwrap());
        }
        let token = bearer(&headers).map(|token| token.map(TokenHash::of));
        Shown { token, certificate: certificate.map(str::to_owned), local }
    }

    async fn outcome(access: &Access, needs: Needs, shown: Shown) -> Result<Option<String>, Code> {
        let admitted = match access.at_once(needs, &shown) {
            Some(admitted) => admitted,
            None => access.by_token(needs, shown).await,
        };
        admitted.map(|admitted| admitted.identity.map(|who| who.to_string())).map_err(|status| status.code())
    }

    /// A book with `viewer`, the token of a viewer, and `old`, one that has expired.
    async fn book(dir: &tempfile::TempDir) -> FileBook {
        let book = FileBook::new(dir.path().join("tokens"));
        for (token, lifetime) in [("viewer", None), ("old", Some(Duration::ZERO))] {
            let new =
                NewToken { hash: TokenHash::of(token), name: token.parse().unwrap(), role: Role::Viewer, lifetime };
            book.add(&new).await.unwrap();
        }
        book
    }

    #[tokio::test]
    async fn who_is_trusted_and_who_needs_a_token() {
        let dir = tempfile::tempdir().unwrap();
        let book: Arc<dyn TokenBook> = Arc::new(book(&dir).await);
        let with = |trust| Access { trust, book: Some(book.clone()), ..Access::default() };
        let (denied, unknown) = (Err(Code::PermissionDenied), Err(Code::Unauthenticated));
        let name = |text: &str| Ok(Some(text.to_owned()));
        for (trust, needs, what, expected) in [
            (Trust::None, Needs::Nothing, shown(None, None, false), Ok(None)),
            (Trust::None, LOOK, shown(None, None, true), unknown.clone()),
            (Trust::Local, LOOK, shown(None, None, true), Ok(None)),
            (Trust::Local, LOOK, shown(None, None, false), unknown.clone()),
            (Trust::All, LAUNCH, shown(None, None, false), Ok(None)),
            (Trust::All, LAUNCH, shown(Some("Bearer nobody"), Some("ada"), false), name("certificate ada")),
            (Trust::None, LAUNCH, shown(None, Some("ada"), false), name("certificate ada")),
            (Trust::None, LOOK, shown(Some("Bearer viewer"), None, false), name("token viewer")),
            (Trust::None, LOOK, shown(Some("bearer viewer"), Some("ada"), false), name("token viewer")),
            (Trust::None, LAUNCH, shown(Some("Bearer viewer"), None, false), denied),
            (Trust::Local, LOOK, shown(Some("Bearer nobody"), None, true), unknown.clone()),
            (Trust::Local, LOOK, shown(Some("Bearer old"), None, true), unknown.clone()),
            (Trust::Local, LOOK, shown(Some("Basic viewer"), None, true), unknown.clone()),
            (Trust::Local, LOOK, shown(Some("Bearer "), None, true), unknown),
        ] {
            let told = format!("{trust:?} {needs:?} {what:?}");
            assert_eq!(outcome(&with(trust), needs, what).await, expected, "{told}");
        }
    }

    #[tokio::test]
    async fn certificates_do_not_make_admins_unless_that_is_said() {
        let admin = Needs::Role(Role::Admin);
        let default = Access::default();
        let raised = Access { certificates: Role::Admin, ..Access::default() };

        assert_eq!(outcome(&default, admin, shown(None, Some("ada"), true)).await, Err(Code::PermissionDenied));
        assert!(outcome(&raised, admin, shown(None, Some("ada"), true)).await.is_ok());
    }

    #[tokio::test]
    async fn tokens_that_cannot_be_checked_let_nobody_in() {
        let dir = tempfile::tempdir().unwrap();
        let access = Access { book: Some(Arc::new(FileBook::new(dir.path().join("none")))), ..Access::default() };

        assert_eq!(outcome(&access, LOOK, shown(Some("Bearer x"), None, true)).await, Err(Code::Unavailable));
        assert_eq!(
            outcome(&Access::default(), LOOK, shown(Some("Bearer x"), None, true)).await,
            Err(Code::Unauthenticated)
        );
    }
}
