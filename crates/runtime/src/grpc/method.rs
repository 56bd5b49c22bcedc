//! What is known of every method before it is called: who may call it, how long it may take, whether it may be repeated.
//!
//! Servers and clients read the same rows, so that neither knows of a method that the other does not.

use std::time::Duration;

use crate::access::Role;

/// How messages flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One each way.
    Unary,
    /// Many there, one back: the answer begins only when all was sent.
    ClientStream,
    /// One there, many back.
    ServerStream,
    /// Many each way.
    BothStream,
}

/// What a caller has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: nothing is told that a port scan would not tell.
    Nothing,
    /// Somebody of this role, or one that may do more.
    Role(Role),
}

/// A row of the table of methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// `/package.Service/Method`.
    pub path: &'static str,
    /// How messages flow.
    pub kind: Kind,
    /// Who may call it.
    pub needs: Needs,
    /// Time of one try until the answer begins; a stream may then go on for as long as it likes. None for uploads.
    pub timeout: Option<Duration>,
    /// Whether a second execution changes nothing that the first did not, so that a client may try again.
    pub idempotent: bool,
}

impl Method {
    /// A call that only reads, for viewers.
    #[must_use]
    pub const fn read(path: &'static str, seconds: u64) -> Self {
        Self::new(path, Kind::Unary, Role::Viewer, seconds, true)
    }

    /// A call that changes something, for operators, and that may not be made twice.
    #[must_use]
    pub const fn change(path: &'static str, seconds: u64) -> Self {
        Self::new(path, Kind::Unary, Role::Operator, seconds, false)
    }

    /// A stream of any kind.
    #[must_use]
    pub const fn stream(path: &'static str, kind: Kind, role: Role, seconds: u64) -> Self {
        Self::new(path, kind, role, seconds, false)
    }

    const fn new(path: &'static str, kind: Kind, role: Role, seconds: u64, idempotent: bool) -> Self {
        let timeout = match kind {
            Kind::ClientStream => None,
            _ => Some(Duration::from_secs(seconds)),
        };
        Self { path, kind, needs: Needs::Role(role), timeout, idempotent }
    }

    /// The same, for those of this role.
    #[must_use]
    pub const fn by(self, role: Role) -> Self {
        Self { needs: Needs::Role(role), ..self }
    }

    /// The same, for everybody.
    #[must_use]
    pub const fn public(self) -> Self {
        Self { needs: Needs::Nothing, ..self }
    }

    /// The same, and asking twice is asking once.
    #[must_use]
    pub const fn repeatable(self) -> Self {
        Self { idempotent: true, ..self }
    }
}

/// The methods that every daemon serves: health for everybody, and reflection, where it is served, for those who may look.
pub const BASE: &[Method] = &[
    Method::read("/grpc.health.v1.Health/Check", 5).public(),
    Method::read("/grpc.health.v1.Health/List", 5).public(),
    Method::stream("/grpc.health.v1.Health/Watch", Kind::ServerStream, Role::Viewer, 5).public(),
    Method::stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Kind::BothStream, Role::Viewer, 5),
    Method::stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Kind::BothStream, Role::Viewer, 5),
];

/// Several tables as one.
#[derive(Clone, Copy, Debug)]
pub struct Methods(pub &'static [&'static [Method]]);

impl Methods {
    /// The row of a path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&'static Method> {
        self.0.iter().copied().flatten().find(|method| method.path == path)
    }
}

impl Default for Methods {
    fn default() -> Self {
        Self(&[BASE])
    }
}
