//! Events as they are stored and published: JSON of the `claudoom.events.v1` messages.

mod decode;

use domain::event::{EncodedEvent, Event, EventEncoder, Fact};
use domain::extension::Extent;
use domain::plan::Purpose;
use serde::Serialize;

pub use decode::{BadEvent, decode};

/// Version 1 of the messages.
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
pub mod v1 {
    include!("gen/claudoom.events.v1.rs");
}

/// Package of the event messages, the first part of a CloudEvents type.
pub const PACKAGE: &str = "claudoom.events.v1";

/// Most bytes of a name, a reason or an error in an event. What somebody wrote must not make an event that no stream
/// takes: NATS takes a megabyte, and the whole text is in the ledger.
const LONGEST_TEXT: usize = 16 * 1024;

/// Encodes events as JSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct Encoder;

impl EventEncoder for Encoder {
    fn encode(&self, event: &Event) -> EncodedEvent {
        let (name, body) = encode(event);
        EncodedEvent { kind: format!("{PACKAGE}.{name}"), body }
    }
}

fn metadata(event: &Event) -> Option<v1::Metadata> {
    Some(v1::Metadata {
        event_id: event.id().to_string(),
        experiment_id: event.experiment.to_string(),
        occurrence: event.occurrence,
        subject: event.subject(),
    })
}

/// The message's name and its JSON.
fn encode(event: &Event) -> (&'static str, String) {
    let metadata = metadata(event);
    match shortened(event.fact.clone()) {
        Fact::ExperimentStarted { name, episodes } => {
            ("ExperimentStarted", json(&v1::ExperimentStarted { metadata, name, episodes }))
        }
        Fact::ExperimentCompleted { digest, episodes } => {
            ("ExperimentCompleted", json(&v1::ExperimentCompleted { metadata, digest, episodes }))
        }
        Fact::ExperimentFailed { reason } => ("ExperimentFailed", json(&v1::ExperimentFailed { metadata, reason })),
        Fact::ExperimentPaused { reason } => ("ExperimentPaused", json(&v1::ExperimentPaused { metadata, reason })),
        Fact::ExperimentResumed { reason } => ("ExperimentResumed", json(&v1::ExperimentResumed { metadata, reason })),
        Fact::ExperimentStopped { reason } => ("ExperimentStopped", json(&v1::ExperimentStopped { metadata, reason })),
        Fact::ExperimentExtended { extent, episodes, reason } => {
            let (replicates, generations) = match extent {
                Extent::Replicates(total) => (total, 0),
                Extent::Generations(total) => (0, total),
            };
            let message = v1::ExperimentExtended { metadata, replicates, generations, episodes, reason };
            ("ExperimentExtended", json(&message))
        }
        Fact::GenerationStarted { generation, purpose, agents, episodes } => {
            let purpose = purpose_name(purpose);
            ("GenerationStarted", json(&v1::GenerationStarted { metadata, generation, agents, episodes, purpose }))
        }
        Fact::GenerationCompleted { generation, purpose, best_agent, best_fitness, mean_fitness, episodes } => {
            let (best_agent, purpose) = (best_agent.to_string(), purpose_name(purpose));
            let message = v1::GenerationCompleted {
                metadata,
                generation,
                best_agent,
                best_fitness,
                mean_fitness,
                episodes,
                purpose,
            };
            ("GenerationCompleted", json(&message))
        }
        Fact::AgentEvaluated { generation, purpose, agent, position, fitness, kills, episodes } => {
            let (agent, purpose) = (agent.to_string(), purpose_name(purpose));
            let message =
                v1::AgentEvaluated { metadata, generation, agent, position, fitness, kills, episodes, purpose };
            ("AgentEvaluated", json(&message))
        }
        Fact::AgentError { generation, agent, message } => {
            ("AgentError", json(&v1::AgentError { metadata, generation, agent: agent.to_string(), message }))
        }
    }
}

/// Empty where it is not known.
pub(crate) fn purpose_name(purpose: Option<Purpose>) -> String {
    purpose.map(Purpose::name).unwrap_or_default().to_owned()
}

/// The same fact with texts that are not too long.
fn shortened(mut fact: Fact) -> Fact {
    match &mut fact {
        Fact::ExperimentStarted { name: text, .. }
        | Fact::ExperimentFailed { reason: text }
        | Fact::ExperimentPaused { reason: text }
        | Fact::ExperimentResumed { reason: text }
        | Fact::ExperimentStopped { reason: text }
        | Fact::ExperimentExtended { reason: text, .. }
        | Fact::AgentError { message: text, .. } => shorten(text),
        Fact::ExperimentCompleted { .. }
        | Fact::GenerationStarted { .. }
        | Fact::GenerationCompleted { .. }
        | Fact::AgentEvaluated { .. } => {}
    }
    fact
}

fn shorten(text: &mut String) {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push('…');
    }
}

pub(crate) fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("event messages have only string keys")
}

#[cfg(test)]
mod tests {
    use domain::ids::{AgentId, ExperimentId};
    use serde_json::Value;

    use super::*;

    fn encoded(fact: Fact) -> (Event, EncodedEvent) {
        let event = Event::once(ExperimentId(uuid::Uuid::nil()), fact);
        let encoded = Encoder.encode(&event);
        (event, encoded)
    }

    fn body(encoded: &EncodedEvent) -> Value {
        serde_json::from_str(&encoded.body).unwrap()
    }

    #[test]
    fn bodies_are_camel_case_and_carry_their_metadata() {
        let agent = AgentId::slug("g1-a2");
        let fact = Fact::AgentEvaluated {
            generation: 1,
            purpose: Some(Purpose::Statistics),
            agent,
            position: 2,
            fitness: 3.5,
            kills: 4.0,
            episodes: 10,
        };

        let (event, encoded) = encoded(fact);

        let body = body(&encoded);
        assert_eq!(encoded.kind, "claudoom.events.v1.AgentEvaluated");
        assert_eq!(body["metadata"]["eventId"], event.id().to_string());
        assert_eq!(body["metadata"]["experimentId"], event.experiment.to_string());
        assert_eq!(body["metadata"]["subject"], event.subject());
        assert_eq!((&body["agent"], &body["fitness"]), (&"g1-a2".into(), &3.5.into()));
        assert_eq!(body["purpose"], "statistics");
    }

    #[test]
    fn generations_name_their_best_agent() {
        let best_agent = AgentId::slug("b");
        let fact = Fact::GenerationCompleted {
            generation: 0,
            purpose: None,
            best_agent,
            best_fitness: 2.0,
            mean_fitness: 1.0,
            episodes: 4,
        };

        let (_, encoded) = encoded(fact);

        let body = body(&encoded);
        assert_eq!(encoded.kind, "claudoom.events.v1.GenerationCompleted");
        assert_eq!((&body["bestAgent"], &body["meanFitness"]), (&"b".into(), &1.0.into()));
    }

    #[test]
    fn no_text_makes_an_event_too_large() {
        let (_, encoded) = encoded(Fact::ExperimentPaused { reason: "\u{0}ä".repeat(1 << 20) });
        assert!(encoded.body.len() < 200 << 10, "{}", encoded.body.len());
    }

    #[test]
    fn an_extension_says_in_which_unit_it_is() {
        let told = |extent| {
            let (_, encoded) = encoded(Fact::ExperimentExtended { extent, episodes: 40, reason: "why".into() });
            assert_eq!(encoded.kind, "claudoom.events.v1.ExperimentExtended");
            let body = body(&encoded);
            assert_eq!((&body["episodes"], &body["reason"]), (&40.into(), &"why".into()));
            (body["replicates"].as_u64(), body["generations"].as_u64())
        };
        assert_eq!(told(Extent::Replicates(20)), (Some(20), Some(0)));
        assert_eq!(told(Extent::Generations(8)), (Some(0), Some(8)));
    }

    #[test]
    fn a_body_reads_back_as_its_message() {
        let (event, encoded) = encoded(Fact::ExperimentFailed { reason: "no \"engine\"".into() });
        let message: v1::ExperimentFailed = serde_json::from_str(&encoded.body).unwrap();
        assert_eq!(message.reason, "no \"engine\"");
        assert_eq!(message.metadata.map(|m| m.event_id), Some(event.id().to_string()));
    }
}
