//! What people ask of experiments, and the journal that keeps it.

use domain::extension::Extent;
use domain::journal::JournalEntry;
use domain::status::ExperimentStatus;

use super::BadMessage;
use crate::orchestrator::v1;

impl From<v1::StopMode> for ExperimentStatus {
    fn from(mode: v1::StopMode) -> Self {
        match mode {
            v1::StopMode::Unspecified | v1::StopMode::Drain => Self::Stopping,
            v1::StopMode::Now => Self::Stopped,
        }
    }
}

impl From<Extent> for v1::extend_experiment_request::Extent {
    fn from(extent: Extent) -> Self {
        match extent {
            Extent::Replicates(total) => Self::Replicates(total),
            Extent::Generations(total) => Self::Generations(total),
        }
    }
}

/// How far an experiment is to go.
///
/// # Errors
/// If it is not said.
pub fn extent(request: &v1::ExtendExperimentRequest) -> Result<Extent, BadMessage> {
    use v1::extend_experiment_request::Extent as Wanted;
    match request.extent {
        Some(Wanted::Replicates(total)) => Ok(Extent::Replicates(total)),
        Some(Wanted::Generations(total)) => Ok(Extent::Generations(total)),
        None => Err(BadMessage::new("extent", "neither `replicates` nor `generations` is given")),
    }
}

impl From<JournalEntry> for v1::JournalEntry {
    fn from(entry: JournalEntry) -> Self {
        Self {
            time_ms: entry.at_ms,
            action: entry.action.name().to_owned(),
            actor: entry.note.actor.to_string(),
            reason: entry.note.reason,
            detail: entry.detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_read_back_and_a_stop_drains_unless_told_otherwise() {
        for wanted in [Extent::Replicates(7), Extent::Generations(9)] {
            let request = v1::ExtendExperimentRequest { extent: Some(wanted.into()), ..Default::default() };
            assert_eq!(extent(&request), Ok(wanted));
        }
        assert!(extent(&v1::ExtendExperimentRequest::default()).is_err());
        assert_eq!(ExperimentStatus::from(v1::StopMode::default()), ExperimentStatus::Stopping);
        assert_eq!(ExperimentStatus::from(v1::StopMode::Now), ExperimentStatus::Stopped);
    }
}
