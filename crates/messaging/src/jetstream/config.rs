//! Where NATS is and how subjects and the stream are called.

use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};

/// Settings of the NATS adapters.
#[derive(Debug, Clone)]
pub struct NatsConfig {
    /// Servers, separated by commas, such as `nats://127.0.0.1:4222`.
    pub url: String,
    /// First token, or tokens, of every subject.
    pub prefix: String,
    /// Name of the stream that keeps the events.
    pub stream: String,
    /// How long the stream keeps an event, and for how long it recognises a repeated id.
    pub max_age: Duration,
    /// How many events may be sent before the first of them is acknowledged.
    pub in_flight: usize,
    /// How long to wait for an acknowledgement or an answer.
    pub ack_timeout: Duration,
}

impl NatsConfig {
    /// The documented names and settings, on the servers at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: "clau-doom".to_owned(),
            stream: "EXPERIMENTS".to_owned(),
            max_age: Duration::from_secs(24 * 60 * 60),
            in_flight: 64,
            ack_timeout: Duration::from_secs(5),
        }
    }

    /// The subjects the stream listens to.
    #[must_use]
    pub fn event_subjects(&self) -> String {
        self.event_subject(">")
    }

    /// The full subject of an event whose subject below the prefix is `tail`.
    #[must_use]
    pub fn event_subject(&self, tail: &str) -> String {
        format!("{}.experiment.{tail}", self.prefix)
    }

    /// The full subject of a metric whose subject below the prefix is `tail`.
    #[must_use]
    pub fn metric_subject(&self, tail: &str) -> String {
        format!("{}.metrics.{tail}", self.prefix)
    }

    /// The full subject of a control message whose subject below the prefix is `tail`.
    #[must_use]
    pub fn control_subject(&self, tail: &str) -> String {
        format!("{}.control.{tail}", self.prefix)
    }

    /// Refuses names that NATS could not use.
    pub(crate) fn check(&self) -> PortResult<()> {
        let token =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !self.prefix.split('.').all(token) {
            return Err(invalid(format!("`{}` is not a subject prefix: use A-Z a-z 0-9 _ - and dots", self.prefix)));
        }
        if !token(&self.stream) {
            return Err(invalid(format!("`{}` is not a stream name: use A-Z a-z 0-9 _ -", self.stream)));
        }
        if self.max_age < Duration::from_millis(100) || self.in_flight == 0 || self.ack_timeout.is_zero() {
            return Err(invalid("the stream's age, the window and the ack timeout must not be zero"));
        }
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> PortError {
    PortError::new(ErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_the_documented_ones() {
        let config = NatsConfig::new("nats://127.0.0.1:4222");

        assert_eq!(config.event_subjects(), "clau-doom.experiment.>");
        assert_eq!(config.event_subject("E.started"), "clau-doom.experiment.E.started");
        assert_eq!(config.metric_subject("agent.A"), "clau-doom.metrics.agent.A");
        assert_eq!(config.control_subject("pause"), "clau-doom.control.pause");
        assert!(config.check().is_ok());
    }

    #[test]
    fn names_with_wildcards_are_refused() {
        for prefix in ["", "a.*", "a..b", "a b", ">"] {
            let config = NatsConfig { prefix: prefix.to_owned(), ..NatsConfig::new("x") };
            assert_eq!(config.check().unwrap_err().kind, ErrorKind::Invalid, "{prefix}");
        }
        let config = NatsConfig { stream: "A.B".to_owned(), ..NatsConfig::new("x") };
        assert!(config.check().is_err());
    }
}
