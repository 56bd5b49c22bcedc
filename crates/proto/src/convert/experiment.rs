//! Experiments, generations and events as they are shown.

use domain::Violation;
use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, StoredEvent};
use domain::status::{ExperimentStatus, GenerationStatus};

use super::BadMessage;
use crate::agent::v1::FieldViolation;
use crate::orchestrator::v1;

impl From<&ExperimentRecord> for v1::Experiment {
    fn from(record: &ExperimentRecord) -> Self {
        let course = record.course();
        Self {
            id: record.id.to_string(),
            name: record.spec.name.clone(),
            description: record.spec.description.clone(),
            status: v1::ExperimentStatus::from(record.status).into(),
            reason: record.reason.clone().unwrap_or_default(),
            digest: record.digest.clone().unwrap_or_default(),
            generation: record.generation,
            episodes_planned: record.episodes_planned,
            episodes_scored: record.episodes_scored,
            created_at_ms: record.created_at_ms,
            ended_at_ms: record.ended_at_ms,
            spec_json: record.spec.canonical(),
            engine: record.provenance.engine.clone(),
            behaviour: record.provenance.behaviour.clone(),
            files: record.provenance.files.clone(),
            replicates: course.replicates(),
            generations_planned: course.rounds(),
            not_reproducible: record.spec.not_reproducible().unwrap_or_default().to_owned(),
        }
    }
}

/// The message of an event; `is_final` says that no other follows.
#[must_use]
pub fn event(event: StoredEvent, is_final: bool) -> v1::StreamEventsResponse {
    v1::StreamEventsResponse {
        sequence: event.sequence,
        event_id: event.record.id.to_string(),
        subject: event.record.subject,
        kind: event.record.kind,
        body: event.record.body,
        time_ms: event.record.recorded_at_ms,
        is_final,
    }
}

/// The message of something wrong (or odd, as `severity` says) that is not tied to a place in a file.
#[must_use]
pub fn violation(violation: Violation, severity: v1::violation::Severity) -> v1::Violation {
    v1::Violation {
        path: violation.path,
        message: violation.message,
        help: violation.help.unwrap_or_default(),
        severity: severity.into(),
        ..v1::Violation::default()
    }
}

impl From<Violation> for FieldViolation {
    fn from(violation: Violation) -> Self {
        Self { path: violation.path, message: violation.message, help: violation.help.unwrap_or_default() }
    }
}

impl From<FieldViolation> for Violation {
    fn from(message: FieldViolation) -> Self {
        let help = (!message.help.is_empty()).then_some(message.help);
        Self { path: message.path, message: message.message, help }
    }
}

impl From<ExperimentStatus> for v1::ExperimentStatus {
    fn from(status: ExperimentStatus) -> Self {
        match status {
            ExperimentStatus::Running => Self::Running,
            ExperimentStatus::Paused => Self::Paused,
            ExperimentStatus::Stopping => Self::Stopping,
            ExperimentStatus::Completed => Self::Completed,
            ExperimentStatus::Failed => Self::Failed,
            ExperimentStatus::Stopped => Self::Stopped,
        }
    }
}

impl TryFrom<v1::ExperimentStatus> for ExperimentStatus {
    type Error = BadMessage;

    fn try_from(status: v1::ExperimentStatus) -> Result<Self, BadMessage> {
        match status {
            v1::ExperimentStatus::Unspecified => Err(BadMessage::new("status", "must be given")),
            v1::ExperimentStatus::Running => Ok(Self::Running),
            v1::ExperimentStatus::Paused => Ok(Self::Paused),
            v1::ExperimentStatus::Stopping => Ok(Self::Stopping),
            v1::ExperimentStatus::Completed => Ok(Self::Completed),
            v1::ExperimentStatus::Failed => Ok(Self::Failed),
            v1::ExperimentStatus::Stopped => Ok(Self::Stopped),
        }
    }
}

impl From<GenerationStatus> for v1::GenerationStatus {
    fn from(status: GenerationStatus) -> Self {
        match status {
            GenerationStatus::Running => Self::Running,
            GenerationStatus::Completed => Self::Completed,
        }
    }
}

impl From<Purpose> for v1::GenerationPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Design => Self::Design,
            Purpose::Statistics => Self::Statistics,
            Purpose::Evolution => Self::Evolution,
            Purpose::Confirmation => Self::Confirmation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_read_back() {
        for &status in ExperimentStatus::ALL {
            assert_eq!(ExperimentStatus::try_from(v1::ExperimentStatus::from(status)), Ok(status));
        }
        assert!(ExperimentStatus::try_from(v1::ExperimentStatus::Unspecified).is_err());
    }

    #[test]
    fn violations_keep_their_help() {
        for violation in [Violation::new("a", "b"), Violation::new("a", "b").with_help("c")] {
            assert_eq!(Violation::from(FieldViolation::from(violation.clone())), violation);
        }
    }
}
