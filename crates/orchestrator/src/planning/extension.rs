//! More of an experiment, planned from how it stands.

use domain::ErrorKind;
use domain::course::Course;
use domain::experiment::MAX_EPISODES;
use domain::extension::{Extension, Extent};
use domain::journal::Note;
use domain::plan::{JobPlan, added_replicates};
use domain::ports::{ExperimentRecord, NewExtension, PortError, PortResult};
use domain::status::ExperimentStatus;

use super::{progress, vizdoom_seed};

/// What makes `record` go as far as `extent`; nothing if it goes just as far already.
///
/// # Errors
/// `FailedPrecondition` if it failed, was stopped or is being stopped; `Invalid` if it cannot go that far, or is of the
/// other kind.
pub fn extension(record: &ExperimentRecord, extent: Extent, note: &Note) -> PortResult<Option<NewExtension>> {
    check_status(record)?;
    let present = record.course();
    check_unit(record, present.extent(), extent)?;
    if extent == present.extent() {
        return Ok(None);
    }
    let extensions = moved(record, extent);
    let course = Course::of(&record.spec, &extensions);
    check_size(&course)?;
    Ok(Some(new_extension(record, &course, extent, note.clone())))
}

/// The extensions of `record` with one more, to `extent`.
pub(super) fn moved(record: &ExperimentRecord, extent: Extent) -> Vec<Extension> {
    let added = Extension { extent, generation: record.generation };
    record.extensions.iter().copied().chain([added]).collect()
}

/// What moves the end of `record` to `extent`, which makes `course` of it.
pub(super) fn new_extension(
    record: &ExperimentRecord,
    course: &Course<'_>,
    extent: Extent,
    note: Note,
) -> NewExtension {
    let present = record.course();
    // What races have saved so far stays saved.
    let saved = progress::in_all(&present).saturating_sub(record.episodes_planned);
    NewExtension {
        experiment: record.id,
        extent,
        from: present.extent(),
        generation: record.generation,
        jobs: jobs(record, course, present.replicates()),
        episodes_planned: progress::in_all(course).saturating_sub(saved),
        episodes_before: record.episodes_planned,
        note,
    }
}

fn jobs(record: &ExperimentRecord, course: &Course<'_>, from: u32) -> Vec<JobPlan> {
    let conditions = u32::try_from(progress::conditions(&record.spec)).unwrap_or(u32::MAX);
    added_replicates(record.id, &course.spec(), conditions, from, vizdoom_seed)
}

fn check_status(record: &ExperimentRecord) -> PortResult<()> {
    match record.status {
        ExperimentStatus::Running | ExperimentStatus::Paused | ExperimentStatus::Completed => Ok(()),
        status => {
            let message = format!("experiment {} is {status}: launch it anew with `launch --new`", record.id);
            Err(PortError::new(ErrorKind::FailedPrecondition, message))
        }
    }
}

/// Refuses what does not count upwards in the experiment's own unit.
fn check_unit(record: &ExperimentRecord, present: Extent, wanted: Extent) -> PortResult<()> {
    let id = record.id;
    match (present, wanted) {
        (Extent::Replicates(_), Extent::Generations(_)) => {
            Err(invalid(format!("experiment {id} is a design: it is extended by replicates, not by generations")))
        }
        (Extent::Generations(_), Extent::Replicates(_)) => {
            Err(invalid(format!("experiment {id} is an evolution: it is extended by generations, not by replicates")))
        }
        (Extent::Replicates(_), Extent::Replicates(_)) if record.spec.seeds.explicit.is_some() => {
            Err(invalid(format!("experiment {id} plays the seeds that its file lists: there are no others to add")))
        }
        (present, wanted) if wanted.total() < present.total() => {
            let (has, total) = (present, wanted.total());
            Err(invalid(format!("experiment {id} has {has} already, more than {total}: the number counts all of them")))
        }
        _ => Ok(()),
    }
}

/// The limits are those of a launch.
fn check_size(course: &Course<'_>) -> PortResult<()> {
    if let Some(violation) = course.spec().violations().into_iter().next() {
        return Err(invalid(format!("{}: {}", violation.path, violation.message)));
    }
    let episodes = progress::in_all(course);
    if episodes > MAX_EPISODES {
        return Err(invalid(format!("{episodes} episodes would be planned in all; at most {MAX_EPISODES} may be")));
    }
    Ok(())
}

fn invalid(message: String) -> PortError {
    PortError::new(ErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use domain::experiment::ExperimentSpec;
    use domain::journal::Actor;
    use testkit::builder;

    use super::*;

    fn record(spec: serde_json::Value) -> ExperimentRecord {
        let mut whole = serde_json::json!({
            "name": "t", "seed": 1, "scenario": { "name": "basic" }, "agent": { "policy": "aim" },
        });
        whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        let spec: ExperimentSpec = serde_json::from_value(whole).unwrap();
        ExperimentRecord { episodes_planned: super::super::planned(&spec), ..builder::record(spec) }
    }

    fn design() -> ExperimentRecord {
        record(serde_json::json!({
            "seeds": { "episodes": 10 },
            "design": { "factors": [{ "parameter": "agent.policy", "levels": ["aim", "random", "attack_only"] }] },
        }))
    }

    fn evolution() -> ExperimentRecord {
        record(serde_json::json!({
            "seeds": { "episodes": 5 }, "evolution": { "population": 4, "generations": 2, "confirmation": 6 },
        }))
    }

    fn extend(record: &ExperimentRecord, extent: Extent) -> PortResult<Option<NewExtension>> {
        extension(record, extent, &Note::new(Actor::new("ada"), "more"))
    }

    fn refusal(record: &ExperimentRecord, extent: Extent) -> (ErrorKind, String) {
        let error = extend(record, extent).unwrap_err();
        (error.kind, error.message)
    }

    #[test]
    fn added_replicates_make_the_plan_of_a_larger_design() {
        let (small, mut large) = (design(), design());
        large.spec.seeds.episodes = 25;

        let more = extend(&small, Extent::Replicates(25)).unwrap().unwrap();

        assert_eq!(more.episodes_planned, super::super::planned(&large.spec));
        let seeds = |jobs: &[JobPlan]| {
            let episodes = jobs.iter().flat_map(|job| job.episodes.iter().map(|e| (job.position, e.replicate, e.seed)));
            episodes.collect::<std::collections::BTreeSet<_>>()
        };
        let first = |record: &ExperimentRecord| super::super::first(record.id, &record.spec, None).unwrap().jobs;
        let parts: Vec<_> = first(&small).into_iter().chain(more.jobs).collect();
        assert_eq!(seeds(&parts), seeds(&first(&large)));
    }

    #[test]
    fn generations_are_planned_one_by_one_and_a_confirmation_is_played_again() {
        let mut record = evolution();
        let more = extend(&record, Extent::Generations(4)).unwrap().unwrap();
        assert_eq!((more.episodes_planned, more.jobs.len()), (4 * 4 * 5 + 2 * 6, 0));
        record.generation = 2;
        let more = extend(&record, Extent::Generations(4)).unwrap().unwrap();
        assert_eq!(more.episodes_planned, 4 * 4 * 5 + 2 * 2 * 6);
    }

    #[test]
    fn episodes_that_races_have_saved_are_not_planned_again() {
        let mut record = evolution();
        record.episodes_planned -= 3;
        let more = extend(&record, Extent::Generations(4)).unwrap().unwrap();
        assert_eq!((more.episodes_planned, more.episodes_before), (4 * 4 * 5 + 2 * 6 - 3, 2 * 4 * 5 + 2 * 6 - 3));
    }

    #[test]
    fn going_just_as_far_is_nothing_to_do() {
        assert!(extend(&design(), Extent::Replicates(10)).unwrap().is_none());
        assert!(extend(&evolution(), Extent::Generations(2)).unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        for (record, extent, part) in [
            (design(), Extent::Generations(9), "it is extended by replicates"),
            (evolution(), Extent::Replicates(9), "it is extended by generations"),
            (design(), Extent::Replicates(0), "has 10 replicates already"),
            (design(), Extent::Replicates(9), "the number counts all of them"),
            (design(), Extent::Replicates(1_000_001), "seeds.episodes"),
            (evolution(), Extent::Generations(10_001), "evolution.generations"),
        ] {
            let (kind, message) = refusal(&record, extent);
            assert!(kind == ErrorKind::Invalid && message.contains(part), "{message}");
        }
        let mut many = design();
        many.spec.design.as_mut().unwrap().factors[0].levels = (0..200).map(Into::into).collect();
        assert!(refusal(&many, Extent::Replicates(900_000)).1.contains("180000000 episodes"));
        let listed = record(serde_json::json!({ "seeds": { "explicit": [1, 2] }, "design": design().spec.design }));
        assert!(refusal(&listed, Extent::Replicates(9)).1.contains("the seeds that its file lists"));
    }

    #[test]
    fn what_was_ended_is_not_extended() {
        for status in [ExperimentStatus::Failed, ExperimentStatus::Stopping, ExperimentStatus::Stopped] {
            let record = ExperimentRecord { status, ..design() };
            let (kind, message) = refusal(&record, Extent::Replicates(20));
            assert!(kind == ErrorKind::FailedPrecondition && message.contains(status.name()), "{message}");
        }
    }
}
