//! The table of methods is complete, fits the descriptors, and is what the page says.
//!
//! After a change run `CLAUDOOM_REGENERATE=1 cargo test -p proto --test methods`, which rewrites the page's table.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use prost_reflect::DescriptorPool;
use proto::methods::{AGENT, ORCHESTRATOR, RETROSPECTION};
use runtime::grpc::{Kind, Method, Needs};

const PAGE: &str = "../../docs/grpc.md";
const BEGIN: &str = "<!-- methods -->\n";
const END: &str = "<!-- /methods -->";

fn described() -> Vec<(String, Kind)> {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let methods: Vec<_> = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    methods
        .iter()
        .map(|method| {
            let kind = match (method.is_client_streaming(), method.is_server_streaming()) {
                (false, false) => Kind::Unary,
                (true, false) => Kind::ClientStream,
                (false, true) => Kind::ServerStream,
                (true, true) => Kind::BothStream,
            };
            (format!("/{}/{}", method.parent_service().full_name(), method.name()), kind)
        })
        .collect()
}

fn table() -> impl Iterator<Item = &'static Method> {
    AGENT.iter().chain(ORCHESTRATOR).chain(RETROSPECTION)
}

#[test]
fn every_method_has_one_row_and_no_row_is_without_a_method() {
    let described: BTreeSet<_> = described().into_iter().map(|(path, kind)| (path, format!("{kind:?}"))).collect();
    let rows: BTreeSet<_> = table().map(|row| (row.path.to_owned(), format!("{:?}", row.kind))).collect();
    assert_eq!(rows, described);
    assert_eq!(table().count(), rows.len(), "a path stands in two rows");
}

#[test]
fn nothing_but_health_is_for_everybody_and_no_stream_is_repeated() {
    for row in table() {
        assert_ne!(row.needs, Needs::Nothing, "{}", row.path);
        assert!(row.kind == Kind::Unary || !row.idempotent, "{}", row.path);
    }
}

/// The names that every other method of the orchestrator follows; buf is told to leave them alone because of LiveSession.
#[test]
fn requests_and_responses_are_named_after_their_method() {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let service = pool.get_service_by_name("claudoom.orchestrator.v1.OrchestratorService").unwrap();
    for method in service.methods().filter(|method| method.name() != "LiveSession") {
        let names = (method.input().name().to_owned(), method.output().name().to_owned());
        assert_eq!(names, (format!("{}Request", method.name()), format!("{}Response", method.name())));
    }
}

#[test]
fn the_page_publishes_the_table() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(END).expect("the place ends");
    let fresh = format!("{before}{BEGIN}{}{END}{after}", rendered());
    if std::env::var_os("CLAUDOOM_REGENERATE").is_some() {
        fs::write(&page, &fresh).unwrap();
    }
    assert!(
        fs::read_to_string(&page).unwrap() == fresh,
        "docs/grpc.md is out of date: run this test with CLAUDOOM_REGENERATE=1"
    );
}

fn rendered() -> String {
    let mut lines =
        vec!["| method | messages | role | time | made again |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for (service, rows) in [("AgentService", AGENT), ("OrchestratorService", ORCHESTRATOR)] {
        lines.extend(rows.iter().map(|row| line(service, row)));
    }
    lines.join("\n") + "\n"
}

fn line(service: &str, row: &Method) -> String {
    let (_, name) = row.path.rsplit_once('/').unwrap();
    let messages = match row.kind {
        Kind::Unary => "one, one",
        Kind::ClientStream => "many, one",
        Kind::ServerStream => "one, many",
        Kind::BothStream => "many, many",
    };
    let role = match row.needs {
        Needs::Nothing => "none".to_owned(),
        Needs::Role(role) => role.to_string(),
    };
    let time = row.timeout.map_or_else(|| "none".to_owned(), |time| format!("{} s", time.as_secs()));
    let again = if row.idempotent { "yes" } else { "no" };
    format!("| {service}.{name} | {messages} | {role} | {time} | {again} |")
}
