//! What is shipped for Docker and Kubernetes holds together, and the check that says so notices what does not.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{folder, python, root, succeed};

/// Runs the check over a folder that is laid out as the repository.
fn check(shipped: &Path) -> Output {
    let script = root().join("tools/check_deploy.py");
    Command::new(python()).arg(script).arg(shipped).output().expect("Python starts")
}

#[test]
fn manifests_compose_file_and_dashboards_pass_their_check() {
    succeed(Command::new(python()).arg(root().join("tools/check_deploy.py")).arg(root()));
}

/// File, what stands there, what is written instead, and what the check says then.
const SPOILT: [[&str; 4]; 9] = [
    ["deploy/kubernetes/base/worker.yaml", "replicas: 2", "replica: 2", "Additional properties are not allowed"],
    ["deploy/kubernetes/base/worker.yaml", "port: 50053\n", "port: fifty\n", "is not of type 'integer'"],
    ["deploy/kubernetes/base/agent.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "runs as root"],
    [
        "deploy/kubernetes/base/network.yaml",
        "kubernetes.io/name: worker",
        "kubernetes.io/name: player",
        "selects no pod",
    ],
    [
        "deploy/kubernetes/base/migrate.yaml",
        "name: claudoom\n          security",
        "name: other\n          security",
        "",
    ],
    ["deploy/kubernetes/overlays/dev/config.yaml", "name: claudoom", "name: config", "0 objects are"],
    ["docker-compose.yml", "127.0.0.1:${NATS_PORT:-4222}:4222", "4222:4222", "publishes 4222:4222 to everybody"],
    ["docker-compose.yml", "read_only: true", "read_only: false", "worker: can write to its root"],
    ["deploy/observability/prometheus.yaml", "collector:8889", "collector:8888", "does not read collector:8889"],
];

#[test]
fn what_is_spoilt_is_noticed() {
    for [file, stands, instead, said] in SPOILT {
        let copy = folder();
        let mut all = Command::new("cp");
        all.current_dir(root())
            .args(["-r", "--parents", "deploy", "docker-compose.yml", "experiments"])
            .arg(copy.path());
        succeed(&mut all);
        let path = copy.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(stands), "{file} does not contain {stands}");
        fs::write(&path, text.replacen(stands, instead, 1)).unwrap();

        let output = check(copy.path());

        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{file}, {instead}: {printed}");
        assert!(printed.contains(said), "{file}, {instead}: {printed}");
    }
}
