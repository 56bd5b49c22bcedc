//! Published events back to what they say.

use domain::event::{Event, EventRecord, Fact};
use domain::extension::Extent;
use domain::ids::AgentId;
use domain::plan::Purpose;
use serde::de::DeserializeOwned;

use super::{PACKAGE, v1};

/// Why nothing can be made of an event.
#[derive(Debug, thiserror::Error)]
pub enum BadEvent {
    /// There is no event of this type.
    #[error("there is no event of the type `{0}`")]
    Kind(String),
    /// The body is not JSON of the event's message.
    #[error("the body is not a `{kind}`")]
    Body {
        /// The event's type.
        kind: String,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// Body and headers tell of different events.
    #[error("the body tells of another event than the message: its {0} differs")]
    Contradiction(&'static str),
    /// An agent has a name that none can have.
    #[error("the body names an agent `{0}`, which is not a name")]
    Agent(String),
}

/// What an event says. Its id, experiment and subject must be those that follow from it.
///
/// # Errors
/// [`BadEvent`] if it is not one of this version's events.
pub fn decode(record: &EventRecord) -> Result<Event, BadEvent> {
    let name = record.kind.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('.'));
    let unknown = || BadEvent::Kind(record.kind.clone());
    let (metadata, fact) = fact(record, name.ok_or_else(unknown)?)?.ok_or_else(unknown)?;
    let metadata = metadata.ok_or(BadEvent::Contradiction("metadata"))?;
    let event = Event { experiment: record.experiment, occurrence: metadata.occurrence, fact };
    let id = record.id.to_string();
    let claims = [
        ("experiment", metadata.experiment_id == record.experiment.to_string()),
        ("subject", metadata.subject == record.subject && event.subject() == record.subject),
        ("id", metadata.event_id == id && event.id() == record.id),
    ];
    match claims.iter().find(|(_, holds)| !holds) {
        Some((what, _)) => Err(BadEvent::Contradiction(what)),
        None => Ok(event),
    }
}

type Said = (Option<v1::Metadata>, Fact);

/// The body of an event, whose type has the short name `name`; absent if there is no such type.
fn fact(record: &EventRecord, name: &str) -> Result<Option<Said>, BadEvent> {
    Ok(Some(match name {
        "ExperimentStarted" => {
            let v1::ExperimentStarted { metadata, name, episodes } = body(record)?;
            (metadata, Fact::ExperimentStarted { name, episodes })
        }
        "ExperimentCompleted" => {
            let v1::ExperimentCompleted { metadata, digest, episodes } = body(record)?;
            (metadata, Fact::ExperimentCompleted { digest, episodes })
        }
        "ExperimentFailed" => {
            let v1::ExperimentFailed { metadata, reason } = body(record)?;
            (metadata, Fact::ExperimentFailed { reason })
        }
        "ExperimentPaused" => {
            let v1::ExperimentPaused { metadata, reason } = body(record)?;
            (metadata, Fact::ExperimentPaused { reason })
        }
        "ExperimentResumed" => {
            let v1::ExperimentResumed { metadata, reason } = body(record)?;
            (metadata, Fact::ExperimentResumed { reason })
        }
        "ExperimentStopped" => {
            let v1::ExperimentStopped { metadata, reason } = body(record)?;
            (metadata, Fact::ExperimentStopped { reason })
        }
        "ExperimentExtended" => {
            let v1::ExperimentExtended { metadata, replicates, generations, episodes, reason } = body(record)?;
            let extent = match replicates {
                0 => Extent::Generations(generations),
                replicates => Extent::Replicates(replicates),
            };
            (metadata, Fact::ExperimentExtended { extent, episodes, reason })
        }
        "GenerationStarted" => {
            let v1::GenerationStarted { metadata, generation, agents, episodes, purpose } = body(record)?;
            let purpose = Purpose::named(&purpose);
            (metadata, Fact::GenerationStarted { generation, purpose, agents, episodes })
        }
        "GenerationCompleted" => {
            let v1::GenerationCompleted {
                metadata,
                generation,
                best_agent,
                best_fitness,
                mean_fitness,
                episodes,
                purpose,
            } = body(record)?;
            let (best_agent, purpose) = (agent_id(best_agent)?, Purpose::named(&purpose));
            let fact =
                Fact::GenerationCompleted { generation, purpose, best_agent, best_fitness, mean_fitness, episodes };
            (metadata, fact)
        }
        "AgentEvaluated" => {
            let v1::AgentEvaluated { metadata, generation, agent, position, fitness, kills, episodes, purpose } =
                body(record)?;
            let (agent, purpose) = (agent_id(agent)?, Purpose::named(&purpose));
            (metadata, Fact::AgentEvaluated { generation, purpose, agent, position, fitness, kills, episodes })
        }
        "AgentError" => {
            let v1::AgentError { metadata, generation, agent, message } = body(record)?;
            (metadata, Fact::AgentError { generation, agent: agent_id(agent)?, message })
        }
        _ => return Ok(None),
    }))
}

fn body<T: DeserializeOwned>(record: &EventRecord) -> Result<T, BadEvent> {
    serde_json::from_str(&record.body).map_err(|cause| BadEvent::Body { kind: record.kind.clone(), cause })
}

fn agent_id(name: String) -> Result<AgentId, BadEvent> {
    name.try_into().map_err(|domain::ids::BadName(name)| BadEvent::Agent(name))
}

#[cfg(test)]
mod tests {
    use domain::event::{EncodedEvent, EventEncoder as _};
    use domain::ids::ExperimentId;
    use uuid::Uuid;

    use super::*;
    use crate::events::Encoder;

    fn record(event: &Event) -> EventRecord {
        let EncodedEvent { kind, body } = Encoder.encode(event);
        EventRecord {
            id: event.id(),
            experiment: event.experiment,
            sequence: Some(1),
            subject: event.subject(),
            kind,
            body,
            recorded_at_ms: 0,
            traceparent: None,
            republished: 0,
        }
    }

    fn every_fact() -> Vec<Fact> {
        let agent = AgentId::slug("g1-a2");
        let reason = || "because of \"it\"".to_owned();
        vec![
            Fact::ExperimentStarted { name: "e".into(), episodes: u64::MAX },
            Fact::ExperimentCompleted { digest: "00ff".into(), episodes: 1 },
            Fact::ExperimentFailed { reason: reason() },
            Fact::ExperimentPaused { reason: reason() },
            Fact::ExperimentResumed { reason: String::new() },
            Fact::ExperimentStopped { reason: reason() },
            Fact::ExperimentExtended { extent: Extent::Replicates(7), episodes: 9, reason: reason() },
            Fact::ExperimentExtended { extent: Extent::Generations(7), episodes: 9, reason: reason() },
            Fact::GenerationStarted { generation: 1, purpose: Some(Purpose::Design), agents: 2, episodes: 3 },
            Fact::GenerationCompleted {
                generation: u32::MAX,
                purpose: None,
                best_agent: agent.clone(),
                best_fitness: 0.1 + 0.2,
                mean_fitness: 31.245270191439438,
                episodes: 3,
            },
            Fact::AgentEvaluated {
                generation: 0,
                purpose: Some(Purpose::Evolution),
                agent: agent.clone(),
                position: 7,
                fitness: 1.0 / 3.0,
                kills: -1e-310,
                episodes: 5,
            },
            Fact::AgentError { generation: 0, agent, message: reason() },
        ]
    }

    #[test]
    fn every_event_reads_back_to_the_last_bit() {
        for fact in every_fact() {
            let event = Event { experiment: ExperimentId(Uuid::from_u128(7)), occurrence: 3, fact };
            assert_eq!(decode(&record(&event)).unwrap(), event);
        }
    }

    #[test]
    fn what_is_not_an_event_of_ours_is_refused_by_name() {
        let event = Event::once(ExperimentId(Uuid::from_u128(7)), every_fact().swap_remove(0));
        let good = record(&event);
        let refused = |record: EventRecord| decode(&record).unwrap_err().to_string();

        let kind = "claudoom.events.v2.ExperimentStarted".to_owned();
        assert!(refused(EventRecord { kind, ..good.clone() }).contains("v2.ExperimentStarted"));
        for body in ["", "no JSON", "{}", "[1]", "{\"metadata\":null,\"name\":7,\"episodes\":1}"] {
            assert!(refused(EventRecord { body: body.to_owned(), ..good.clone() }).contains("is not a"), "{body}");
        }
        let other = ExperimentId(Uuid::from_u128(8));
        assert!(refused(EventRecord { experiment: other, ..good.clone() }).contains("experiment"));
        let subject = format!("{}.stopped", good.experiment);
        assert!(refused(EventRecord { subject, ..good.clone() }).contains("subject"));
        let later = record(&Event { occurrence: 1, ..event });
        assert!(refused(EventRecord { id: later.id, ..good }).contains("id"));
    }
}
