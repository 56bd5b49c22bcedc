//! Values of the domain with sensible contents, for tests that care about a few fields only.

use std::collections::BTreeMap;

use domain::agent::AgentSpec;
use domain::course::Stage;
use domain::environment::End;
use domain::event::{EncodedEvent, Event, EventEncoder, EventRecord, Fact};
use domain::experiment::ExperimentSpec;
use domain::genome::Genome;
use domain::ids::{AgentId, DoomSeed, ExperimentId};
use domain::journal::{Actor, Note};
use domain::measures::Measures;
use domain::plan::{GenerationPlan, Member, PlannedEpisode, Purpose, generation};
use domain::ports::{ExperimentRecord, NewExperiment, Provenance, ReceivedEvent};
use domain::score::{EpisodeKey, Score};
use domain::status::ExperimentStatus;
use serde_json::json;
use uuid::Uuid;

/// A specification whose agents play `episodes` episodes each, two to a job, for kills.
#[must_use]
pub fn spec(episodes: u32) -> ExperimentSpec {
    let spec = json!({
        "name": "contract",
        "seed": u64::MAX,
        "scenario": { "name": "basic" },
        "agent": { "policy": "random" },
        "seeds": { "episodes": episodes },
        "fitness": "kills",
        "limits": { "job_episodes": 2 },
    });
    serde_json::from_value(spec).expect("the rest has defaults")
}

/// A member at `position` with a gene that decimal notation does not hold exactly.
#[must_use]
pub fn member(spec: &ExperimentSpec, position: u32) -> Member {
    let genome = Genome(BTreeMap::from([("gene".to_owned(), f64::from(position + 1) / 3.0)]));
    Member {
        position,
        agent: AgentId::slug(&format!("agent-{position}")),
        label: format!("member {position}"),
        factors: BTreeMap::from([("skill".to_owned(), json!(position))]),
        scenario: spec.scenario.clone(),
        spec: AgentSpec { genome, ..spec.agent.definition() },
        parents: vec![AgentId::slug("parent")],
        operators: vec!["mutation".to_owned()],
    }
}

/// A generation of `members` members.
#[must_use]
pub fn plan(id: ExperimentId, spec: &ExperimentSpec, index: u32, members: u32) -> GenerationPlan {
    stage(id, spec, index, Stage::evolution(index), members)
}

/// A generation of `members` members for any purpose.
#[must_use]
pub fn stage(id: ExperimentId, spec: &ExperimentSpec, index: u32, stage: Stage, members: u32) -> GenerationPlan {
    let members = (0..members).map(|position| member(spec, position)).collect();
    generation(id, spec, index, stage, members, DoomSeed)
}

/// What a tester named `ada` notes.
#[must_use]
pub fn note(reason: &str) -> Note {
    Note::new(Actor::new("ada"), reason)
}

/// What results depend on besides the specification.
#[must_use]
pub fn provenance() -> Provenance {
    Provenance {
        engine: "engine-1".to_owned(),
        behaviour: "behaviour-1".to_owned(),
        files: BTreeMap::from([("basic.wad".to_owned(), "00ff".to_owned())]),
    }
}

/// An experiment of one generation with an id of its own.
#[must_use]
pub fn experiment(members: u32, episodes: u32) -> NewExperiment {
    experiment_of(spec(episodes), members)
}

/// An experiment with the first generation of `spec` and an id of its own.
#[must_use]
pub fn experiment_of(spec: ExperimentSpec, members: u32) -> NewExperiment {
    let id = ExperimentId::derive(&spec.hash(), &Uuid::new_v4().to_string());
    let first = plan(id, &spec, 0, members);
    let launched_by = Actor::new("ada");
    NewExperiment { id, episodes_planned: first.episodes_planned(), spec, provenance: provenance(), first, launched_by }
}

/// An experiment that runs and has played nothing yet, as storage returns it.
#[must_use]
pub fn record(spec: ExperimentSpec) -> ExperimentRecord {
    ExperimentRecord {
        id: ExperimentId::derive(&spec.hash(), ""),
        provenance: provenance(),
        status: ExperimentStatus::Running,
        reason: None,
        digest: None,
        generation: 0,
        episodes_planned: 0,
        episodes_due: 0,
        episodes_scored: 0,
        created_at_ms: 0,
        ended_at_ms: None,
        extensions: Vec::new(),
        spec,
    }
}

/// Measures of an episode with this many kills.
#[must_use]
pub fn measures(kills: i32) -> Measures {
    Measures {
        kills,
        deaths: 1,
        items: 2,
        secrets: 3,
        hits: 4,
        hits_taken: 5,
        damage_dealt: 6,
        damage_taken: 7,
        shots_fired: 8,
        health: -9,
        armor: 10,
        ammo: 11,
        tics: u32::MAX,
        ticks: 13,
        reward: 0.1 + 0.2,
        path: 1e-310,
        cells_visited: 16,
        exploration_coverage: Some(1.0 / 3.0),
        ammo_efficiency: None,
        end: End::Death,
    }
}

/// The score of an episode of `position` with this many kills.
#[must_use]
pub fn score(generation: u32, position: u32, episode: &PlannedEpisode, kills: i32) -> Score {
    let replicate = episode.replicate;
    let mut trajectory = [7; 32];
    trajectory[..4].copy_from_slice(&replicate.to_le_bytes());
    Score {
        key: EpisodeKey { generation, position, replicate },
        seed: episode.seed,
        doom_seed: episode.doom_seed,
        measures: measures(kills),
        trajectory,
        action_log: vec![1, 2, 255, 0],
    }
}

/// A fact as it came out of the stream under a number.
#[must_use]
pub fn received(experiment: ExperimentId, sequence: i64, fact: Fact) -> ReceivedEvent {
    let event = Event::once(experiment, fact);
    let EncodedEvent { kind, body } = PlainEncoder.encode(&event);
    let record = EventRecord {
        id: event.id(),
        experiment,
        sequence: Some(sequence),
        subject: event.subject(),
        kind,
        body,
        recorded_at_ms: 1_700_000_000_000 + sequence,
        traceparent: None,
        republished: 0,
    };
    ReceivedEvent { event, record }
}

/// Everything that happens to an experiment of one generation with `agents` agents, in order. Their fitness is
/// a number that decimal notation does not hold exactly.
#[must_use]
pub fn history(experiment: ExperimentId, agents: u32) -> Vec<ReceivedEvent> {
    let agent = |position| AgentId::slug(&format!("agent-{position}"));
    let fitness = |position| f64::from(position + 1) / 3.0;
    let mut facts = vec![
        Fact::ExperimentStarted { name: "contract".to_owned(), episodes: u64::from(agents) * 2 },
        Fact::GenerationStarted {
            generation: 0,
            purpose: Some(Purpose::Design),
            agents,
            episodes: u64::from(agents) * 2,
        },
        Fact::AgentError { generation: 0, agent: agent(0), message: "late".to_owned() },
    ];
    facts.extend((0..agents).map(|position| Fact::AgentEvaluated {
        generation: 0,
        purpose: Some(Purpose::Design),
        agent: agent(position),
        position,
        fitness: fitness(position),
        kills: 1.0,
        episodes: 2,
    }));
    let best = agents.saturating_sub(1);
    facts.push(Fact::GenerationCompleted {
        generation: 0,
        purpose: Some(Purpose::Design),
        best_agent: agent(best),
        best_fitness: fitness(best),
        mean_fitness: 0.1 + 0.2,
        episodes: u64::from(agents) * 2,
    });
    facts.push(Fact::ExperimentCompleted { digest: "00ff".to_owned(), episodes: u64::from(agents) * 2 });
    (1..).zip(facts).map(|(sequence, fact)| received(experiment, sequence, fact)).collect()
}

/// Encodes events by their debug text.
#[derive(Debug, Clone, Copy)]
pub struct PlainEncoder;

impl EventEncoder for PlainEncoder {
    fn encode(&self, event: &Event) -> EncodedEvent {
        EncodedEvent {
            kind: format!("test.{}", event.fact.kind()),
            body: json!({ "fact": format!("{:?}", event.fact) }).to_string(),
        }
    }
}
