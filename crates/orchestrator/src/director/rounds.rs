//! Populations from the rounds that the store has.

use domain::Violation;
use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, PortError};

use crate::planner;
use crate::planning::Population;
use crate::standing;

/// The population that was told every round up to `current`, from what is `known` of it or from its beginning; none for a
/// design.
///
/// # Errors
/// If the store is away, or its rounds are not those of the specification.
pub(super) async fn told(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    current: &GenerationRecord,
    known: Option<Population>,
) -> Result<Option<Population>, PortError> {
    let Some(mut population) =
        known.map_or_else(|| Population::new(&record.spec).map_err(unplannable), |p| Ok(Some(p)))?
    else {
        return Ok(None);
    };
    let course = record.course();
    for index in 0..=current.index {
        let Some(stage) = course.stage(index) else { break };
        if stage.purpose != Purpose::Evolution || stage.round < population.rounds() {
            continue;
        }
        let generation =
            if index == current.index { current.clone() } else { store.generation(record.id, index).await? };
        let spec = record.spec.clone();
        population = planner::run(standing::episodes_scored(&generation), move || {
            population.tell(&spec, &generation).map_err(unplannable)?;
            Ok(population)
        })
        .await?;
    }
    Ok(Some(population))
}

fn unplannable(found: Vec<Violation>) -> PortError {
    super::broken("the next generation cannot be planned", &found)
}
