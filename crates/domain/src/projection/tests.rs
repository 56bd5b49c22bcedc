use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::extension::Extent;
use crate::plan::Purpose;

const EXPERIMENT: ExperimentId = ExperimentId(Uuid::nil());

fn agent(position: u32) -> AgentId {
    AgentId::slug(&format!("a{position}"))
}

fn evaluated(generation: u32, position: u32, fitness: f64) -> Fact {
    Fact::AgentEvaluated {
        generation,
        purpose: Some(Purpose::Evolution),
        agent: agent(position),
        position,
        fitness,
        kills: fitness,
        episodes: 3,
    }
}

/// The history of an experiment with two generations, a pause, a failed attempt, and two agents that are equally good.
fn history() -> Vec<(Event, EventRecord)> {
    let best_agent = agent(1);
    let facts = vec![
        Fact::ExperimentStarted { name: "e".into(), episodes: 12 },
        Fact::GenerationStarted { generation: 0, purpose: None, agents: 2, episodes: 6 },
        Fact::AgentError { generation: 0, agent: agent(0), message: "late".into() },
        evaluated(0, 0, 1.0),
        Fact::ExperimentPaused { reason: "lunch".into() },
        Fact::ExperimentResumed { reason: String::new() },
        evaluated(0, 1, 2.5),
        Fact::GenerationCompleted {
            generation: 0,
            purpose: None,
            best_agent: best_agent.clone(),
            best_fitness: 2.5,
            mean_fitness: 1.75,
            episodes: 6,
        },
        Fact::GenerationStarted { generation: 1, purpose: None, agents: 2, episodes: 6 },
        evaluated(1, 1, 2.5),
        evaluated(1, 0, 2.5),
        Fact::GenerationCompleted {
            generation: 1,
            purpose: None,
            best_agent,
            best_fitness: 2.5,
            mean_fitness: 2.5,
            episodes: 6,
        },
        Fact::ExperimentCompleted { digest: "ffff".into(), episodes: 12 },
        Fact::ExperimentExtended { extent: Extent::Replicates(4), episodes: 16, reason: "more".into() },
        Fact::ExperimentCompleted { digest: "00ff".into(), episodes: 16 },
    ];
    let numbered = facts.into_iter().zip(1..).map(|(fact, sequence)| recorded(fact, sequence));
    numbered.collect()
}

fn recorded(fact: Fact, sequence: i64) -> (Event, EventRecord) {
    let event = Event { experiment: EXPERIMENT, occurrence: sequence as u32, fact };
    let record = EventRecord {
        id: event.id(),
        experiment: EXPERIMENT,
        sequence: Some(sequence),
        subject: event.subject(),
        kind: String::new(),
        body: String::new(),
        recorded_at_ms: 1000 + sequence / 2,
        traceparent: None,
        republished: 0,
    };
    (event, record)
}

fn fold<'a>(
    events: impl IntoIterator<Item = &'a (Event, EventRecord)>,
) -> (ProjectedExperiment, ProjectedGeneration, ProjectedGeneration) {
    let mut experiment = ProjectedExperiment::new(EXPERIMENT);
    let (mut first, mut second) = (ProjectedGeneration::new(0), ProjectedGeneration::new(1));
    for (event, record) in events {
        experiment.apply(event, record);
        match ProjectedGeneration::of(event) {
            Some(0) => first.apply(event, record),
            Some(_) => second.apply(event, record),
            None => {}
        }
    }
    (experiment, first, second)
}

#[test]
fn a_history_adds_up() {
    let (experiment, first, second) = fold(&history());

    assert_eq!((experiment.name.as_deref(), experiment.status), (Some("e"), Some(ExperimentStatus::Completed)));
    assert_eq!((experiment.digest.as_deref(), experiment.reason.as_deref()), (Some("00ff"), None));
    assert_eq!((experiment.episodes_planned, experiment.episodes), (Some(16), 12));
    assert_eq!((experiment.started_at_ms, experiment.ended_at_ms), (Some(1000), Some(1007)));
    let counts = EventCounts {
        events: 15,
        generations_started: 2,
        generations_completed: 2,
        agents_evaluated: 4,
        agent_errors: 1,
        pauses: 1,
        resumes: 1,
    };
    assert_eq!((experiment.counts, experiment.last_sequence), (counts, 15));
    // Of three that are equally good, the one that played first.
    let best = BestAgent { agent: agent(1), generation: 0, position: 1, fitness: 2.5 };
    assert_eq!(experiment.best, Some(best.clone()));
    assert_eq!((first.best, first.mean_fitness, first.agent_errors), (Some(best), Some(1.75), 1));
    assert_eq!(second.best.map(|best| best.position), Some(0));
    assert_eq!((second.agents, second.agents_evaluated, second.episodes), (Some(2), 2, 6));
}

#[test]
fn a_pause_has_a_reason_and_no_end() {
    let (experiment, ..) = fold(&history()[..5]);

    assert_eq!((experiment.status, experiment.reason.as_deref()), (Some(ExperimentStatus::Paused), Some("lunch")));
    assert_eq!((experiment.ended_at_ms, experiment.digest), (None, None));
}

#[test]
fn an_extended_experiment_runs_again() {
    let (experiment, ..) = fold(&history()[..14]);

    assert_eq!((experiment.status, experiment.digest), (Some(ExperimentStatus::Running), None));
    assert_eq!((experiment.ended_at_ms, experiment.episodes_planned), (None, Some(16)));
}

#[test]
fn without_numbers_the_time_decides() {
    let unnumbered = |fact, at_ms| {
        let (event, record) = recorded(fact, 0);
        (event, EventRecord { sequence: None, recorded_at_ms: at_ms, ..record })
    };
    let paused = unnumbered(Fact::ExperimentPaused { reason: String::new() }, 20);
    let started = unnumbered(Fact::ExperimentStarted { name: "e".into(), episodes: 1 }, 10);

    let (experiment, ..) = fold([&paused, &started]);

    assert_eq!(experiment.status, Some(ExperimentStatus::Paused));
    assert_eq!(experiment.last_sequence, 0);
}

proptest! {
    #[test]
    fn order_makes_no_difference(events in Just(history()).prop_shuffle(), length in 0..15usize) {
        // Also where not everything has happened yet.
        let until = |(_, record): &&(Event, EventRecord)| record.sequence <= Some(length as i64);
        prop_assert_eq!(fold(events.iter().filter(until)), fold(history().iter().filter(until)));
    }
}
