//! The claims of a certificate.

use super::{Certificate, Check};
use crate::chaos::sweep::Outcome;

/// Every claim that the run can be held to. What was not done is not claimed.
pub(super) fn all(run: &Certificate) -> Vec<Check> {
    let mut checks = vec![ended(run), digests(run)];
    checks.extend(rows(run));
    checks.extend(fences(run));
    checks.extend(events(run));
    checks.push(summaries(run));
    checks.push(faults(run));
    checks.extend(points(run));
    checks.extend(left(run));
    checks
}

fn check(claim: &'static str, holds: bool, found: impl Into<String>) -> Check {
    Check { claim, holds, found: found.into() }
}

fn none(claim: &'static str, count: u64) -> Check {
    check(claim, count == 0, count.to_string())
}

fn ended(run: &Certificate) -> Check {
    let completed = run.laps.iter().filter(|lap| lap.status == "completed").count();
    let holds = run.unfinished.is_none() && completed == run.laps.len() && completed > 0;
    let found = match &run.unfinished {
        Some(why) => why.clone(),
        None => format!("{completed} of {}", run.laps.len()),
    };
    check("every experiment was completed", holds, found)
}

fn digests(run: &Certificate) -> Check {
    let claim = "every digest is that of the calm run";
    let Some(calm) = &run.calm.digest else { return check(claim, false, "the calm run has none") };
    let digests: Vec<_> = run.laps.iter().map(|lap| &lap.digest).chain(&run.calm.embedded).collect();
    let equal = digests.iter().filter(|digest| digest.as_ref() == Some(calm)).count();
    check(claim, equal == digests.len() && equal > 0, format!("{equal} of {}", digests.len()))
}

fn rows(run: &Certificate) -> Vec<Check> {
    let rows = &run.rows;
    let found = format!("{} of {}", rows.scored, rows.planned);
    vec![
        check("every planned episode has one score", rows.scored == rows.planned && rows.planned > 0, found),
        none("no score is lost", rows.lost),
        none("no score is there twice", rows.duplicated),
        none("no job is open", rows.unfinished_jobs),
        none("no score was measured twice with different values", rows.divergences),
    ]
}

fn fences(run: &Certificate) -> Vec<Check> {
    let mut checks = vec![
        none("no two claims of a job have the same fence", run.rows.reused_fences),
        none("no score was written by a claim after a later one", run.rows.late_scores),
    ];
    if !run.frozen_points.is_empty() {
        let unrefused: Vec<_> = run
            .frozen_points
            .iter()
            .filter(|point| point.outcome == Outcome::Unrefused)
            .map(|point| point.point)
            .collect();
        let found = match unrefused.as_slice() {
            [] => format!("{} writes refused", run.refused()),
            points => format!("not at {}", points.join(", ")),
        };
        let holds = unrefused.is_empty() && run.refused() > 0;
        checks.push(check("what holders wrote after their time was refused", holds, found));
    }
    let harassed = run.faults.iter().any(|done| done.fault == "freeze" || ["worker", "leader"].contains(&done.kind));
    if harassed {
        checks.push(check("others took over", run.takeovers() > 0, run.takeovers().to_string()));
    }
    checks
}

fn events(run: &Certificate) -> Vec<Check> {
    let events = &run.events;
    let found = format!("{} of {}", events.published - events.repeated - events.strange, events.recorded);
    let whole = events.missing == 0 && events.recorded > 0;
    vec![
        check("the stream has every event of the ledger", whole, found),
        none("no event is in the stream twice", events.repeated),
        none("no message is in the stream that the ledger does not know", events.strange),
        none("no event waits to be published", events.unpublished),
    ]
}

fn summaries(run: &Certificate) -> Check {
    let summaries = &run.summaries;
    let whole = summaries.projected == summaries.events && summaries.events > 0;
    let found = match summaries.disagreements.as_slice() {
        [] => {
            format!("{} of {} events of {} experiments", summaries.projected, summaries.events, summaries.experiments)
        }
        disagreements => disagreements.join("; "),
    };
    check("ledger, stream and summaries say the same", whole && summaries.disagreements.is_empty(), found)
}

fn faults(run: &Certificate) -> Check {
    let found = format!("{} of {}", run.kills(), run.kills_asked);
    check("every kill hit a process while an experiment was played", run.kills() == u64::from(run.kills_asked), found)
}

fn points(run: &Certificate) -> Option<Check> {
    let missed: Vec<_> =
        run.points.iter().filter(|hit| !hit.hit).map(|hit| format!("{} ({})", hit.point, hit.on)).collect();
    let found = if missed.is_empty() { run.points.len().to_string() } else { format!("missed: {}", missed.join(", ")) };
    (!run.points.is_empty()).then(|| check("a process died at every crash point", missed.is_empty(), found))
}

fn left(run: &Certificate) -> Vec<Check> {
    let left = &run.left;
    let names = |names: &[String]| if names.is_empty() { "0".to_owned() } else { names.join(", ") };
    let pids: Vec<_> = left.processes.iter().map(u32::to_string).collect();
    vec![
        check("no process outlived the run", pids.is_empty(), names(&pids)),
        check("every process ended when it was asked to", left.deaf.is_empty(), names(&left.deaf)),
        check("nothing is left in shared memory", left.shared_memory.is_empty(), names(&left.shared_memory)),
        check("nothing is left among temporary files", left.temporary.is_empty(), names(&left.temporary)),
    ]
}
