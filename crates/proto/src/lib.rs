//! The messages on the wire, how they become the words of [`domain`] and back, and how errors become statuses.
//!
//! The generated code under `gen/` is checked in; `tests/bootstrap.rs` regenerates and compares it.

pub mod convert;
pub mod events;
pub mod mask;
pub mod methods;
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

/// Package `claudoom.retrospection`.
pub mod retrospection {
    /// Version 1.
    #[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    pub mod v1 {
        include!("gen/claudoom.retrospection.v1.rs");
    }
}

/// The encoded descriptors of every package, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/claudoom.binpb");
