//! Dependencies between the workspace's crates point down only, and each outside is reached through one crate.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Crates without I/O: they see neither the runtime of tasks nor any transport.
const PURE: [&str; 3] = ["domain", "decision", "science"];

/// What a crate may use of the workspace, besides `testkit` in tests. A new crate gets a line here.
fn allowed(package: &str) -> Option<&'static [&'static str]> {
    Some(match package {
        "domain" | "runtime" | "migrations" | "servers" => &[],
        "decision" | "science" => &["domain"],
        "blobs" => &["domain"],
        "vizdoom" | "proto" | "messaging" => &["domain", "runtime"],
        "testkit" => &["domain", "runtime", "servers"],
        "store" => &["domain", "migrations", "runtime"],
        "agent" => &["decision", "domain", "messaging", "proto", "runtime", "science", "store", "vizdoom"],
        "orchestrator" => &[
            "agent",
            "blobs",
            "decision",
            "domain",
            "messaging",
            "proto",
            "runtime",
            "science",
            "servers",
            "store",
            "vizdoom",
        ],
        _ => return None,
    })
}

/// The only crates that may use an external one; `testkit`, which is never shipped, may use any.
fn users(external: &str) -> Option<&'static [&'static str]> {
    Some(match external {
        "sea-orm" | "sqlx" | "tokio-postgres" | "deadpool-postgres" => &["store"],
        "sea-orm-migration" => &["migrations"],
        "async-nats" | "lapin" => &["messaging"],
        "object_store" | "reqwest" => &["blobs"],
        "tonic" => &["agent", "orchestrator", "proto", "runtime"],
        _ => return None,
    })
}

struct Dependency {
    name: String,
    for_tests: bool,
}

/// Every crate of the workspace with what its manifest asks for.
fn workspace() -> BTreeMap<String, Vec<Dependency>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages.iter().map(|package| (text(&package["name"]), dependencies(package))).collect()
}

fn dependencies(package: &Value) -> Vec<Dependency> {
    let listed = package["dependencies"].as_array().expect("a list of dependencies");
    listed
        .iter()
        .map(|dependency| Dependency {
            name: text(&dependency["name"]),
            for_tests: dependency["kind"].as_str() == Some("dev"),
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a name").to_owned()
}

#[test]
fn arrows_point_down() {
    let workspace = workspace();

    let mut wrong = BTreeSet::new();
    for (package, dependencies) in &workspace {
        let Some(allowed) = allowed(package) else {
            wrong.insert(format!("{package} has no place in the layers: add it to this test"));
            continue;
        };
        for dependency in dependencies.iter().filter(|dependency| workspace.contains_key(&dependency.name)) {
            let name = dependency.name.as_str();
            let fits = if name == "testkit" { dependency.for_tests } else { allowed.contains(&name) };
            if !fits {
                wrong.insert(format!("{package} must not depend on {name}"));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_outside_is_reached_through_one_crate() {
    let mut wrong = BTreeSet::new();
    for (package, dependencies) in workspace().into_iter().filter(|(package, _)| package != "testkit") {
        for dependency in dependencies.iter().filter(|dependency| !dependency.for_tests) {
            let name = dependency.name.as_str();
            if users(name).is_some_and(|users| !users.contains(&package.as_str())) {
                wrong.insert(format!("{package} must not use {name}"));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_crates_use_no_runtime_and_no_transport() {
    let workspace = workspace();

    let mut wrong = BTreeSet::new();
    for package in PURE {
        for dependency in workspace[package].iter().filter(|dependency| !dependency.for_tests) {
            let name = dependency.name.as_str();
            if name.starts_with("tokio") || name.starts_with("tonic") || name == "libc" || name == "tracing" {
                wrong.insert(format!("{package} must not use {name}"));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}
