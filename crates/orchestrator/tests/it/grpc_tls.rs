//! Daemons that speak TLS to each other and to people, and refuse to speak in the clear where others can listen.

use std::process::Command;

use testkit::certificates::{Authority, Certificate};

use crate::daemons::{EXPERIMENT, Process, agent, free_port, wait_until_healthy};
use crate::support::{fail, json, orchestrator, succeed};
use crate::system::System;
use crate::tokens::create;

/// Flags of a process with a certificate for this name, which trusts this authority.
fn certified(authority: &Authority, name: &str) -> [String; 6] {
    flags(authority, authority.issue(&[name]))
}

fn flags(authority: &Authority, issued: Certificate) -> [String; 6] {
    let files = [issued.cert, issued.key, authority.ca()].map(|path| path.display().to_string());
    let [cert, key, ca] = files;
    ["--grpc-tls-cert".into(), cert, "--grpc-tls-key".into(), key, "--grpc-tls-ca".into(), ca]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_grpc_can_be_encrypted_and_certified_on_both_sides() {
    let ours = Authority::new();
    let person = certified(&ours, "ada");
    let as_person: Vec<_> = person.iter().map(String::as_str).collect();
    let [agent_address, address] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port()));
    let (agent_url, server) = (format!("https://{agent_address}"), format!("https://{address}"));
    let system = System::new().await;
    let mut command = Command::new(agent());
    command.args(["serve", "--grpc-addr", &agent_address]).args(flags(&ours, ours.issue(&["127.0.0.1", "localhost"])));
    let agent_daemon = Process::start(command, &system.log("agent"));
    let mut command = system.command("serve");
    command.args(["--grpc-addr", &address]).args(certified(&ours, "127.0.0.1"));
    let serve = Process::start(command, &system.log("serve"));
    wait_until_healthy(&[&["--server", &server], &as_person[..]].concat());
    let worker = certified(&ours, "worker-0");
    // Its addresses are not what its certificate is for.
    let name = agent_address.replace("127.0.0.1", "dns+https://localhost");
    let playing = ["--engines", "1", "--agent-endpoints", &name];
    let worker = system.work_as("worker", &[&playing[..], &worker.each_ref().map(String::as_str)].concat());

    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let launch = ["--watch", "-o", "json", "--server", &server];
    let completed = json(orchestrator().arg("launch").arg(&file).args(launch).args(&person));
    assert_eq!(completed["status"], "completed", "{completed}");
    assert!(Command::new(agent()).args(["health", "--addr", &agent_url]).args(&person).status().unwrap().success());

    let theirs = Authority::new();
    let stranger = certified(&theirs, "eve");
    let ours_only = ["--grpc-tls-ca".to_owned(), ours.ca().display().to_string()];
    for command in ["list", "health"] {
        let ask = |flags: &[String]| fail(orchestrator().args([command, "--server", &server]).args(flags), 4);
        let told = ask(&stranger);
        assert!(told.contains("UnknownIssuer"), "{told}");
        ask(&ours_only);
    }
    let late = flags(&ours, ours.issue_expired(&["ada"]));
    // The server's refusal comes after the handshake, so a client may see no more than the end of the connection.
    fail(orchestrator().args(["list", "--server", &server]).args(&late), 4);
    let expired = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new(agent());
    command.args(["serve", "--grpc-addr", &expired]).args(flags(&ours, ours.issue_expired(&["127.0.0.1"])));
    let expired_daemon = Process::start(command, &system.log("expired"));
    crate::system::eventually("an expired certificate is refused", crate::system::PATIENCE, async || {
        let asked =
            Command::new(agent()).args(["health", "--addr", &format!("https://{expired}")]).args(&person).output();
        let told = String::from_utf8(asked.unwrap().stderr).unwrap();
        told.to_lowercase().contains("certificate expired")
    })
    .await;
    assert_eq!(expired_daemon.stop(), Some(0));
    let told = fail(orchestrator().args(["list", "--server", &server.replace("https", "http")]), 4);
    assert!(told.contains("https://"), "{told}");
    for process in [worker, agent_daemon, serve] {
        assert_eq!(process.stop(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_where_a_certificate_is_optional() {
    let ours = Authority::new();
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("https://{address}");
    let system = System::new().await;
    let mut command = system.command("serve");
    command.args(["--grpc-addr", &address, "--auth", "required", "--client-certificates", "optional"]);
    command.args(certified(&ours, "127.0.0.1"));
    let serve = Process::start(command, &system.log("serve"));
    let ca = ours.ca().display().to_string();
    let trusting = ["--server", &server, "--grpc-tls-ca", &ca];
    wait_until_healthy(&trusting);
    let list = |more: &[&str]| {
        let mut command = orchestrator();
        command.arg("list").args(trusting).args(more);
        command
    };
    let shown = |issued: Certificate| {
        let mut command = orchestrator();
        command.args(["list", "--server", &server]).args(flags(&ours, issued));
        command
    };
    let theirs = Authority::new();

    succeed(&mut list(&["--token-file", &create(&system, "vera", "viewer").file]));
    succeed(&mut shown(ours.issue(&["ada"])));
    let told = fail(&mut list(&[]), 1);
    assert!(told.contains("needs a token"), "{told}");
    fail(&mut shown(theirs.issue(&["eve"])), 4);
    assert_eq!(serve.stop(), Some(0));
}

/// Long enough that something can happen meanwhile.
const LONGER: &str = "name = \"longer\"\nseed = 3\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                      [seeds]\nepisodes = 60\n[[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"aim\", \
                      \"random\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_exchanged_during_a_run_and_no_session_drops() {
    let ours = Authority::new();
    let [agent_address, address] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port()));
    let (agent_url, server) = (format!("https://{agent_address}"), format!("https://{address}"));
    let system = System::new().await;
    let (shown, renewed) = (ours.issue(&["127.0.0.1"]), ours.issue(&["127.0.0.1"]));
    let files = [&shown.cert, &shown.key].map(std::path::PathBuf::clone);
    let start = |program: &str, mut command: Command, more: &[&str]| {
        command.args(more).args(flags(&ours, ours.issue(&["127.0.0.1"])));
        Process::start(command, &system.log(program))
    };
    let mut command = Command::new(agent());
    command.args(["serve", "--grpc-addr", &agent_address]).args(flags(&ours, shown));
    let agent_daemon = Process::start(command, &system.log("agent"));
    let serve = start("serve", system.command("serve"), &["--grpc-addr", &address]);
    let person = certified(&ours, "ada");
    let asks = |name: &str| {
        let mut command = orchestrator();
        command.args([name, "--server", &server]).args(&person);
        command
    };
    wait_until_healthy(&[&["--server", &server], &person.each_ref().map(String::as_str)[..]].concat());
    let file = system.data.path().join("longer.toml");
    std::fs::write(&file, LONGER).unwrap();
    let id = json(asks("launch").arg(&file).args(["-o", "json"]))["id"].as_str().unwrap().to_owned();
    let playing = ["--engines", "2", "--pin", "off", "--agent-endpoints", &agent_url];
    let worker = start("worker", system.command("worker"), &playing);

    let scored = || json(asks("show").args([&id, "-o", "json"]))["episodes_scored"].as_u64().unwrap();
    crate::system::eventually("games are played", crate::system::PATIENCE, async || scored() > 0).await;
    for (new, old) in [(renewed.cert, &files[0]), (renewed.key, &files[1])] {
        std::fs::copy(new, old).unwrap();
    }
    crate::system::eventually("the new files are taken over", crate::system::PATIENCE, async || {
        let asked = Command::new(agent()).args(["health", "--addr", &agent_url]).args(&person).status();
        asked.unwrap().success() && system.logged("agent").contains("took over new certificate files")
    })
    .await;
    assert!(scored() < 120, "it was exchanged during the run");
    succeed(asks("watch").arg(&id));

    assert_eq!(json(asks("show").args([&id, "-o", "json"]))["status"], "completed");
    for process in [worker, agent_daemon, serve] {
        assert_eq!(process.stop(), Some(0));
    }
    let told = system.logged("worker");
    assert!(!told.contains("attempt"), "an attempt was lost, or failed: {told}");
}

#[test]
fn an_address_that_others_reach_is_not_served_in_the_clear_by_accident() {
    for (program, service) in [(orchestrator(), "orchestrator"), (Command::new(agent()), "agent")] {
        let mut command = program;
        let address = format!("0.0.0.0:{}", free_port());
        command.args(["serve", "--grpc-addr", &address]);
        let told = fail(&mut command, if service == "agent" { 1 } else { 2 });
        assert!(told.contains("--grpc-tls-cert") && told.contains("--insecure"), "{told}");
    }
}
