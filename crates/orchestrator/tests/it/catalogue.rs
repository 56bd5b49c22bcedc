//! What experiments can be made of, and what a file would launch, over the wire.

use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use tonic::Code;

use crate::support::root;
use crate::system::System;

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_says_what_there_is_and_what_a_file_would_launch() {
    let system = System::new().await;
    let served = system.serve(&[]);
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();

    let scenarios = client.list_scenarios(pb::ListScenariosRequest {}).await.unwrap().into_inner();
    let basic = scenarios.scenarios.iter().find(|scenario| scenario.name == "basic").unwrap();
    assert_eq!(basic.buttons, ["MOVE_LEFT", "MOVE_RIGHT", "ATTACK"]);
    assert!(basic.files.contains_key("basic.wad") && basic.unplayable.is_empty(), "{basic:?}");
    let doom = scenarios.scenarios.iter().find(|scenario| scenario.name == "doom").unwrap();
    assert!(doom.unplayable.contains("doom.wad") && scenarios.engine.starts_with("vizdoom "), "{doom:?}");
    let policies = client.list_policies(pb::ListPoliciesRequest {}).await.unwrap().into_inner().policies;
    let aim = policies.iter().find(|policy| policy.name == "aim").unwrap();
    assert!(!aim.about.is_empty() && !aim.parameters.is_empty());
    let designs = client.list_designs(pb::ListDesignsRequest {}).await.unwrap().into_inner().designs;
    assert!(designs.iter().any(|design| design.name == "full_factorial"));
    let sobol = designs.iter().find(|design| design.name == "sobol").unwrap();
    assert!(sobol.fields.iter().any(|field| field.name == "runs" && field.required), "{sobol:?}");
    let measures = client.list_measures(pb::ListMeasuresRequest {}).await.unwrap().into_inner().measures;
    assert!(measures.iter().any(|measure| measure.name == "ammo_efficiency" && measure.optional));

    let content = std::fs::read(root().join("experiments/compare-two-policies.toml")).unwrap();
    let request = pb::ResolveExperimentRequest {
        content: content.into(),
        overrides: vec!["seeds.episodes=2".to_owned()],
        ..Default::default()
    };
    let resolved = client.resolve_experiment(request.clone()).await.unwrap().into_inner();
    let names: Vec<_> = resolved.first.iter().map(|genome| (genome.agent.as_str(), genome.policy.as_str())).collect();
    assert_eq!(names, [("policy-aim", "aim"), ("policy-attack_only", "attack_only")]);
    assert_eq!((resolved.episodes_planned, resolved.agents, &resolved.existing), (4, 2, &None));
    assert!(resolved.spec_json.contains("\"episodes\":2"), "{}", resolved.spec_json);

    let launch = pb::LaunchExperimentRequest {
        content: request.content.clone(),
        overrides: request.overrides.clone(),
        ..Default::default()
    };
    let launched = client.launch_experiment(launch).await.unwrap().into_inner().experiment.unwrap();
    let again = client.resolve_experiment(request.clone()).await.unwrap().into_inner();
    assert_eq!((&launched.id, &launched.spec_json), (&resolved.experiment_id, &resolved.spec_json));
    assert_eq!(again.existing.unwrap().id, launched.id);

    let wrong = pb::ResolveExperimentRequest { overrides: vec!["agent.policy=7".to_owned()], ..request };
    let refused = client.resolve_experiment(wrong).await.unwrap_err();
    assert_eq!((refused.code(), proto::status::violations(&refused).len()), (Code::InvalidArgument, 1));
}
