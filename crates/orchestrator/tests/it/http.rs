//! Probes, metrics and events over plain HTTP, read by an independent client.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::daemons::{EXPERIMENT, Process, agent, free_port, script};
use crate::support::{json, orchestrator, succeed};
use crate::system::System;

/// The answer to a request, as text with its head.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn sequences(events: &Value) -> Vec<i64> {
    events.as_array().unwrap().iter().map(|event| event[1]["sequence"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn others_probe_scrape_and_follow_events_without_grpc() {
    let system = System::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    let served = system.serve(&["--http-addr", &address, "--auth", "required", "--workers", "1"]);
    let token = |name: &str, role: &str| {
        let args = ["token", "create", name, "--role", role, "--database-url", &system.database.url()];
        let text = String::from_utf8(succeed(orchestrator().args(args)).stdout).unwrap();
        let file = system.data.path().join(name);
        std::fs::write(&file, &text).unwrap();
        (text.trim().to_owned(), file.display().to_string())
    };
    let ((viewer, _), (_, operator)) = (token("vera", "viewer"), token("otto", "operator"));
    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let launch = ["-o", "json", "--watch", "--token-file", &operator];
    let launched = json(served.client("launch").arg(&file).args(launch));
    let id = launched["id"].as_str().unwrap();

    let seen = json(script("http_client.py").args([&address, id, &viewer]));

    assert_eq!((&seen["livez"]["status"], &seen["readyz"]["status"]), (&200.into(), &200.into()), "{seen}");
    let ready = seen["readyz"]["text"].as_str().unwrap();
    assert!(ready.starts_with("ready\n") && ready.contains("store: ok"), "{ready}");
    let metrics = seen["metrics"]["text"].as_str().unwrap();
    for name in ["rpc_server_call_duration_seconds_bucket", "claudoom_ticks_total", "claudoom_outbox_lag"] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    let events = sequences(&seen["events"]);
    assert_eq!(events, (1..=events.len() as i64).collect::<Vec<_>>());
    let last = &seen["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last[1]["isFinal"], last[0].as_str()), (&true.into(), Some(events.len().to_string().as_str())));
    assert!(last[1]["kind"].as_str().unwrap().ends_with("ExperimentCompleted") && last[1]["body"].is_object());
    assert_eq!(sequences(&seen["resumed"]), events[2..]);
    assert_eq!(seen["seen_all"], 204);
    for (answer, code, status, reason) in [
        ("metrics_of_strangers", 401, "UNAUTHENTICATED", "TOKEN_MISSING"),
        ("strangers", 401, "UNAUTHENTICATED", "TOKEN_MISSING"),
        ("nowhere", 404, "NOT_FOUND", "METHOD_UNKNOWN"),
        ("unknown", 404, "NOT_FOUND", ""),
        ("bad_id", 400, "INVALID_ARGUMENT", ""),
    ] {
        let told: Value = serde_json::from_str(seen[answer]["text"].as_str().unwrap()).unwrap();
        assert_eq!((&seen[answer]["status"], &told["error"]["status"]), (&code.into(), &status.into()), "{answer}");
        assert!(told["error"]["reason"].as_str().unwrap_or_default().contains(reason), "{answer}: {told}");
    }
    let of_socket = |name: &str| {
        let events = seen[name]["events"].as_array().unwrap().iter();
        events.map(|event| event["sequence"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((of_socket("socket"), &seen["socket"]["code"]), (events[1..].to_vec(), &1000.into()));
    assert_eq!((of_socket("browser"), &seen["refused"]), (events, &401.into()));
    assert!(!system.logged("serve").contains(&viewer));

    // A stream that waits for events does not hold up the end.
    let paused = json(served.client("launch").arg(&file).args(["-o", "json", "--new", "--token-file", &operator]));
    let path = format!("/v1/experiments/{}/events?access=no", paused["id"].as_str().unwrap());
    assert!(get(&address, &path).contains("401 Unauthorized"));
    let begun = Instant::now();
    assert_eq!(served.process.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn an_agent_is_probed_and_scraped() {
    let data = crate::support::folder();
    let (grpc, http) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let mut command = Command::new(agent());
    command.args(["serve", "--grpc-addr", &grpc, "--http-addr", &http]);
    let process = Process::start(command, &data.path().join("log"));
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&http).is_err() {
        assert!(Instant::now() < deadline, "it never answers");
        std::thread::sleep(Duration::from_millis(50));
    }
    succeed(Command::new(agent()).args(["health", "--addr", &grpc]));

    let (ready, metrics) = (get(&http, "/readyz"), get(&http, "/metrics"));

    assert!(ready.contains("200 OK") && ready.contains("engine: ok"), "{ready}");
    assert!(metrics.contains("rpc_method=\"grpc.health.v1.Health/Check\""), "{metrics}");
    assert_eq!(process.stop(), Some(0));
}
