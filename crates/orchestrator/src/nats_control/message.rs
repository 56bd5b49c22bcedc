//! What a control message says.

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use domain::status::ExperimentStatus;
use serde_json::{Map, Value};

/// Longest message in bytes: a reason of the longest kind, and room.
const LONGEST: usize = 16 * 1024;
/// Longest name of a field that is repeated to the sender.
const SHOWN: usize = 40;

/// A control message. Its text is taken as it is; what it stands for is found out once its sender is known.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) experiment: String,
    pub(super) reason: String,
    pub(super) token: String,
    pub(super) mode: Option<String>,
}

impl Message {
    /// Reads a message. No error repeats a value of it: one of them is a secret.
    ///
    /// # Errors
    /// `Invalid` if it is not the JSON of a control message.
    pub(super) fn read(body: &[u8]) -> PortResult<Self> {
        if body.len() > LONGEST {
            return Err(invalid(format!("the message is longer than {LONGEST} bytes")));
        }
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
            return Err(invalid("the message is not a JSON object"));
        };
        let message = Self {
            experiment: text(&mut fields, "experiment_id")?.ok_or_else(|| invalid("`experiment_id` is missing"))?,
            reason: text(&mut fields, "reason")?.unwrap_or_default(),
            token: text(&mut fields, "token")?.unwrap_or_default(),
            mode: text(&mut fields, "mode")?,
        };
        match fields.keys().next() {
            None => Ok(message),
            Some(name) => {
                let name: String = name.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
                Err(invalid(format!("unknown field `{name}`: there are experiment_id, reason, token, mode")))
            }
        }
    }
}

/// A field that has to be text where it is given.
fn text(fields: &mut Map<String, Value>, name: &str) -> PortResult<Option<String>> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("`{name}` is not a text"))),
    }
}

/// What a message asks for: the last token of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Pause,
    Resume,
    Shutdown,
}

impl Verb {
    /// # Errors
    /// `Invalid` if nothing is called `text`.
    pub(super) fn read(text: &str) -> PortResult<Self> {
        match text {
            "pause" => Ok(Self::Pause),
            "resume" => Ok(Self::Resume),
            "shutdown" => Ok(Self::Shutdown),
            _ => Err(invalid("there are the control messages pause, resume and shutdown")),
        }
    }

    /// The status that is asked for.
    ///
    /// # Errors
    /// `Invalid` if there is no such mode, or it means nothing here.
    pub(super) fn status(self, mode: Option<&str>) -> PortResult<ExperimentStatus> {
        match (self, mode) {
            (Self::Pause, None) => Ok(ExperimentStatus::Paused),
            (Self::Resume, None) => Ok(ExperimentStatus::Running),
            (Self::Shutdown, None | Some("drain")) => Ok(ExperimentStatus::Stopping),
            (Self::Shutdown, Some("now")) => Ok(ExperimentStatus::Stopped),
            (Self::Shutdown, Some(_)) => Err(invalid("`mode` is `drain` or `now`")),
            (Self::Pause | Self::Resume, Some(_)) => Err(invalid("`mode` is for shutdown only")),
        }
    }
}

fn invalid(message: impl Into<String>) -> PortError {
    PortError::new(ErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_and_what_is_odd_is_refused_without_its_values() {
        let message = Message::read(br#"{"experiment_id":"e","token":"t","reason":"r","mode":"now"}"#).unwrap();
        let Message { experiment, reason, token, mode } = message;
        assert_eq!(
            (experiment.as_str(), reason.as_str(), token.as_str(), mode.as_deref()),
            ("e", "r", "t", Some("now"))
        );
        for body in [
            &b""[..],
            b"\xff\xfe",
            b"{",
            b"[]",
            b"null",
            br#"{"token":"s3cret"}"#,
            br#"{"experiment_id":"e","token":["s3cret"]}"#,
            br#"{"experiment_id":5,"token":"s3cret"}"#,
            br#"{"experiment_id":"e","token":"s3cret","tokn":"s3cret"}"#,
            &[b'['; 100_000],
            &[b'['; 10_000],
        ] {
            let error = Message::read(body).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid);
            assert!(!error.message.contains("s3cret") && error.message.len() < 200, "{}", error.message);
        }
    }

    #[test]
    fn a_shutdown_drains_unless_it_is_to_be_now() {
        let asked = |verb, mode| Verb::read(verb).and_then(|verb| verb.status(mode)).ok();
        assert_eq!(asked("pause", None), Some(ExperimentStatus::Paused));
        assert_eq!(asked("resume", None), Some(ExperimentStatus::Running));
        assert_eq!(asked("shutdown", None), Some(ExperimentStatus::Stopping));
        assert_eq!(asked("shutdown", Some("drain")), Some(ExperimentStatus::Stopping));
        assert_eq!(asked("shutdown", Some("now")), Some(ExperimentStatus::Stopped));
        for (verb, mode) in [("shutdown", Some("")), ("pause", Some("now")), ("stop", None), ("PAUSE", None)] {
            assert_eq!(asked(verb, mode), None, "{verb} {mode:?}");
        }
    }
}
