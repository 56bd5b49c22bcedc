//! Identifiers and units as types, so that a tick is never taken for a tic.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Namespace of every UUIDv5 that claudoom derives; an arbitrary constant that must never change.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x9f2b_3c55_6c0e_5b7d_8a51_0c1a_0d00_d001);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// An experiment. Derived from its specification and seed, so the same file is the same experiment.
    ExperimentId
);
uuid_id!(
    /// A job: a block of episodes of one member of one generation.
    JobId
);
uuid_id!(
    /// A finding; random, since two people may find the same.
    FindingId
);
uuid_id!(
    /// An event: UUIDv5 of experiment, kind, natural key and occurrence.
    EventId
);

impl ExperimentId {
    /// The id of the experiment with this canonical specification hash; `nonce` is empty unless a
    /// separate run of the same specification was asked for.
    #[must_use]
    pub fn derive(spec_hash: &[u8; 32], nonce: &str) -> Self {
        let mut name = b"experiment/v1".to_vec();
        name.extend_from_slice(spec_hash);
        name.extend_from_slice(nonce.as_bytes());
        Self(Uuid::new_v5(&NAMESPACE, &name))
    }
}

impl JobId {
    /// The id of the job that plays `first_replicate..` of a member of a generation.
    #[must_use]
    pub fn derive(experiment: ExperimentId, generation: u32, position: u32, first_replicate: u32) -> Self {
        let name = format!("job/v1/{experiment}/{generation}/{position}/{first_replicate}");
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

/// Name of an agent within a generation, also used as a subject token: `[A-Za-z0-9_-]`, 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentId(String);

/// A text that cannot be an [`AgentId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid name: use 1 to 64 of A-Z a-z 0-9 _ -")]
pub struct BadName(pub String);

impl AgentId {
    /// Longest allowed name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Makes a name from any text by replacing what is not allowed with `-`.
    #[must_use]
    pub fn slug(text: &str) -> Self {
        let mut slug: String = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' })
            .take(Self::MAX_LEN)
            .collect();
        if slug.is_empty() {
            slug.push('-');
        }
        Self(slug)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AgentId {
    type Error = BadName;
    fn try_from(text: String) -> Result<Self, BadName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.chars().all(allowed) {
            return Err(BadName(text));
        }
        Ok(Self(text))
    }
}

impl FromStr for AgentId {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        text.to_owned().try_into()
    }
}

impl From<AgentId> for String {
    fn from(id: AgentId) -> Self {
        id.0
    }
}

/// Number of a decision within an episode, from 0. One tick is `frame_skip` tics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TickNo(pub u32);

impl TickNo {
    /// The tick after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for TickNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number the engine seeds all its generators from; it decides the whole episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DoomSeed(pub u32);

impl fmt::Display for DoomSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of a claim on a job; a later claim has a higher number and fences the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fence(pub i64);

/// Number of a term of leadership; a later term has a higher number and fences what earlier leaders still plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub i64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slug_keeps_only_subject_token_characters() {
        assert_eq!(AgentId::slug("policy=burst 3.5").as_str(), "policy-burst-3-5");
        assert_eq!(AgentId::slug("").as_str(), "-");
        assert!("a.b".parse::<AgentId>().is_err());
        assert!("x".repeat(65).parse::<AgentId>().is_err());
    }

    #[test]
    fn ids_depend_on_every_part() {
        let a = ExperimentId::derive(&[1; 32], "");
        assert_eq!(a, ExperimentId::derive(&[1; 32], ""));
        assert_ne!(a, ExperimentId::derive(&[2; 32], ""));
        assert_ne!(a, ExperimentId::derive(&[1; 32], "again"));
        assert_ne!(JobId::derive(a, 0, 1, 0), JobId::derive(a, 1, 0, 0));
    }
}
