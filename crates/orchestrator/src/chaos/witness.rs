//! Who says what happened: the ledger.

use std::sync::Arc;

use domain::ids::ExperimentId;
use domain::ports::{ExperimentStore, Leadership, LedgerAudit, PortResult};

use super::certificate::Terms;
use super::faults;
use crate::events::EventPorts;

/// More terms than a run can have.
const TERMS: u32 = 100_000;

/// The ledger as a witness.
pub struct Witness {
    /// Experiments and their scores.
    pub store: Arc<dyn ExperimentStore>,
    /// What the rows add up to.
    pub audit: Arc<dyn LedgerAudit>,
    /// Who leads.
    pub leadership: Arc<dyn Leadership>,
    /// Events, and the summaries that are made of them; without the stream.
    pub events: EventPorts,
}

impl Witness {
    /// Process id of the orchestrator that leads now; nothing if nobody does or the ledger does not answer.
    pub async fn leader_pid(&self) -> Option<u32> {
        let leader = self.leadership.leader().await.ok()??;
        if leader.lease_left.is_zero() { None } else { faults::process(&leader.name) }
    }

    /// Terms of leadership.
    ///
    /// # Errors
    /// If the ledger does not answer.
    pub async fn terms(&self) -> PortResult<Terms> {
        let terms = self.leadership.terms(TERMS).await?;
        let refused = terms.iter().map(|term| term.fenced_writes).sum();
        Ok(Terms { takeovers: (terms.len() as u64).saturating_sub(1), refused })
    }

    /// Planning writes that were refused because their term was over.
    pub async fn refused_plans(&self) -> u64 {
        self.terms().await.map_or(0, |terms| terms.refused)
    }

    /// Writes of lapsed claims that were refused, in all of these experiments.
    pub async fn refused_scores(&self, experiments: &[(String, ExperimentId)]) -> u64 {
        let mut refused = 0;
        for (_, id) in experiments {
            refused += self.audit.audit(*id).await.map_or(0, |audit| audit.refused);
        }
        refused
    }
}
