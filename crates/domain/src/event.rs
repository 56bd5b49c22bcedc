//! Facts about experiments, as they are published.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::extension::Extent;
use crate::ids::{AgentId, EventId, ExperimentId, NAMESPACE};
use crate::plan::Purpose;

/// Something that happened to an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Which experiment.
    pub experiment: ExperimentId,
    /// How often this kind has happened to the same thing before: 0 unless it can repeat, as a pause can.
    pub occurrence: u32,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The experiment was planned and its first jobs are open.
    ExperimentStarted {
        /// Its name.
        name: String,
        /// Episodes planned so far.
        episodes: u64,
    },
    /// Every planned episode is scored.
    ExperimentCompleted {
        /// The digest over all rows, in hexadecimal.
        digest: String,
        /// Episodes scored.
        episodes: u64,
    },
    /// It cannot go on.
    ExperimentFailed {
        /// Why.
        reason: String,
    },
    /// No new job is started for now.
    ExperimentPaused {
        /// Why.
        reason: String,
    },
    /// It goes on after a pause.
    ExperimentResumed {
        /// Why.
        reason: String,
    },
    /// Somebody ended it.
    ExperimentStopped {
        /// Why.
        reason: String,
    },
    /// More of it was planned; if it was completed, it runs again.
    ExperimentExtended {
        /// How far it goes now.
        extent: Extent,
        /// Episodes planned now, over all generations.
        episodes: u64,
        /// Why.
        reason: String,
    },
    /// A generation's jobs are open.
    GenerationStarted {
        /// Its number.
        generation: u32,
        /// What the generation is for; events of before this was told do not know.
        purpose: Option<Purpose>,
        /// How many agents play in it.
        agents: u32,
        /// How many episodes are planned; at most, where agents race.
        episodes: u64,
    },
    /// Every episode of a generation is scored.
    GenerationCompleted {
        /// Its number.
        generation: u32,
        /// What the generation is for; events of before this was told do not know.
        purpose: Option<Purpose>,
        /// The agent with the highest mean fitness.
        best_agent: AgentId,
        /// That agent's mean fitness.
        best_fitness: f64,
        /// Mean fitness over all agents.
        mean_fitness: f64,
        /// Episodes scored.
        episodes: u64,
    },
    /// Every episode of one agent of a generation is scored; of who is out of a race, once that is over.
    AgentEvaluated {
        /// The generation's number.
        generation: u32,
        /// What the generation is for; events of before this was told do not know.
        purpose: Option<Purpose>,
        /// The agent.
        agent: AgentId,
        /// Its position in the generation.
        position: u32,
        /// Mean fitness over its episodes; of who is out of a race, what it would be over all seeds.
        fitness: f64,
        /// Mean kills over its episodes.
        kills: f64,
        /// Episodes scored.
        episodes: u64,
    },
    /// An attempt to play an agent's episodes failed.
    AgentError {
        /// The generation's number.
        generation: u32,
        /// The agent.
        agent: AgentId,
        /// What went wrong.
        message: String,
    },
}

impl Fact {
    /// The last token of the subject, and the event's type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ExperimentStarted { .. } | Self::GenerationStarted { .. } => "started",
            Self::ExperimentCompleted { .. } | Self::GenerationCompleted { .. } => "completed",
            Self::ExperimentFailed { .. } => "failed",
            Self::ExperimentPaused { .. } => "paused",
            Self::ExperimentResumed { .. } => "resumed",
            Self::ExperimentStopped { .. } => "stopped",
            Self::ExperimentExtended { .. } => "extended",
            Self::AgentEvaluated { .. } => "evaluated",
            Self::AgentError { .. } => "error",
        }
    }

    /// What it happened to, below the experiment: empty, `generation.G` or `generation.G.agent.A`.
    #[must_use]
    pub fn scope(&self) -> String {
        match self {
            Self::GenerationStarted { generation, .. } | Self::GenerationCompleted { generation, .. } => {
                format!("generation.{generation}")
            }
            Self::AgentEvaluated { generation, agent, .. } | Self::AgentError { generation, agent, .. } => {
                format!("generation.{generation}.agent.{agent}")
            }
            _ => String::new(),
        }
    }
}

impl Event {
    /// An event that can happen only once.
    #[must_use]
    pub fn once(experiment: ExperimentId, fact: Fact) -> Self {
        Self { experiment, occurrence: 0, fact }
    }

    /// UUIDv5 of experiment, kind, natural key and occurrence: the same fact always has the same id.
    #[must_use]
    pub fn id(&self) -> EventId {
        let name = format!("event/v1/{}/{}", self.subject(), self.occurrence);
        EventId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }

    /// The subject below the prefix: `{experiment}.{scope}.{kind}`.
    #[must_use]
    pub fn subject(&self) -> String {
        let scope = self.fact.scope();
        let dot = if scope.is_empty() { "" } else { "." };
        format!("{}.{scope}{dot}{}", self.experiment, self.fact.kind())
    }
}

/// An event as it is stored and published: what the relay needs, and nothing about its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// The event's id, also its message id.
    pub id: EventId,
    /// The experiment it belongs to.
    pub experiment: ExperimentId,
    /// Number within the experiment, from 1, without gaps. The ledger knows it of every event; messages that an older
    /// version published do not tell it.
    pub sequence: Option<i64>,
    /// Subject below the prefix.
    pub subject: String,
    /// CloudEvents type, such as `claudoom.events.v1.AgentEvaluated`.
    pub kind: String,
    /// JSON body.
    pub body: String,
    /// Milliseconds since 1970 when it was recorded, by the store's clock. Not a part of what happened, so its id does
    /// not depend on it.
    pub recorded_at_ms: i64,
    /// W3C trace context of what recorded it, if that was traced.
    pub traceparent: Option<String>,
    /// How often it was published anew because the stream had lost it.
    pub republished: u32,
}

impl EventRecord {
    /// The id under which the stream recognises this publication: the event's id, with a number behind it when the
    /// event is published anew. A stream goes on recognising ids whose messages were deleted, so under the first id
    /// a lost event would be taken for one that is there.
    #[must_use]
    pub fn message_id(&self) -> String {
        match self.republished {
            0 => self.id.to_string(),
            times => format!("{}.{times}", self.id),
        }
    }
}

/// What an event says, as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedEvent {
    /// CloudEvents type, such as `claudoom.events.v1.AgentEvaluated`.
    pub kind: String,
    /// JSON body.
    pub body: String,
}

/// Encodes events. Storage is given one, so that it can write events without knowing their encoding.
pub trait EventEncoder: Send + Sync {
    /// What `event` says.
    fn encode(&self, event: &Event) -> EncodedEvent;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_follow_the_published_scheme() {
        let experiment = ExperimentId(Uuid::nil());
        let fact = Fact::AgentError { generation: 3, agent: AgentId::slug("g3 a1"), message: String::new() };
        let event = Event::once(experiment, fact);
        assert_eq!(event.subject(), format!("{}.generation.3.agent.g3-a1.error", Uuid::nil()));
        let paused =
            |occurrence| Event { experiment, occurrence, fact: Fact::ExperimentPaused { reason: String::new() } };
        assert_eq!(paused(0).subject(), format!("{}.paused", Uuid::nil()));
        assert_eq!(paused(0).id(), paused(0).id());
        assert_ne!(paused(0).id(), paused(1).id());
    }
}
