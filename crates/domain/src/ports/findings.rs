//! Findings, kept beside the experiments that they rest on.

use async_trait::async_trait;

use super::{Page, PortResult};
use crate::finding::{Finding, NewFinding};
use crate::ids::{ExperimentId, FindingId};

/// Which findings to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    /// Only those that rest on this experiment.
    pub experiment: Option<ExperimentId>,
}

/// Keeps findings. Each is told with what its evidence is worth at that moment.
#[async_trait]
pub trait FindingStore: Send + Sync {
    /// Keeps a finding with its experiment's digest. Keeping it again changes nothing.
    ///
    /// # Errors
    /// `NotFound` if there is no such experiment; `FailedPrecondition` if it is not completed.
    async fn add_finding(&self, new: &NewFinding) -> PortResult<Finding>;

    /// One finding.
    ///
    /// # Errors
    /// `NotFound`.
    async fn finding(&self, id: FindingId) -> PortResult<Finding>;

    /// Findings, newest first, and where to go on.
    async fn findings(&self, filter: &FindingFilter, page: &Page) -> PortResult<(Vec<Finding>, Option<String>)>;
}
