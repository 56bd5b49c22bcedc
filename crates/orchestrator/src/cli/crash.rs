//! Flags by which `chaos` tells a process at which moment to kill or stop itself. Nobody else needs them.

use clap::Args;
use runtime::crash::{self, Fault, Visit};

/// What this process does to itself.
#[derive(Debug, Args)]
pub(super) struct CrashArgs {
    /// Kill this process at the K-th visit to a crash point
    #[arg(long, value_name = "POINT:K", hide = true, global = true)]
    crash_at: Option<Visit>,
    /// Stop this process at the K-th visit to a crash point
    #[arg(long, value_name = "POINT:K", hide = true, global = true, conflicts_with = "crash_at")]
    freeze_at: Option<Visit>,
}

impl CrashArgs {
    /// Puts the flags into effect.
    pub(super) fn arm(&self) {
        let orders = [(self.crash_at, Fault::Kill), (self.freeze_at, Fault::Freeze)];
        for (visit, fault) in orders {
            if let Some(visit) = visit {
                tracing::warn!(%visit, ?fault, "this process will harm itself: chaos asked for it");
                crash::arm(visit, fault);
            }
        }
    }
}
