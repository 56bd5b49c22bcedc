//! Where NATS is and how subjects and the stream are called.

use std::fmt;
use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use runtime::config::NatsLogin;
use runtime::tls::TlsFiles;

use crate::wire::without_credentials;

/// Settings of the NATS adapters.
#[derive(Clone)]
pub struct NatsConfig {
    /// Servers, separated by commas, such as `nats://127.0.0.1:4222`, or `tls://` to demand TLS.
    pub url: String,
    /// Files that secure the connection. Any of them demands TLS, with the right host name.
    pub tls: TlsFiles,
    /// Who we are, unless the URL says it.
    pub login: Option<NatsLogin>,
    /// First token, or tokens, of every subject.
    pub prefix: String,
    /// Name of the stream that keeps the events.
    pub stream: String,
    /// How long the stream keeps an event, and for how long it recognises a repeated id.
    pub max_age: Duration,
    /// How many bytes the stream holds at most; it is left as it is where nothing is said.
    pub max_bytes: Option<u64>,
    /// How many messages the stream holds at most; it is left as it is where nothing is said.
    pub max_messages: Option<u64>,
    /// Name of the durable consumer that makes summaries of events.
    pub consumer: String,
    /// How long that consumer waits for an answer before it delivers an event again.
    pub ack_wait: Duration,
    /// How many events that consumer delivers without an answer, to all processes together.
    pub max_unanswered: u32,
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
            tls: TlsFiles::default(),
            login: None,
            prefix: "clau-doom".to_owned(),
            stream: "EXPERIMENTS".to_owned(),
            max_age: Duration::from_secs(24 * 60 * 60),
            max_bytes: None,
            max_messages: None,
            consumer: "analytics-processor".to_owned(),
            ack_wait: Duration::from_secs(30),
            max_unanswered: 256,
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
        if !token(&self.consumer) {
            return Err(invalid(format!("`{}` is not a consumer's name: use A-Z a-z 0-9 _ -", self.consumer)));
        }
        if self.ack_wait.is_zero() || self.max_unanswered == 0 {
            return Err(invalid("the consumer's time for answers and its bound on unanswered events must not be zero"));
        }
        if self.max_age < Duration::from_millis(100) || self.in_flight == 0 || self.ack_timeout.is_zero() {
            return Err(invalid("the stream's age, the window and the ack timeout must not be zero"));
        }
        self.tls.check().map_err(|error| invalid(format!("TLS to NATS: {error}")))
    }

    /// The servers as they may be shown.
    pub(crate) fn shown(&self) -> String {
        self.servers().map(without_credentials).collect::<Vec<_>>().join(",")
    }

    pub(crate) fn servers(&self) -> impl Iterator<Item = &str> {
        self.url.split(',').map(str::trim)
    }
}

/// Shows no URL as it is, because a URL may hold a password.
impl fmt::Debug for NatsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsConfig")
            .field("servers", &self.shown())
            .field("tls", &self.tls)
            .field("prefix", &self.prefix)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
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
    fn secrets_are_not_shown() {
        let config = NatsConfig::new("nats://me:s3cret@a:4222, nats://t0ken@b:4222");

        assert_eq!(config.shown(), "nats://a:4222,nats://b:4222");
        assert!(!format!("{config:?}").contains("s3cret") && !format!("{config:?}").contains("t0ken"));
    }

    #[test]
    fn names_with_wildcards_are_refused() {
        for prefix in ["", "a.*", "a..b", "a b", ">"] {
            let config = NatsConfig { prefix: prefix.to_owned(), ..NatsConfig::new("x") };
            assert_eq!(config.check().unwrap_err().kind, ErrorKind::Invalid, "{prefix}");
        }
        let stream = NatsConfig { stream: "A.B".to_owned(), ..NatsConfig::new("x") };
        let consumer = NatsConfig { consumer: "a b".to_owned(), ..NatsConfig::new("x") };
        assert!(stream.check().is_err() && consumer.check().is_err());
    }
}
