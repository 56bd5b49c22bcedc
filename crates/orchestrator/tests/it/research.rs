//! Research sessions, studies, episodes, reports and files over the wire.

use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use proto::orchestrator::v1::parameter_value::Value as Said;
use proto::orchestrator::v1::study_parameter::Domain;
use proto::orchestrator::v1::trial_result::Outcome;
use tonic::Code;

use crate::support::{json, orchestrator};
use crate::system::System;

const EXPERIMENT: &str = "name = \"recorded\"\nseed = 9\n[scenario]\nname = \"basic\"\ntimeout = 60\n[agent]\n\
                          policy = \"attack_only\"\n[seeds]\nepisodes = 2\n[record]\nticks = true\n[[design.factors]]\n\
                          parameter = \"agent.policy\"\nlevels = [\"attack_only\", \"random\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn sessions_keep_their_overrides_and_studies_apart() {
    let system = System::new().await;
    let served = system.serve(&[]);
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();
    let mut open = async |seed: u64| {
        let study = pb::StudySpec { policy: "aim".into(), seed, population: 4, ..Default::default() };
        let request = pb::CreateSessionRequest {
            name: format!("arm {seed}"),
            overrides: vec![format!("seed={seed}")],
            study: Some(study),
            ..Default::default()
        };
        client.create_session(request).await.unwrap().into_inner().session.unwrap()
    };
    let (one, other) = (open(1).await, open(2).await);
    assert!(one.id != other.id && one.expires_at_ms > 0);

    let mut resolve = async |session: &str, overrides: &[&str]| {
        let request = pb::ResolveExperimentRequest {
            content: EXPERIMENT.as_bytes().to_vec().into(),
            overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
            session_id: session.to_owned(),
            ..Default::default()
        };
        let resolved = client.resolve_experiment(request).await?.into_inner();
        let spec: serde_json::Value = serde_json::from_str(&resolved.spec_json).unwrap();
        Ok::<_, tonic::Status>(spec["seed"].as_u64().unwrap())
    };
    assert_eq!(resolve("", &[]).await.unwrap(), 9);
    assert_eq!(resolve(&one.id, &[]).await.unwrap(), 1);
    assert_eq!(resolve(&other.id, &["seed=7"]).await.unwrap(), 7, "a call comes after its session");
    assert_eq!(resolve("x", &[]).await.unwrap_err().code(), Code::InvalidArgument);

    let ask = |session: &pb::ResearchSession, count| pb::AskRequest { session_id: session.id.clone(), count };
    let asked = client.ask(ask(&one, 100)).await.unwrap().into_inner();
    assert_eq!((asked.trials.len(), asked.open), (4, 4), "a round ends");
    let refused = client.ask(ask(&one, 1)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("4 trials"), "{refused:?}");
    assert_eq!(client.ask(ask(&other, 1)).await.unwrap().into_inner().trials[0].id, 1, "its own numbers");
    let result = |trial_id, outcome| pb::TrialResult { trial_id, outcome };
    let results = vec![
        result(1, Some(Outcome::Value(1.0))),
        result(2, Some(Outcome::Value(3.0))),
        result(3, Some(Outcome::Failure("it crashed".into()))),
        result(9, Some(Outcome::Value(1.0))),
        result(4, None),
        result(4, Some(Outcome::Value(f64::INFINITY))),
    ];
    let told = client.tell(pb::TellRequest { session_id: one.id.clone(), results }).await.unwrap().into_inner();
    assert_eq!(told.errors.iter().map(|error| error.index).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!((told.told, told.open, told.best.unwrap().id), (3, 1, 2));
    let last = vec![result(4, Some(Outcome::Value(0.0)))];
    client.tell(pb::TellRequest { session_id: one.id.clone(), results: last }).await.unwrap();
    let next = client.ask(ask(&one, 2)).await.unwrap().into_inner();
    assert_eq!(next.trials.iter().map(|trial| (trial.id, trial.round)).collect::<Vec<_>>(), [(5, 1), (6, 1)]);

    // Whichever orchestrator answers, the session is the same.
    let second = system.serve_as("second", &[]);
    let mut elsewhere = OrchestratorServiceClient::connect(second.server.clone()).await.unwrap();
    assert_eq!(elsewhere.ask(ask(&one, 1)).await.unwrap().into_inner().trials[0].id, 7);
    let close = pb::CloseSessionRequest { session_id: one.id.clone() };
    assert!(elsewhere.close_session(close.clone()).await.unwrap().into_inner().closed);
    assert!(!client.close_session(close).await.unwrap().into_inner().closed);
    assert_eq!(client.ask(ask(&one, 1)).await.unwrap_err().code(), Code::NotFound);
    let wrong = pb::StudySpec { policy: "aimm".into(), ..Default::default() };
    let request = pb::CreateSessionRequest { study: Some(wrong), ..Default::default() };
    let refused = client.create_session(request).await.unwrap_err();
    assert_eq!(proto::status::violations(&refused)[0].path, "study.policy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_may_be_over_parameters_of_ones_own() {
    let system = System::new().await;
    let served = system.serve(&[]);
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();
    let own = |name: &str, domain| pb::StudyParameter { name: name.to_owned(), domain: Some(domain) };
    let names = || ["small", "large"].map(str::to_owned).to_vec();
    let space = vec![
        own("rate", Domain::Real(pb::RealRange { low: 1e-4, high: 1.0, logarithmic: true })),
        own("layers", Domain::Integer(pb::IntegerRange { low: 1, high: 4, logarithmic: false })),
        own("kind", Domain::Categorical(pb::Categories { names: names() })),
        own("dropout", Domain::Flag(pb::FlagDomain {})),
    ];
    let study = pb::StudySpec { space: space.clone(), seed: 3, population: 8, ..Default::default() };
    let request = pb::CreateSessionRequest { study: Some(study), ..Default::default() };
    let session = client.create_session(request).await.unwrap().into_inner().session.unwrap();
    assert_eq!(session.study.unwrap().space, space);

    let ask = pb::AskRequest { session_id: session.id.clone(), count: 8 };
    let asked = client.ask(ask).await.unwrap().into_inner().trials;
    assert_eq!(asked.len(), 8);
    for trial in &asked {
        let value = |name: &str| trial.values[name].value.clone().unwrap();
        let gene = |name: &str| trial.genes[name];
        assert!((1e-4..=1.0).contains(&gene("rate")) && (1.0..=4.0).contains(&gene("layers")));
        assert_eq!((value("rate"), value("layers")), (Said::Real(gene("rate")), Said::Integer(gene("layers") as i32)));
        assert_eq!(value("kind"), Said::Category(names()[gene("kind") as usize].clone()));
        assert_eq!(value("dropout"), Said::Flag(gene("dropout") == 1.0));
    }
    let results = vec![pb::TrialResult { trial_id: 1, outcome: Some(Outcome::Value(1.0)) }];
    let told = client.tell(pb::TellRequest { session_id: session.id, results }).await.unwrap().into_inner();
    assert_eq!(told.best.unwrap().values, asked[0].values);

    let mut refused = async |study: pb::StudySpec| {
        let request = pb::CreateSessionRequest { study: Some(study), ..Default::default() };
        let refused = client.create_session(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        proto::status::violations(&refused).into_iter().map(|violation| violation.path).collect::<Vec<_>>()
    };
    let unsaid = pb::StudyParameter { name: "rate".to_owned(), domain: None };
    let paths = refused(pb::StudySpec { space: vec![unsaid], ..Default::default() }).await;
    assert_eq!(paths, ["study.space[0].domain"]);
    let zero = own("rate", Domain::Real(pb::RealRange { low: 0.0, high: 1.0, logarithmic: true }));
    let both = pb::StudySpec { policy: "aim".into(), space: vec![zero.clone(), zero], ..Default::default() };
    let paths = refused(both).await;
    assert_eq!(paths, ["study.policy", "study.space[0].real.low", "study.space[1].name", "study.space[1].real.low"]);
    assert_eq!(refused(pb::StudySpec::default()).await, ["study.policy"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_found_by_search_paths_and_listed() {
    let system = System::new().await;
    let served = system.serve(&[]);
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();
    let content = b"policy = \"aim\"\nseed = 3\n".to_vec();
    let blake3 = blake3::hash(&content).to_string();
    let head = pb::ArtifactHead { name: "mine.toml".into(), size: content.len() as u64, blake3: blake3.clone() };
    let part = |part| pb::PutArtifactRequest { part: Some(part) };
    use pb::put_artifact_request::Part;
    let parts = [part(Part::Head(head)), part(Part::Chunk(content.clone().into()))];
    client.put_artifact(tokio_stream::iter(parts)).await.unwrap();

    let listed = client.list_artifacts(pb::ListArtifactsRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.artifacts.len(), 1);
    assert_eq!((&listed.artifacts[0].blake3, listed.artifacts[0].size), (&blake3, content.len() as u64));
    let session = client.create_session(pb::CreateSessionRequest::default()).await.unwrap().into_inner();
    let session_id = session.session.unwrap().id;
    let file = EXPERIMENT.replace("[agent]\npolicy = \"attack_only\"", "[agent]\nfile = \"mine.toml\"");
    let file = format!(
        "{}[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 2]\n",
        file.split("[[design").next().unwrap()
    );
    let validate = pb::ValidateExperimentRequest {
        content: file.into_bytes().into(),
        session_id: session_id.clone(),
        ..Default::default()
    };
    let before = client.validate_experiment(validate.clone()).await.unwrap().into_inner();
    assert!(!before.violations.is_empty(), "nobody knows the file: {before:?}");
    let files =
        vec![pb::ArtifactRef { path: "mine.toml".into(), blake3, size: content.len() as u64, named_in: "".into() }];
    let search_paths = vec![pb::SearchPath { name: "agents".into(), files }];
    let set = pb::SetSearchPathsRequest { session_id, search_paths };
    let set = client.set_search_paths(set).await.unwrap().into_inner().session.unwrap();
    assert_eq!(set.search_paths[0].name, "agents");
    let after = client.validate_experiment(validate).await.unwrap().into_inner();
    assert!(after.valid && after.violations.is_empty(), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_episode_can_be_looked_at_in_full_and_an_experiment_be_reported() {
    let system = System::new().await;
    let served = system.serve(&["--workers", "1"]);
    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let launched = json(served.client("launch").arg(&file).args(["-o", "json", "--watch"]));
    let experiment_id = launched["id"].as_str().unwrap().to_owned();
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();

    let list = pb::ListEpisodesRequest { experiment_id: experiment_id.clone(), page_size: 3, ..Default::default() };
    let listed = client.list_episodes(list.clone()).await.unwrap().into_inner();
    let rest = pb::ListEpisodesRequest { page_token: listed.next_page_token.clone(), ..list };
    let rest = client.list_episodes(rest).await.unwrap().into_inner();
    assert_eq!((listed.episodes.len(), rest.episodes.len(), rest.next_page_token.as_str()), (3, 1, ""));
    let first = &listed.episodes[0];
    let get = pb::GetEpisodeRequest { experiment_id: experiment_id.clone(), ..Default::default() };
    let shown = client.get_episode(get.clone()).await.unwrap().into_inner();
    let episode = shown.episode.unwrap();
    let score = episode.score.unwrap();
    assert_eq!((episode.doom_seed, &episode.job_id), (first.doom_seed, &first.job_id));
    assert_eq!(score.ticks as usize, shown.ticks.len());
    assert_eq!(shown.ticks.iter().map(|tick| tick.reward).sum::<f64>(), score.reward);
    let buttons = domain::action_log::decode(&score.action_log.unwrap()).unwrap();
    assert_eq!(
        buttons.iter().map(|b| b.0).collect::<Vec<_>>(),
        shown.ticks.iter().map(|t| t.buttons).collect::<Vec<_>>()
    );
    assert!(shown.scenario_json.contains("\"basic\"") && shown.agent_json.contains("attack_only"));
    let missing = client.get_episode(pb::GetEpisodeRequest { replicate: 9, ..get }).await.unwrap_err();
    assert!(missing.code() == Code::NotFound && missing.message().contains("0/0/9"), "{missing:?}");

    let report = async |client: &mut OrchestratorServiceClient<_>, format: pb::ReportFormat| {
        let figures = format == pb::ReportFormat::Html;
        let request = pb::GetReportRequest { experiment_id: experiment_id.clone(), format: format.into(), figures };
        let report = client.get_report(request).await.unwrap().into_inner();
        (String::from_utf8(report.content.to_vec()).unwrap(), report.file_name, report.figures)
    };
    let (text, name, figures) = report(&mut client, pb::ReportFormat::Markdown).await;
    assert_eq!(figures, []);
    assert_eq!(name, "recorded.md");
    for part in
        ["# recorded", "| episodes | 4 of 4 |", "| policy-attack_only | ", "policy-random - policy-attack_only | 2 |"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let (page, _, figures) = report(&mut client, pb::ReportFormat::Html).await;
    let map = figures.iter().find(|figure| figure.name == "map-basic-map01").unwrap();
    assert!(map.svg.contains("class=\"cdp-wall\"") && map.svg.contains("Map with "), "{}", map.svg);
    assert!(figures.iter().all(|figure| page.contains(&figure.svg)), "{:?}", figures.len());
    let (text, ..) = report(&mut client, pb::ReportFormat::Json).await;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["digest"], launched["digest"]);
    assert_eq!(json["generations"][0]["members"][0]["fitness"]["n"], 2);
    assert_eq!(served.process.stop(), Some(0));
    let told = orchestrator().args(["scores", "x", "--server", &served.server]).output().unwrap();
    assert!(!told.status.success());
}
