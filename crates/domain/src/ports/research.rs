//! Research sessions: small states that live as long as somebody uses them.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::PortResult;

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResearchRecord {
    /// Its id.
    pub id: Uuid,
    /// Grows with every change.
    pub version: i64,
    /// What it holds, as its owner writes it.
    pub state: String,
    /// Milliseconds since 1970 when it was last used, by the store's clock.
    pub used_at_ms: i64,
}

/// Keeps research sessions. One that was not used for the time that it may be idle is gone.
#[async_trait]
pub trait ResearchStore: Send + Sync {
    /// Keeps a new session.
    async fn open(&self, id: Uuid, state: &str) -> PortResult<ResearchRecord>;

    /// A session, which counts as used now. Removes those that were idle for longer than `idle`.
    ///
    /// # Errors
    /// `NotFound` if there is none, or no longer.
    async fn use_session(&self, id: Uuid, idle: Duration) -> PortResult<ResearchRecord>;

    /// Replaces the state of a session that is still at `version`; false if it is not.
    ///
    /// # Errors
    /// `NotFound`.
    async fn replace(&self, id: Uuid, version: i64, state: &str) -> PortResult<bool>;

    /// Removes a session; false if there was none.
    async fn close(&self, id: Uuid) -> PortResult<bool>;
}
