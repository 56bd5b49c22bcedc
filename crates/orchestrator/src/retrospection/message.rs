//! What is asked and answered, as messages.

use std::collections::BTreeMap;

use decision::documents::{Document, DocumentSpec, Life, Tag};
use decision::experience::Experience;
use decision::learning::{Answer, Scene, room};
use decision::rules::ResponseSpec;
use decision::situation::{COMPONENTS, Vector};
use domain::Violation;
use domain::ports::ExperimentRecord;
use proto::retrospection::v1 as pb;
use proto::retrospection::v1::response::How;

use super::{Lookback, Player};

/// Scenes that are told, at most.
const MOST_SCENES: usize = 200;

/// What is asked about a generation of an experiment for the first time; `reviewed` are the documents as it left them.
#[must_use]
pub fn request(record: &ExperimentRecord, look: &Lookback, reviewed: &[Document]) -> pb::ReflectRequest {
    pb::ReflectRequest {
        experiment_id: record.id.to_string(),
        experiment: record.spec.name.clone(),
        generation: look.generation,
        seed: look.seed,
        scenario: look.scenario.clone(),
        buttons: look.buttons.clone(),
        tactics: look.tactics.iter().map(|tactic| tactic.name().to_owned()).collect(),
        features: features(),
        tags: Tag::ALL.into_iter().map(|tag| tag.name().to_owned()).collect(),
        scenes: scenes(look),
        room: room(reviewed) as u32,
        documents: reviewed.iter().map(document).collect(),
        agents: agents(&look.agents),
        faults: Vec::new(),
    }
}

/// What is wrong with an answer, for whoever gave it.
#[must_use]
pub fn faults(found: &[Violation]) -> Vec<pb::Fault> {
    let fault = |one: &Violation| pb::Fault {
        path: one.path.clone(),
        message: one.message.clone(),
        help: one.help.clone().unwrap_or_default(),
    };
    found.iter().map(fault).collect()
}

/// What was answered. A document without a response has one that nobody knows, which is a fault like others.
#[must_use]
pub fn answer(response: pb::ReflectResponse) -> Answer {
    let pb::ReflectResponse { author, documents, give_up } = response;
    Answer { author, documents: documents.into_iter().map(written).collect(), give_up, left_out: Vec::new() }
}

fn written(document: pb::NewDocument) -> DocumentSpec {
    let pb::NewDocument { id, situation, tags, response, parent } = document;
    let response = match response.and_then(|response| response.how) {
        Some(How::Buttons(buttons)) => ResponseSpec::Buttons(buttons.names),
        Some(How::Tactic(name)) => ResponseSpec::Tactic(name),
        None => ResponseSpec::Tactic(String::new()),
    };
    DocumentSpec { situation, tags, parent, ..DocumentSpec::new(id, response) }
}

fn features() -> Vec<pb::Feature> {
    let feature = |component: &decision::situation::Component| pb::Feature {
        name: component.name.to_owned(),
        meaning: component.about.to_owned(),
        unit: component.unit.to_owned(),
        low: component.low.into(),
        high: component.high.into(),
        absent: component.absent.into(),
    };
    COMPONENTS.iter().map(feature).collect()
}

/// The scenes that are told, the worst first.
fn scenes(look: &Lookback) -> Vec<pb::Scene> {
    let mut worst: Vec<_> = look.lesson.scenes.iter().collect();
    worst.sort_by_key(|&(&cell, scene)| (std::cmp::Reverse((scene.hurt, scene.died)), cell));
    worst.truncate(MOST_SCENES);
    worst.into_iter().map(|(&cell, met)| scene(cell, met, &look.experience)).collect()
}

fn scene(cell: u32, met: &Scene, experience: &Experience) -> pb::Scene {
    let tried = experience.of_cell(cell).map(|(tactic, tally)| pb::Tried {
        tactic: tactic.name().to_owned(),
        trials: tally.trials,
        successes: tally.successes,
    });
    pb::Scene {
        cell,
        begun: met.begun,
        hurt: met.hurt,
        died: met.died,
        killed: met.killed,
        situation: natural(&met.mean()),
        tried: tried.collect(),
    }
}

/// A situation by names and in natural units, without what there is nothing to measure of.
fn natural(situation: &Vector) -> BTreeMap<String, f64> {
    let values = COMPONENTS.iter().zip(situation).map(|(component, value)| (component, value * component.high));
    let present = values.filter(|(component, value)| *value != component.absent);
    present.map(|(component, value)| (component.name.to_owned(), f64::from(value))).collect()
}

fn document(document: &Document) -> pb::Document {
    let how = match &document.response {
        ResponseSpec::Tactic(name) => How::Tactic(name.clone()),
        ResponseSpec::Buttons(names) => How::Buttons(pb::Buttons { names: names.clone() }),
    };
    pb::Document {
        id: document.id.clone(),
        situation: natural(&document.situation),
        tags: document.tags.iter().map(|tag| tag.name().to_owned()).collect(),
        response: Some(pb::Response { how: Some(how) }),
        life: life(document.life).into(),
        trials: document.tally.trials,
        successes: document.tally.successes,
        author: document.provenance.author.clone(),
        generation: document.provenance.generation,
        parent: document.provenance.parent.clone(),
    }
}

fn life(life: Life) -> pb::Life {
    match life {
        Life::Draft => pb::Life::Draft,
        Life::Active => pb::Life::Active,
        Life::UnderReview => pb::Life::UnderReview,
        Life::Deprecated => pb::Life::Deprecated,
        Life::Retired => pb::Life::Retired,
    }
}

/// Agents, the best first.
fn agents(players: &[Player]) -> Vec<pb::Agent> {
    let mut ranked: Vec<_> = players.iter().collect();
    ranked.sort_by(|one, other| other.fitness.total_cmp(&one.fitness));
    let agent = |player: &Player| pb::Agent {
        agent: player.agent.to_string(),
        fitness: player.fitness,
        documents: player.documents.clone(),
    };
    ranked.into_iter().map(agent).collect()
}

#[cfg(test)]
mod tests {
    use decision::situation::SIZE;
    use domain::ids::AgentId;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_situation_that_is_told_is_read_as_it_was(parts in prop::collection::vec(0.0f32..=1.0, SIZE)) {
            let mut situation = [0.0; SIZE];
            for ((value, part), component) in situation.iter_mut().zip(parts).zip(&COMPONENTS) {
                *value = if component.low < 0.0 { 2.0 * part - 1.0 } else { part };
            }
            let spec = DocumentSpec {
                situation: natural(&situation),
                ..DocumentSpec::new("d".into(), ResponseSpec::Tactic("aim".into()))
            };
            let read = spec.document("d").unwrap();
            for (read, told) in read.situation.iter().zip(&situation) {
                prop_assert!((read - told).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_best_agent_comes_first_and_what_is_not_said_is_a_fault() {
        let player = |agent: &str, fitness| Player { agent: AgentId::slug(agent), fitness, documents: Vec::new() };
        let told: Vec<_> = agents(&[player("a", 1.0), player("b", 3.0)]).into_iter().map(|one| one.agent).collect();
        assert_eq!(told, ["b", "a"]);
        let silent = pb::NewDocument { id: "d".into(), ..Default::default() };
        let said = answer(pb::ReflectResponse { author: "x".into(), documents: vec![silent], give_up: vec![] });
        let (_, found) = said.sifted(&[], &[]);
        let faults = faults(&found);
        assert_eq!(faults[0].path, "documents[0].response");
        assert!(faults[0].message.contains("unknown tactic"), "{faults:?}");
    }
}
