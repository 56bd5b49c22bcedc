//! Populations from the rounds that the store has.

use domain::Violation;
use domain::ports::{ExperimentRecord, GenerationRecord, PortError};

use crate::core::Core;
use crate::planner;
use crate::planning::Population;
use crate::standing;
use crate::user_files::start;

/// The population that was told every round up to `current`, from what is `known` of it or from its beginning; none for a
/// design.
///
/// # Errors
/// If a store is away, or its rounds are not those of the specification.
pub(super) async fn told(
    core: &Core,
    record: &ExperimentRecord,
    current: &GenerationRecord,
    known: Option<Population>,
) -> Result<Option<Population>, PortError> {
    let population = match known {
        Some(population) => Some(population),
        None => begun(core, record).await?,
    };
    let Some(mut population) = population else { return Ok(None) };
    let course = record.course();
    for index in 0..=current.index {
        if course.round(index).is_none_or(|round| round < population.rounds()) {
            continue;
        }
        let generation =
            if index == current.index { current.clone() } else { core.store.generation(record.id, index).await? };
        let spec = record.spec.clone();
        population = planner::run(standing::episodes_scored(&generation), move || {
            population.tell(&spec, &generation).map_err(unplannable)?;
            Ok(population)
        })
        .await?;
    }
    Ok(Some(population))
}

/// The population before its first round, with what its checkpoint tells of rounds before it.
async fn begun(core: &Core, record: &ExperimentRecord) -> Result<Option<Population>, PortError> {
    let start = start(&record.spec, core.files.blobs.as_ref()).await?;
    let (spec, provenance) = (record.spec.clone(), record.provenance.clone());
    planner::run(start.as_ref().map_or(0, |start| start.episodes()), move || {
        let mut population = Population::new(&spec, start.as_ref()).map_err(unplannable)?;
        if let (Some(population), Some(start)) = (&mut population, &start) {
            population.recall(&spec, &provenance, start);
        }
        Ok(population)
    })
    .await
}

fn unplannable(found: Vec<Violation>) -> PortError {
    super::broken("the next generation cannot be planned", &found)
}
