//! Checkpoints that an evolution asks for.

use domain::ErrorKind;
use domain::handed::Handed;
use domain::ports::{ExperimentRecord, GenerationRecord, PortResult};

use super::school;
use crate::core::Core;

/// Keeps the checkpoint after `current`, which is complete, if one is due. `handed` is what the generation that follows is
/// handed. A checkpoint that is too large to be kept is left out: the search does not depend on it.
///
/// # Errors
/// If a store is away.
pub(super) async fn keep(
    core: &Core,
    record: &ExperimentRecord,
    current: &GenerationRecord,
    handed: &Handed,
) -> PortResult<()> {
    let handed = match due(record, current.index) {
        None => return Ok(()),
        Some(Due::Between) => handed.clone(),
        Some(Due::AtTheEnd) => school::taught(core, record, current).await?,
    };
    match core.keep_checkpoint(record, current.index, handed).await {
        Err(error) if error.kind == ErrorKind::Invalid => {
            let (id, generation) = (record.id, current.index);
            tracing::warn!(experiment = %id, generation, %error, "no checkpoint is kept");
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Whether a checkpoint is due after a generation.
pub(super) fn is_due(record: &ExperimentRecord, index: u32) -> bool {
    due(record, index).is_some()
}

/// Why a checkpoint is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// So many generations were played, and another follows.
    Between,
    /// It is the last one before a confirmation, or of all.
    AtTheEnd,
}

fn due(record: &ExperimentRecord, index: u32) -> Option<Due> {
    let every = record.spec.evolution.as_ref()?.checkpoint?;
    let course = record.course();
    course.round(index)?;
    if course.round(index + 1).is_none() {
        return Some(Due::AtTheEnd);
    }
    course.counted_through(index).0.is_multiple_of(every).then_some(Due::Between)
}

#[cfg(test)]
mod tests {
    use domain::experiment::EvolutionSpec;
    use domain::extension::{Extension, Extent};
    use testkit::builder;

    use super::*;

    fn record(checkpoint: Option<u32>) -> ExperimentRecord {
        let mut spec = builder::spec(1);
        spec.design = None;
        spec.evolution = Some(EvolutionSpec { generations: 5, checkpoint, ..EvolutionSpec::default() });
        builder::record(spec)
    }

    fn all(record: &ExperimentRecord) -> Vec<(u32, Due)> {
        (0..9).filter_map(|index| Some((index, due(record, index)?))).collect()
    }

    #[test]
    fn one_is_due_after_so_many_generations_and_at_every_end() {
        assert_eq!(all(&record(None)), []);
        assert_eq!(all(&record(Some(2))), [(1, Due::Between), (3, Due::Between), (4, Due::AtTheEnd)]);
        assert_eq!(all(&record(Some(9))), [(4, Due::AtTheEnd)]);
        let mut extended = record(Some(3));
        extended.extensions = vec![Extension { extent: Extent::Generations(7), generation: 5 }];
        assert_eq!(all(&extended), [(2, Due::Between), (4, Due::AtTheEnd), (6, Due::Between), (7, Due::AtTheEnd)]);
    }
}
