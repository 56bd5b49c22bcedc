//! What clients were built against still holds: nothing of the baseline is gone, renamed or renumbered.
//!
//! `proto/baseline.binpb` is what the last release served. After a release run
//! `CLAUDOOM_NEW_BASELINE=1 cargo test -p proto --test baseline`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::DescriptorPool;

fn baseline() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/baseline.binpb")
}

/// Every fact that a client depends on, one line each.
fn facts(pool: &DescriptorPool) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for service in pool.services() {
        for method in service.methods() {
            let (from, to) = (method.is_client_streaming(), method.is_server_streaming());
            let kinds = format!("{}{from} -> {}{to}", method.input().full_name(), method.output().full_name());
            facts.insert(format!("method {} {kinds}", method.full_name()));
        }
    }
    for message in pool.all_messages() {
        for field in message.fields() {
            let shape = (
                field.number(),
                field.kind(),
                field.cardinality(),
                field.containing_oneof().map(|o| o.name().to_owned()),
            );
            facts.insert(format!("field {} {} {shape:?}", field.full_name(), field.json_name()));
        }
    }
    for kind in pool.all_enums() {
        facts.extend(kind.values().map(|value| format!("value {} {}", value.full_name(), value.number())));
    }
    facts.retain(|fact| fact.contains(" claudoom."));
    facts
}

#[test]
fn nothing_that_clients_depend_on_is_gone() {
    if std::env::var_os("CLAUDOOM_NEW_BASELINE").is_some() {
        fs::write(baseline(), proto::FILE_DESCRIPTOR_SET).unwrap();
    }
    let before = DescriptorPool::decode(fs::read(baseline()).unwrap().as_slice()).unwrap();
    let now = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();

    let (before, now) = (facts(&before), facts(&now));

    let gone: Vec<_> = before.difference(&now).collect();
    assert!(gone.is_empty(), "clients depend on what is gone: {gone:#?}");
    assert!(before.len() > 500, "the baseline holds {} facts", before.len());
}
