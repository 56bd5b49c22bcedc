//! Whether the summaries say what the ledger says: what `events verify` finds of every experiment.

use std::time::Duration;

use domain::ids::ExperimentId;
use domain::ports::PortResult;
use tokio::time::{Instant, sleep};

use crate::chaos::certificate::Summaries;
use crate::events::EventPorts;
use crate::events::report::{ExperimentReport, Report, Verdict};
use crate::events::verify::verify;

/// How long summaries may take: what a killed process had in hand comes again after half a minute.
pub(super) const CATCH_UP: Duration = Duration::from_secs(90);
/// Pause between two comparisons.
const LOOK: Duration = Duration::from_millis(500);

/// Compares ledger, stream and summaries of one experiment, once its events have come or do not until `until`.
pub(super) async fn compare(
    ports: &EventPorts,
    id: ExperimentId,
    until: Instant,
    summaries: &mut Summaries,
) -> PortResult<()> {
    let report = loop {
        match verify(ports, Some(id)).await {
            Ok(report) if report.verdict != Verdict::Waiting || Instant::now() > until => break report,
            Err(error) if Instant::now() > until => return Err(error),
            _ => sleep(LOOK).await,
        }
    };
    add(&report, summaries);
    Ok(())
}

fn add(report: &Report, summaries: &mut Summaries) {
    for experiment in &report.experiments {
        summaries.experiments += 1;
        summaries.events += experiment.events;
        summaries.projected += experiment.projected;
        if experiment.verdict() != Verdict::Agree {
            summaries.disagreements.push(disagreement(experiment));
        }
    }
}

/// What is wrong with an experiment, in a line.
fn disagreement(report: &ExperimentReport) -> String {
    let faults = report.faults();
    let mut told: Vec<_> = faults
        .iter()
        .filter(|(_, found)| found.count > 0)
        .map(|(what, found)| format!("{} {what}", found.count))
        .collect();
    let on_their_way = report.waiting + report.to_be_projected;
    if on_their_way > 0 {
        told.push(format!("{on_their_way} on their way"));
    }
    if told.is_empty() {
        told.push("the hash chains differ".to_owned());
    }
    format!("{}: {}", report.name, told.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::events::report::Named;

    use super::*;

    #[test]
    fn a_disagreement_says_what_is_wrong() {
        let mut report = ExperimentReport { name: "chaos".to_owned(), ..ExperimentReport::default() };
        report.ledger_chain = "other".to_owned();
        assert_eq!(disagreement(&report), "chaos: the hash chains differ");
        report.to_be_projected = 2;
        report.missing_in_projection = Named { count: 3, first: vec![] };
        assert_eq!(disagreement(&report), "chaos: 3 missing in the summaries, 2 on their way");
    }
}
