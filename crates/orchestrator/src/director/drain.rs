//! Ends what is being stopped, once no job of it is in play any more. That a worker finished its job, gave it back or died
//! is all the same from here: the ledger says whether a lease still holds.

use domain::ports::PortResult;
use domain::status::ExperimentStatus;

use crate::core::{Core, in_status};

/// Looks at every experiment that is being stopped. May be done by several processes at once, and again.
pub(super) async fn look(core: &Core) -> PortResult<()> {
    for record in in_status(core.store.as_ref(), ExperimentStatus::Stopping).await? {
        if core.control.settle(record.id).await? == ExperimentStatus::Stopped {
            core.events.notify_one();
            tracing::info!(experiment = %record.id, "experiment stopped");
        }
    }
    Ok(())
}
