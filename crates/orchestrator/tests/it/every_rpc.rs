//! Every method of both services, called by clients that know them by reflection only.

use std::path::PathBuf;
use std::process::Command;

use crate::daemons::{Process, agent, free_port, script, wait_until_healthy};
use crate::support::{json, root};
use crate::system::System;

async fn called_by(how: &str) {
    let system = System::new().await;
    let base = free_port().to_string();
    let pool = ["--agent-pool-size", "1", "--agent-base-port", &base];
    let served = system.serve(&[&["--workers", "1", "--reflection"], &pool[..]].concat());
    let address = format!("127.0.0.1:{}", free_port());
    let mut deciding = Command::new(agent());
    deciding.args(["serve", "--grpc-addr", &address, "--reflection"]);
    let deciding = Process::start(deciding, &system.log("agent"));
    wait_until_healthy(&["--server", &address, "--service", agent::service::SERVICE_NAME]);

    let called = json(script("every_rpc.py").args([how, served.server.trim_start_matches("http://"), &address]));

    assert_eq!(called.as_object().unwrap().len(), proto::methods::AGENT.len() + proto::methods::ORCHESTRATOR.len());
    assert_eq!((served.process.stop(), deciding.stop()), (Some(0), Some(0)));
    for log in ["serve", "agent"] {
        assert!(!system.logged(log).contains("panicked"), "{}", system.logged(log));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_python_calls_every_method() {
    called_by("reflection").await;
}

/// `buf` comes from npm: CI has it, and elsewhere its absence is told.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stderr, reason = "what was not tested is told")]
async fn buf_curl_calls_every_method() {
    let given = std::env::var_os("CLAUDOOM_BUF").map(PathBuf::from);
    let buf = given.unwrap_or_else(|| root().join(".data/node/node_modules/.bin/buf"));
    if !buf.exists() && std::env::var_os("CI").is_none() {
        eprintln!("there is no buf at {}: not tested (.mise/tasks/lint fetches it where npm is)", buf.display());
        return;
    }
    called_by(buf.to_str().unwrap()).await;
}
