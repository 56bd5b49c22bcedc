//! Tokens: who is let in, who is named in the journal, and how soon a revocation counts.

use std::process::Command;
use std::time::{Duration, Instant};

use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use runtime::config::Secret;
use runtime::grpc::{self, ClientConfig};
use tonic::Code;

use crate::daemons::{EXPERIMENT, agent};
use crate::support::{fail, json, orchestrator, succeed};
use crate::system::{Served, System};

/// A token, and the file that holds it.
pub(crate) struct Token {
    text: String,
    pub(crate) file: String,
}

fn token(system: &System, command: &[&str]) -> std::process::Output {
    succeed(orchestrator().arg("token").args(command).args(["--database-url", &system.database.url()]))
}

pub(crate) fn create(system: &System, name: &str, role: &str) -> Token {
    let text = String::from_utf8(token(system, &["create", name, "--role", role]).stdout).unwrap();
    let file = system.data.path().join(format!("{name}.token"));
    std::fs::write(&file, &text).unwrap();
    Token { text: text.trim().to_owned(), file: file.display().to_string() }
}

fn client(served: &Served, token: &Token) -> OrchestratorServiceClient<grpc::Client> {
    let config = ClientConfig { token: Some(Secret::new(token.text.as_str())), ..ClientConfig::default() };
    let methods = proto::methods::OF_ORCHESTRATORS;
    OrchestratorServiceClient::new(grpc::Client::new(&served.server.parse().unwrap(), &config, methods).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_goes_by_the_role_of_its_token_until_that_is_revoked() {
    let system = System::new().await;
    let served = system.serve(&["--auth", "required"]);
    let (viewer, operator) = (create(&system, "vera", "viewer"), create(&system, "otto", "operator"));
    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();

    let told = fail(&mut served.client("list"), 1);
    assert!(told.contains("needs a token"), "{told}");
    succeed(served.client("list").args(["--token-file", &viewer.file]));
    let told = fail(served.client("launch").arg(&file).args(["--token-file", &viewer.file]), 1);
    assert!(told.contains("for operators") && told.contains("vera"), "{told}");
    let launched = served.client("launch").arg(&file).args(["-o", "json", "--token-file", &operator.file]).output();
    let launched: serde_json::Value = serde_json::from_slice(&launched.unwrap().stdout).unwrap();
    let id = launched["id"].as_str().unwrap();
    let journal = json(served.client("journal").args([id, "-o", "json", "--token-file", &viewer.file]));
    assert!(journal[0]["actor"].as_str().unwrap().contains("(token otto, grpc 127.0.0.1:"), "{journal}");

    let mut calls = client(&served, &viewer);
    let request = pb::StreamEventsRequest { experiment_id: id.to_owned(), ..Default::default() };
    let mut events = calls.stream_events(request).await.unwrap().into_inner();
    assert!(events.message().await.unwrap().is_some());
    token(&system, &["revoke", "vera"]);
    let revoked = Instant::now();
    let next = calls.list_experiments(pb::ListExperimentsRequest::default()).await.unwrap_err();
    assert_eq!((next.code(), grpc::reason::of(&next).as_deref()), (Code::Unauthenticated, Some("TOKEN_REVOKED")));
    let end = loop {
        match events.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended as if it were complete"),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unauthenticated, "{end:?}");
    assert!(revoked.elapsed() < Duration::from_secs(60), "{:?}", revoked.elapsed());

    let listed = String::from_utf8(token(&system, &["list", "-o", "json"]).stdout).unwrap();
    for known in [&viewer.text, &operator.text] {
        assert!(!system.logged("serve").contains(known.as_str()) && !listed.contains(known.as_str()));
    }
    assert!(system.logged("serve").contains("a call is refused"));
    assert_eq!(served.process.stop(), Some(0));
}

#[test]
fn an_agent_keeps_its_tokens_in_a_file() {
    let data = crate::support::folder();
    let tokens = data.path().join("tokens").display().to_string();
    let command = |args: &[&str]| {
        let mut command = Command::new(agent());
        command.arg("token").args(args).args(["--tokens-file", &tokens]);
        command
    };

    let text = String::from_utf8(succeed(&mut command(&["create", "workers", "--role", "operator"])).stdout).unwrap();
    let listed = String::from_utf8(succeed(&mut command(&["list"])).stdout).unwrap();
    let revoked = String::from_utf8(succeed(&mut command(&["revoke", "workers"])).stdout).unwrap();
    let unknown = fail(&mut command(&["revoke", "nobody"]), 1);
    let mut serve = Command::new(agent());
    serve.args(["serve", "--grpc-addr", "127.0.0.1:0", "--auth", "required"]);
    let nobody = fail(&mut serve, 1);
    serve.args(["--tokens-file", &format!("{tokens}.none")]);
    let absent = fail(&mut serve, 1);

    assert!(text.starts_with("claudoom_") && !std::fs::read_to_string(&tokens).unwrap().contains(text.trim()));
    assert!(listed.contains("workers") && listed.contains("operator"), "{listed}");
    assert_ne!(listed, revoked, "the moment is told");
    assert!(unknown.contains("`nobody`"), "{unknown}");
    assert!(nobody.contains("none would be accepted"), "{nobody}");
    assert!(absent.contains("tokens.none"), "{absent}");
}
