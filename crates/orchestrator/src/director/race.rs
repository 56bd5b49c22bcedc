//! Races: a generation is played look by look.

use domain::ids::Epoch;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, PortResult, RaceLook};

use crate::{planner, planning, standing};

/// Looks at the race of a generation of which all is scored that has a job, and stores what that comes to. True if some of
/// its members play on.
///
/// # Errors
/// If the store is away, or the term of `epoch` is over.
pub(super) async fn goes_on(
    store: &dyn ExperimentStore,
    epoch: Epoch,
    record: &ExperimentRecord,
    current: &GenerationRecord,
) -> PortResult<bool> {
    if record.spec.racing().is_none() {
        return Ok(false);
    }
    let (experiment, generation) = (record.clone(), current.clone());
    let look = move || Ok(planning::look(experiment.id, &experiment.course(), &generation));
    // Everybody is held against everybody else.
    let effort = standing::episodes_scored(current).saturating_mul(current.members.len() as u64);
    let look = planner::run(effort, look).await?.unwrap_or_default();
    if look == RaceLook::default() {
        return Ok(false);
    }
    store.advance_race(epoch, record.id, current.index, &look).await?;
    let (out, jobs) = (look.out.len(), look.jobs.len());
    tracing::debug!(experiment = %record.id, generation = current.index, out, jobs, "a race was looked at");
    Ok(jobs > 0)
}
