//! The messages on the wire, how they become the words of [`domain`] and back, and how errors become statuses.
//!
//! The generated code under `gen/` is checked in; `tests/bootstrap.rs` regenerates and compares it.

pub mod convert;
pub mod events;
pub mod mask;
pub mod metrics;
pub mod session;
pub mod status;

/// Package `claudoom.agent`.
pub mod agent {
    /// Version 1.
    #[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    pub mod v1 {
        include!("gen/claudoom.agent.v1.rs");
    }
}

/// Package `claudoom.orchestrator`.
pub mod orchestrator {
    /// Version 1.
    #[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    pub mod v1 {
        include!("gen/claudoom.orchestrator.v1.rs");
    }
}

/// Key of the metadata in which a caller says who it is, for the journal. Nobody checks it.
pub const USER_METADATA: &str = "claudoom-user";

/// The encoded descriptors of every package, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/claudoom.binpb");
