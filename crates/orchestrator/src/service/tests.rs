use std::time::Duration;

use domain::journal::Actor;
use domain::ports::{Claim, NewExperiment};
use proto::mask;
use testkit::builder::score;
use tonic::Code;

use super::*;
use crate::app::{Embedded, EmbeddedSettings};

/// The service over a ledger of its own that holds one experiment; nothing is played.
struct Fixture {
    service: Service,
    experiment: NewExperiment,
    system: Embedded,
    _data: tempfile::TempDir,
}

impl Fixture {
    async fn new(experiment: NewExperiment) -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedSettings::idle(data.path().to_owned());
        let system = Embedded::start(settings).await.unwrap();
        system.core.store.create(&experiment).await.unwrap();
        let (core, pool) = (system.core.clone(), crate::pool::Pool::fixed(vec![]));
        let practice = crate::practice::Practices::new(core.games.clone(), 0, Default::default());
        Self { service: Service { core, pool, practice }, experiment, system, _data: data }
    }

    async fn get(&self, fields: &[&str]) -> Result<pb::GetExperimentResponse, Status> {
        let request = pb::GetExperimentRequest {
            experiment_id: self.experiment.id.to_string(),
            read_mask: Some(mask::only(fields)),
        };
        Ok(self.service.get_experiment(Request::new(request)).await?.into_inner())
    }
}

#[tokio::test]
async fn only_the_wanted_fields_of_an_experiment_are_sent() {
    let fixture = Fixture::new(testkit::builder::experiment(2, 3)).await;

    let all = fixture.get(&[]).await.unwrap();
    assert_eq!((all.experiment.is_some(), all.generations.len()), (true, 1));
    let plain = fixture.get(&["experiment"]).await.unwrap();
    assert_eq!((plain.experiment, plain.generations), (all.experiment, vec![]));
    let generations = fixture.get(&["generations"]).await.unwrap();
    assert_eq!((generations.experiment, generations.generations), (None, all.generations));
    assert_eq!(all.conditions, vec![], "an evolution has no conditions");
    let refused = fixture.get(&["scores"]).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(proto::status::violations(&refused)[0].path, "read_mask");
    fixture.system.stop().await;
}

#[tokio::test]
async fn a_design_is_shown_with_its_conditions() {
    let fixture = Fixture::new(design()).await;
    let store = fixture.system.core.store.as_ref();
    let job = &fixture.experiment.first.jobs[0];
    let Claim::Granted(assignment) = store.claim(job.id, "w", Duration::from_secs(60)).await.unwrap() else {
        panic!("the job is open")
    };
    let scores: Vec<_> = assignment.episodes.iter().zip([4, 8]).map(|(e, kills)| score(0, 0, e, kills)).collect();
    store.finish(job.id, assignment.fence, &scores).await.unwrap();

    let shown = fixture.get(&["conditions"]).await.unwrap();

    let [first, second] = shown.conditions.as_slice() else { panic!("{shown:#?}") };
    assert_eq!((first.agent.as_str(), first.episodes, first.episodes_planned), ("skill-1", 2, 3));
    assert_eq!(first.levels, [("skill".to_owned(), "1".to_owned())].into());
    assert_eq!(first.mean_fitness, Some(6.0));
    // Student's t for one degree of freedom is 12.706.
    assert!((first.interval_low.unwrap() + 19.412).abs() < 0.001, "{first:?}");
    assert_eq!((second.agent.as_str(), second.episodes, second.mean_fitness), ("skill-5", 0, None));
    assert_eq!((second.interval_low, &shown.generations), (None, &vec![]));
    fixture.system.stop().await;
}

/// Two conditions, three episodes each, two to a job.
fn design() -> NewExperiment {
    let mut spec = testkit::builder::spec(3);
    spec.design = serde_json::from_value(serde_json::json!({
        "factors": [{ "parameter": "scenario.skill", "levels": [1, 5] }],
    }))
    .unwrap();
    let id = ExperimentId::derive(&spec.hash(), "");
    let first = planning::first(id, &spec, None).unwrap();
    let (episodes_planned, provenance) = (first.episodes(), testkit::builder::provenance());
    NewExperiment { id, episodes_planned, spec, provenance, first, launched_by: Actor::new("ada") }
}

#[tokio::test]
async fn scores_of_an_agent_that_does_not_play_are_not_found() {
    let fixture = Fixture::new(testkit::builder::experiment(8, 1)).await;
    let list = async |generation, agent: &str| {
        let experiment_id = fixture.experiment.id.to_string();
        let request = pb::ListScoresRequest { experiment_id, generation, agent: agent.into(), ..Default::default() };
        fixture.service.list_scores(Request::new(request)).await.map(|response| response.into_inner().scores.len())
    };

    for (generation, agent) in [(None, ""), (None, "agent-7"), (Some(0), "agent-7")] {
        assert_eq!(list(generation, agent).await.unwrap(), 0, "not scored yet");
    }
    let status = list(None, "agnet-7").await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let expected = "there is no agent `agnet-7` in experiment `contract`: did you mean `agent-7`? generation 0 has \
                    agent-0, agent-1, agent-2, agent-3, agent-4, agent-5 and 2 more";
    assert_eq!(status.message(), expected);
    let status = list(Some(3), "agent-7").await.unwrap_err();
    assert!(status.code() == Code::NotFound && status.message().contains("no generation 3"), "{status:?}");
    fixture.system.stop().await;
}

#[tokio::test]
async fn genomes_come_in_pages_and_one_by_one() {
    let fixture = Fixture::new(testkit::builder::experiment(5, 1)).await;
    let experiment_id = fixture.experiment.id.to_string();
    let list = async |page_token: String| {
        let request = pb::ListGenomesRequest {
            experiment_id: fixture.experiment.id.to_string(),
            page_size: 2,
            page_token,
            ..Default::default()
        };
        fixture.service.list_genomes(Request::new(request)).await.map(Response::into_inner)
    };

    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let part = list(token).await.unwrap();
        seen.extend(part.genomes);
        token = part.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let wrong = list("x".to_owned()).await.unwrap_err();
    let get = async |agent: &str| {
        let request =
            pb::GetGenomeRequest { experiment_id: experiment_id.clone(), generation: None, agent: agent.into() };
        fixture.service.get_genome(Request::new(request)).await.map(|response| response.into_inner().genome.unwrap())
    };

    assert_eq!(seen.iter().map(|genome| genome.position).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(
        (wrong.code(), proto::status::violations(&wrong)[0].path.as_str()),
        (Code::InvalidArgument, "page_token")
    );
    let third = get("agent-2").await.unwrap();
    assert_eq!((&third, third.genes["gene"], third.episodes), (&seen[2], 1.0, 0));
    assert_eq!((third.parents, third.operators), (vec!["parent".to_owned()], vec!["mutation".to_owned()]));
    assert_eq!(get("agent-7").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(get("").await.unwrap_err().code(), Code::InvalidArgument);
    fixture.system.stop().await;
}
