//! Dashboard, alert rules and documentation speak of metrics that the programs really export, and of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::collector::{Collector, Kind, Measured};
use crate::daemons::{Process, agent, free_port, wait_until_healthy};
use crate::support::root;
use crate::system::System;

const EXPERIMENT: &str = "name = \"measured\"\nseed = 3\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 2\n[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [3, 4]\n";

/// What the names of metrics begin with that we export: our own, and those that the conventions have for calls.
const OURS: [&str; 2] = ["claudoom.", "rpc."];

/// Labels that Prometheus and the collector add to every series.
const ADDED: [&str; 3] = ["job", "instance", "le"];

/// What the programs export while they play an experiment from its start to its end.
async fn exported() -> BTreeMap<String, Measured> {
    let (collector, system) = (Collector::start().await, System::new().await);
    let exporting = |name: &'static str| {
        ["--otel-exporter-otlp-endpoint", collector.endpoint.as_str(), "--otel-service-name", name]
    };
    let (agent_address, health_address) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));

    let mut deciding = Command::new(agent());
    deciding.args(["serve", "--grpc-addr", &agent_address]).args(exporting("agent"));
    let deciding = Process::start(deciding, &system.log("agent"));
    let served = system.serve(&exporting("orchestrator"));
    let playing = ["--engines", "1", "--agent-endpoints", &agent_address, "--health-addr", &health_address];
    let playing = system.work_as("worker", &[&playing[..], &exporting("worker")].concat());
    let id = served.launch(&system.data, EXPERIMENT);
    assert!(served.client("watch").arg(&id).output().unwrap().status.success());
    wait_until_healthy(&["--server", &health_address, "--service", "worker"]);
    wait_until_healthy(&["--server", &health_address, "--service", "live"]);
    // What was measured last is exported at the end.
    assert_eq!((playing.stop(), served.process.stop(), deciding.stop()), (Some(0), Some(0), Some(0)));
    let mut metrics = collector.metrics();
    metrics.retain(|name, _| OURS.iter().any(|prefix| name.starts_with(prefix)));
    metrics
}

/// The names under which Prometheus keeps a metric, by the rules of OpenTelemetry: units in words, counters as totals.
fn prometheus_names(name: &str, metric: &Measured) -> Vec<String> {
    let mut name = name.replace('.', "_");
    match metric.unit.as_str() {
        "" => {}
        "s" => name.push_str("_seconds"),
        annotation if annotation.starts_with('{') => {}
        unit => panic!("{name}: this test does not know how Prometheus writes {unit}"),
    }
    match metric.kind {
        Kind::Counter => vec![format!("{name}_total")],
        Kind::UpDownCounter | Kind::Gauge => vec![name],
        Kind::Histogram => ["bucket", "sum", "count"].map(|part| format!("{name}_{part}")).to_vec(),
    }
}

/// Every name of ours in a text, with what selects among its series: `name{label="value"}`.
fn uses(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let prefixes = OURS.map(|prefix| prefix.replace('.', "_"));
    let starts = prefixes.iter().flat_map(|prefix| text.match_indices(prefix.as_str())).map(|(at, _)| at);
    // A label may begin like a metric.
    let starts = starts.filter(|&at| !text[at..].starts_with("rpc_method") && !text[at..].starts_with("rpc_response"));
    let starts = starts.filter(|&at| !text[..at].ends_with(is_name));
    let one = |at: usize| {
        let rest = &text[at..];
        let (name, rest) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
        let selection = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(inside, _)| inside);
        let matchers = selection.split(',').filter_map(|matcher| matcher.split_once('='));
        let matchers = matchers
            .map(|(label, value)| (label.trim().trim_end_matches('!').to_owned(), value.trim_matches('"').to_owned()));
        (name.to_owned(), matchers.collect())
    };
    starts.map(one).collect()
}

/// Labels that a text groups by, or shows: `by (a, b)`, `{{a}}`, `{{ $labels.a }}`.
fn shown_labels(text: &str) -> BTreeSet<String> {
    let inside = |open: &str, close: char| {
        let parts = text.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(inside, _)| inside);
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    let groups =
        inside("by (", ')').into_iter().flat_map(|group| group.split(", ").map(str::to_owned).collect::<Vec<_>>());
    let templates = inside("{{", '}').into_iter().filter_map(|template| {
        let label = template.trim();
        let label = label.strip_prefix("$labels.").unwrap_or(label);
        (!label.starts_with('$')).then(|| label.to_owned())
    });
    groups.chain(templates).collect()
}

/// The label that Prometheus makes of an attribute.
fn as_label(attribute: &str) -> String {
    attribute.replace('.', "_")
}

/// Everything a panel says of metrics.
fn panel_texts(dashboard: &Value) -> String {
    let panels = dashboard["panels"].as_array().expect("a dashboard has panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let texts = targets.flat_map(|target| [target["expr"].as_str(), target["legendFormat"].as_str()]);
    texts.flatten().collect::<Vec<_>>().join("\n")
}

/// Name, kind and unit of every metric in the table of the documentation.
fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let rows = text.lines().filter(|line| OURS.iter().any(|prefix| line.starts_with(&format!("| `{prefix}"))));
    let cells = rows.map(|row| row.split('|').map(str::trim).skip(1).take(3).collect::<Vec<_>>().join(" | "));
    cells.collect()
}

fn described(name: &str, metric: &Measured) -> String {
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::UpDownCounter => "up-down counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    format!("`{name}` | {kind} | {}", metric.unit)
}

#[tokio::test(flavor = "multi_thread")]
async fn dashboard_rules_and_documentation_know_what_is_exported() {
    let metrics = exported().await;
    let observability = root().join("deploy/observability");
    let read = |file: &str| fs::read_to_string(observability.join(file)).unwrap();
    let dashboard: Value = serde_json::from_str(&read("grafana/claudoom.json")).unwrap();
    let (panels, rules) = (panel_texts(&dashboard), read("rules.yaml"));

    let kept = metrics.iter().flat_map(|(name, metric)| {
        prometheus_names(name, metric).into_iter().map(move |kept| (kept, (name.as_str(), metric)))
    });
    let kept: BTreeMap<_, _> = kept.collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, matchers) in uses(&panels).into_iter().chain(uses(&rules)) {
        let Some(&(original, metric)) = kept.get(&name) else {
            wrong.push(format!("nobody exports {name}"));
            continue;
        };
        seen.insert(original);
        for (label, value) in matchers {
            let known = match label.as_str() {
                "job" => metric.services.contains(&value),
                label => {
                    metric.attributes.iter().any(|(name, values)| as_label(name) == label && values.contains(&value))
                }
            };
            if !known {
                wrong.push(format!("{name} has no {label}=\"{value}\""));
            }
        }
    }
    let labels: BTreeSet<_> =
        metrics.values().flat_map(|metric| metric.attributes.keys()).map(|name| as_label(name)).collect();
    let shown: Vec<_> = shown_labels(&panels).into_iter().chain(shown_labels(&rules)).collect();
    wrong.extend(shown.iter().filter(|label| !labels.contains(*label) && !ADDED.contains(&label.as_str())).cloned());
    let unseen: Vec<_> = metrics.keys().filter(|name| !seen.contains(name.as_str())).collect();
    let exported: BTreeSet<_> = metrics.iter().map(|(name, metric)| described(name, metric)).collect();

    assert!(wrong.is_empty(), "{wrong:#?}\nexported: {:#?}", kept.keys());
    assert!(unseen.is_empty(), "nobody looks at {unseen:?}");
    assert_eq!(documented(), exported, "the table of docs/operations.md against what is exported");
}
